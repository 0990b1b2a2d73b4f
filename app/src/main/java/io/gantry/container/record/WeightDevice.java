package io.gantry.container.record;

/**
 * A block device's share of I/O (API v1.51, BlkioWeightDevice).
 *
 * @param path device node
 * @param weight 10 to 1000
 */
public record WeightDevice(String path, int weight) {

  public WeightDevice {
    path = Lists.of(path);
  }
}
