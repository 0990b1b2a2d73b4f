package io.gantry.image.layer;

import java.util.Arrays;

/**
 * Remembers by hash which paths of a tar are files and which directories hold files, to notice a
 * file that takes the place of one. Sixteen bytes a path; a collision makes it cautious, not wrong.
 */
final class PathSet {

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final Hashes files = new Hashes();
  private final Hashes parents = new Hashes();
  private boolean overwritten;

  boolean overwritten() {
    return overwritten;
  }

  /** Notes a file. */
  void add(byte[] path) {
    long hash = FNV_OFFSET;
    boolean start = true;
    int at = 0;
    while (at < path.length) {
      int end = at;
      while (end < path.length && path[end] != '/') {
        end++;
      }
      boolean skip = end == at || end == at + 1 && path[at] == '.';
      if (!skip) {
        if (!start) {
          parents.add(hash);
        }
        hash = (hash ^ '/') * FNV_PRIME;
        for (int i = at; i < end; i++) {
          hash = (hash ^ path[i] & 0xFF) * FNV_PRIME;
        }
        start = false;
      }
      at = end + 1;
    }
    if (files.contains(hash) || parents.contains(hash)) {
      overwritten = true;
    }
    files.add(hash);
  }

  private static final class Hashes {

    private long[] table = new long[256];
    private int size;

    boolean contains(long hash) {
      return table[slot(table, key(hash))] != 0;
    }

    void add(long hash) {
      long key = key(hash);
      int slot = slot(table, key);
      if (table[slot] == 0) {
        table[slot] = key;
        if (++size * 2 > table.length) {
          grow();
        }
      }
    }

    private static long key(long hash) {
      return hash == 0 ? 1 : hash;
    }

    private static int slot(long[] table, long key) {
      int slot = (int) (key ^ key >>> 32) & table.length - 1;
      while (table[slot] != 0 && table[slot] != key) {
        slot = slot + 1 & table.length - 1;
      }
      return slot;
    }

    private void grow() {
      long[] bigger = new long[table.length * 2];
      Arrays.stream(table).filter(key -> key != 0).forEach(key -> bigger[slot(bigger, key)] = key);
      table = bigger;
    }
  }
}
