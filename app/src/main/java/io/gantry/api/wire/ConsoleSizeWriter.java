package io.gantry.api.wire;

import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/** Go's array of two numbers: what is missing is 0. */
final class ConsoleSizeWriter extends StdSerializer<List<Integer>> {

  ConsoleSizeWriter() {
    super(List.class);
  }

  @Override
  public void serialize(
      List<Integer> value, JsonGenerator generator, SerializationContext context) {
    generator.writeStartArray();
    for (int i = 0; i < 2; i++) {
      generator.writeNumber(i < value.size() ? value.get(i) : 0);
    }
    generator.writeEndArray();
  }
}
