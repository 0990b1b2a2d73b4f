package io.gantry.api.wire;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/** A list of texts that may be written as one text, as {@code Cmd} and {@code CapAdd}. */
final class StringOrList extends StdDeserializer<List<String>> {

  StringOrList() {
    super(List.class);
  }

  @Override
  public List<String> deserialize(JsonParser parser, DeserializationContext context) {
    JsonToken first = parser.currentToken();
    return switch (first) {
      case VALUE_STRING -> List.of(parser.getString());
      case START_ARRAY -> {
        List<String> list = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
          if (t == JsonToken.VALUE_NULL) {
            list.add("");
          } else if (t == JsonToken.VALUE_STRING) {
            list.add(parser.getString());
          } else {
            throw wrong("array");
          }
        }
        yield list;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> throw wrong("number");
      case VALUE_TRUE, VALUE_FALSE -> throw wrong("bool");
      default -> throw wrong("object");
    };
  }

  private static WireException wrong(String found) {
    return new WireException("json: cannot unmarshal " + found + " into Go value of type string");
  }
}
