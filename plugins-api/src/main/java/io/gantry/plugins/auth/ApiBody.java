package io.gantry.plugins.auth;

import java.util.Arrays;

/**
 * The JSON body of a call or its answer, at most {@link #MAX_BYTES} long. Anything else that is
 * transferred (archives, streams) is not shown to drivers.
 */
public final class ApiBody {

  /** Bodies that are longer are refused while an authorization driver is configured. */
  public static final int MAX_BYTES = 1 << 20;

  private static final ApiBody NONE = new ApiBody(new byte[0]);
  private final byte[] bytes;

  private ApiBody(byte[] bytes) {
    this.bytes = bytes;
  }

  public static ApiBody none() {
    return NONE;
  }

  public static ApiBody of(byte[] bytes) {
    return new ApiBody(bytes.clone());
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ApiBody body && Arrays.equals(bytes, body.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
