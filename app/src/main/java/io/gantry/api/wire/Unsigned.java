package io.gantry.api.wire;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/** Numbers that Go keeps without a sign: what does not fit is refused, as a number. */
final class Unsigned {

  private Unsigned() {}

  /** {@code uint16}. */
  static final class Short extends StdDeserializer<Integer> {

    private static final int MAX = 0xFFFF;

    Short() {
      super(int.class);
    }

    @Override
    public Integer deserialize(JsonParser parser, DeserializationContext context) {
      int value = _parseIntPrimitive(parser, context);
      if (value < 0 || value > MAX) {
        throw context.weirdNumberException(value, int.class, "not a uint16");
      }
      return value;
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
      return 0;
    }
  }

  /** {@code uint64}, of which the positive half of a {@code long} is kept. */
  static final class Long extends StdDeserializer<java.lang.Long> {

    Long() {
      super(long.class);
    }

    @Override
    public java.lang.Long deserialize(JsonParser parser, DeserializationContext context) {
      long value = _parseLongPrimitive(parser, context);
      if (value < 0) {
        throw context.weirdNumberException(value, long.class, "not a uint64");
      }
      return value;
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
      return 0L;
    }
  }
}
