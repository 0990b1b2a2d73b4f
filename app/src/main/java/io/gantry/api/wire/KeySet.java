package io.gantry.api.wire;

import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.ser.std.StdSerializer;

/** A set as Go writes it: an object with an empty object for each element. */
final class KeySet {

  private KeySet() {}

  static final class Reader extends StdDeserializer<Set<String>> {

    Reader() {
      super(Set.class);
    }

    @Override
    public Set<String> deserialize(JsonParser parser, DeserializationContext context) {
      if (!parser.isExpectedStartObjectToken()) {
        throw MismatchedInputException.from(parser, Set.class, "not an object");
      }
      Set<String> keys = new LinkedHashSet<>();
      for (String key = parser.nextName(); key != null; key = parser.nextName()) {
        keys.add(key);
        JsonToken value = parser.nextToken();
        if (value != JsonToken.START_OBJECT && value != JsonToken.VALUE_NULL) {
          JacksonException mismatch =
              MismatchedInputException.from(parser, Object.class, "not an object");
          throw mismatch.prependPath(keys, key);
        }
        parser.skipChildren();
      }
      return keys;
    }
  }

  /** The empty set is an empty object. */
  static class Writer extends StdSerializer<Set<String>> {

    Writer() {
      super(Set.class);
    }

    @Override
    public void serialize(
        Set<String> value, JsonGenerator generator, SerializationContext context) {
      generator.writeStartObject();
      for (String key : value) {
        generator.writeName(key);
        generator.writeStartObject();
        generator.writeEndObject();
      }
      generator.writeEndObject();
    }

    @Override
    public boolean isEmpty(SerializationContext context, Set<String> value) {
      return value.isEmpty();
    }
  }

  /** The empty set is null. */
  static final class NullableWriter extends Writer {
    @Override
    public void serialize(
        Set<String> value, JsonGenerator generator, SerializationContext context) {
      if (value.isEmpty()) {
        generator.writeNull();
      } else {
        super.serialize(value, generator, context);
      }
    }
  }
}
