package io.gantry.api.wire;

import io.gantry.container.ContainerConfig;
import io.gantry.container.Resources;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.util.NameTransformer;

/**
 * Reads a record that is written flat within another. Jackson's own way of it forgets that names
 * are read without regard to case.
 */
class Flat<T> extends ValueDeserializer<T> {

  private final Class<T> type;

  Flat(Class<T> type) {
    this.type = type;
  }

  static final class OfConfig extends Flat<ContainerConfig> {
    OfConfig() {
      super(ContainerConfig.class);
    }
  }

  static final class OfResources extends Flat<Resources> {
    OfResources() {
      super(Resources.class);
    }
  }

  @Override
  public T deserialize(JsonParser parser, DeserializationContext context) {
    return context.readValue(parser, type);
  }

  /** Another one, which is how Jackson knows that this can be read flat. */
  @Override
  public ValueDeserializer<T> unwrappingDeserializer(
      DeserializationContext context, NameTransformer unwrapper) {
    return new Flat<>(type);
  }
}
