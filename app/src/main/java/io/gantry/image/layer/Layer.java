package io.gantry.image.layer;

import java.util.Optional;

/**
 * A layer that has been applied on this host.
 *
 * @param chainId digest of this layer and all below it; its name here
 * @param diffId digest of its own uncompressed tar
 * @param parent chain id of the layer below
 * @param size of the files in it, in bytes
 * @param tarSize of its tar, in bytes
 */
public record Layer(
    String chainId, String diffId, Optional<String> parent, long size, long tarSize) {

  static final String SNAPSHOT_PREFIX = "layer-";

  /** Key of the committed snapshot. */
  public String snapshot() {
    return snapshot(chainId);
  }

  /** Key of the committed snapshot of a chain. */
  public static String snapshot(String chainId) {
    return SNAPSHOT_PREFIX + chainId.substring(chainId.indexOf(':') + 1);
  }
}
