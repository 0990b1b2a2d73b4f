package io.gantry.layers;

import io.gantry.layers.tar.TarFormatException;
import java.util.ArrayList;
import java.util.List;

/**
 * The name of an archive's entry as a path below the root it goes to: no leading slash, no empty,
 * {@code .} or {@code ..} components; the root itself is empty.
 */
record EntryPath(String path) {

  /**
   * Cleans a name as Docker does: a leading slash is the root, {@code a/../b} is {@code b}.
   *
   * @throws TarFormatException when it leads out of the root
   */
  static EntryPath of(String name) throws TarFormatException {
    if (isClean(name)) {
      return new EntryPath(name);
    }
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/")) {
      if (part.equals("..")) {
        if (parts.isEmpty()) {
          throw new TarFormatException(
              "invalid entry name \"" + name + "\": it leads out of the root");
        }
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return new EntryPath(String.join("/", parts));
  }

  private static boolean isClean(String name) {
    boolean atStart = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (atStart && (c == '.' || c == '/')) {
        return false;
      }
      atStart = c == '/';
    }
    return !atStart || name.isEmpty();
  }

  boolean isRoot() {
    return path.isEmpty();
  }

  /** The directory it is in; empty for the root. */
  String parent() {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  String leaf() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
