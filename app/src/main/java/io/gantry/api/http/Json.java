package io.gantry.api.http;

import io.gantry.api.wire.GoTypes;
import io.gantry.api.wire.WireException;
import io.gantry.error.EngineException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON bodies, in and out, with the words of Go's decoder for what is wrong with them. Thread-safe.
 */
public final class Json {

  private final JsonMapper mapper;

  /**
   * @param mapper knows Docker's shape of the domain's records
   */
  public Json(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * Reads the first value of a body. {@code null} reads like an empty object.
   *
   * @throws EngineException invalid, in dockerd's words
   */
  public <T> T read(byte[] body, Class<T> type) {
    ObjectReader reader = mapper.readerFor(type);
    try (var parser = reader.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw EngineException.invalid("invalid JSON: got EOF while reading request body");
      }
      T value = first == JsonToken.VALUE_NULL ? reader.readValue("{}") : reader.readValue(parser);
      int end = (int) parser.currentLocation().getByteOffset();
      if (hasMore(body, end)) {
        throw EngineException.invalid("unexpected content after JSON");
      }
      return value;
    } catch (JacksonException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "invalid JSON: " + explain(body, type, e), e);
    }
  }

  /** Writes a value and the newline dockerd ends its answers with. Leaves the stream open. */
  public void write(OutputStream out, @Nullable Object value) throws IOException {
    mapper.writeValue(out, value);
    out.write('\n');
  }

  /** A value as text, for streams of values. */
  public byte[] bytes(Object value) {
    return mapper.writeValueAsBytes(value);
  }

  /** As Go's {@code Decoder.More}: a closing bracket counts as the end. */
  private static boolean hasMore(byte[] body, int from) {
    for (int i = Math.max(from, 0); i < body.length; i++) {
      byte b = body[i];
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return b != '}' && b != ']';
      }
    }
    return false;
  }

  private String explain(byte[] body, Class<?> type, JacksonException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof WireException) {
        return String.valueOf(cause.getMessage());
      }
    }
    return JsonFault.of(body)
        .orElseGet(
            () ->
                e instanceof DatabindException || !e.getPath().isEmpty()
                    ? mismatch(body, type, e.getPath())
                    : e.getOriginalMessage());
  }

  private String mismatch(byte[] body, Class<?> type, List<JacksonException.Reference> path) {
    List<String> names = new ArrayList<>();
    boolean element = false;
    JsonPointer pointer = JsonPointer.empty();
    for (JacksonException.Reference reference : path) {
      element = reference.getIndex() >= 0;
      String name = element ? String.valueOf(reference.getIndex()) : reference.getPropertyName();
      names.add(name);
      pointer = pointer.appendProperty(name);
    }
    GoTypes.Target target = GoTypes.target(type, names);
    JsonNode found = mapper.readTree(body).at(pointer);
    String what = "json: cannot unmarshal " + describe(found, target.numeric()) + " into ";
    if (names.isEmpty()) {
      return what + "Go value of type " + target.type();
    }
    return what
        + (element ? "" : "Go struct field ")
        + GoTypes.root(type)
        + pointer.toString().replace('/', '.')
        + " of type "
        + target.type();
  }

  private static String describe(JsonNode found, boolean number) {
    return switch (found.getNodeType()) {
      case ARRAY -> "array";
      case OBJECT, POJO -> "object";
      case BOOLEAN -> "bool";
      case NUMBER -> number ? "number " + found.asString() : "number";
      case STRING, BINARY -> "string";
      case NULL, MISSING -> "null";
    };
  }
}
