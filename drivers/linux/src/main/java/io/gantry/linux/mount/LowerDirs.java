package io.gantry.linux.mount;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The value of overlayfs's {@code lowerdir} option: directories, topmost first, separated by
 * colons; colons and backslashes within have a backslash in front.
 */
public final class LowerDirs {

  private LowerDirs() {}

  public static String join(List<Path> layers) {
    StringBuilder joined = new StringBuilder();
    for (Path layer : layers) {
      joined
          .append(joined.isEmpty() ? "" : ":")
          .append(layer.toString().replace("\\", "\\\\").replace(":", "\\:"));
    }
    return joined.toString();
  }

  public static List<Path> split(String value) {
    List<Path> layers = new ArrayList<>();
    StringBuilder layer = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && i + 1 < value.length()) {
        layer.append(value.charAt(++i));
      } else if (c == ':') {
        layers.add(Path.of(layer.toString()));
        layer.setLength(0);
      } else {
        layer.append(c);
      }
    }
    layers.add(Path.of(layer.toString()));
    return layers;
  }
}
