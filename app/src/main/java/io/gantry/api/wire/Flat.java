package io.gantry.api.wire;

import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Resources;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.util.NameTransformer;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Reads a record that is written flat within another. Jackson's own way of it forgets that names
 * are read without regard to case.
 */
class Flat<T> extends ValueDeserializer<T> {

  private final Class<T> type;

  Flat(Class<T> type) {
    this.type = type;
  }

  /** Null when the request has none of the config's fields. */
  static final class OfConfig extends Flat<ContainerConfig> {

    private static final Set<String> FIELDS =
        Arrays.stream(ContainerConfig.class.getRecordComponents())
            .map(component -> component.getName().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    OfConfig() {
      super(ContainerConfig.class);
    }

    @Override
    public @Nullable ContainerConfig deserialize(
        JsonParser parser, DeserializationContext context) {
      TokenBuffer tokens = context.bufferAsCopyOfValue(parser);
      boolean any = false;
      try (JsonParser names = tokens.asParser()) {
        names.nextToken();
        for (String name = names.nextName(); name != null; name = names.nextName()) {
          any |= FIELDS.contains(name.toLowerCase(Locale.ROOT));
          names.nextToken();
          names.skipChildren();
        }
      }
      if (!any) {
        return null;
      }
      JsonParser again = tokens.asParser(context);
      again.nextToken();
      return super.deserialize(again, context);
    }

    @Override
    public ValueDeserializer<ContainerConfig> unwrappingDeserializer(
        DeserializationContext context, NameTransformer unwrapper) {
      return new OfConfig();
    }
  }

  static final class OfResources extends Flat<Resources> {
    OfResources() {
      super(Resources.class);
    }
  }

  @Override
  public @Nullable T deserialize(JsonParser parser, DeserializationContext context) {
    return context.readValue(parser, type);
  }

  /** Another one, which is how Jackson knows that this can be read flat. */
  @Override
  public ValueDeserializer<T> unwrappingDeserializer(
      DeserializationContext context, NameTransformer unwrapper) {
    return new Flat<>(type);
  }
}
