package io.gantry.layers;

import io.gantry.layers.tar.TarLimits;

/**
 * What an archive from outside may ask of this host.
 *
 * @param tar of the archive's parts
 * @param maxBytes how much an archive may unpack to, in bytes
 * @param maxRatio how many bytes one compressed byte may become, once more than {@code ratioFrom}
 *     bytes have been unpacked
 */
public record LayerLimits(TarLimits tar, long maxBytes, int maxRatio, long ratioFrom) {

  /** A layer of zeros, which gzip makes a thousand times smaller, passes up to 8 GiB. */
  public static final LayerLimits DEFAULT =
      new LayerLimits(TarLimits.DEFAULT, 1L << 42, 500, 8L << 30);
}
