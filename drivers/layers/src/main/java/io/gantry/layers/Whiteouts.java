package io.gantry.layers;

import io.gantry.layers.tar.TarFormatException;
import io.gantry.linux.file.FileStat;

/**
 * How archives and overlayfs say that something is deleted (OCI image-spec, layer.md, Whiteouts;
 * kernel, filesystems/overlayfs.rst).
 */
final class Whiteouts {

  static final String PREFIX = ".wh.";
  static final String META_PREFIX = ".wh..wh.";
  static final String OPAQUE = ".wh..wh..opq";
  static final String OPAQUE_XATTR = "trusted.overlay.opaque";
  static final byte[] OPAQUE_YES = {'y'};

  private Whiteouts() {}

  /** The name a whiteout entry deletes. */
  static String deletedName(String entry, String leaf) throws TarFormatException {
    String name = leaf.substring(PREFIX.length());
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new TarFormatException("invalid tar: \"" + entry + "\" is no whiteout");
    }
    return name;
  }

  static boolean isOverlayWhiteout(FileStat stat) {
    return stat.type() == FileStat.CHARACTER_DEVICE && stat.rdev() == 0;
  }
}
