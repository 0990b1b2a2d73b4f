package io.gantry.api.wire;

import java.util.Collection;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/** An empty list is {@code null}, as a Go slice nobody set. */
final class NullIfEmpty extends StdSerializer<Collection<?>> {

  NullIfEmpty() {
    super(Collection.class);
  }

  @Override
  public void serialize(
      Collection<?> value, JsonGenerator generator, SerializationContext context) {
    if (value.isEmpty()) {
      generator.writeNull();
      return;
    }
    generator.writeStartArray();
    for (Object element : value) {
      context.writeValue(generator, element);
    }
    generator.writeEndArray();
  }
}
