package io.gantry.container.record;

/**
 * A limit of one block device (API v1.51, definitions/ThrottleDevice).
 *
 * @param path device node
 * @param rate bytes or operations a second
 */
public record ThrottleDevice(String path, long rate) {

  public ThrottleDevice {
    path = Lists.of(path);
  }
}
