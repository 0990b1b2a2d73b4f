package io.gantry.layers.tar;

import java.io.IOException;

/**
 * Is told of every byte a {@link TarReader} consumes, in order: either as it is, or as being the
 * content of a file. Raw bytes with the contents put back in between are the archive again, byte by
 * byte.
 */
public interface TarObserver {

  TarObserver NONE =
      new TarObserver() {
        @Override
        public void raw(byte[] bytes, int offset, int length) {}

        @Override
        public void content(TarEntry entry) {}
      };

  /** Headers, padding, the end, and contents of sparse files. The array is only lent. */
  void raw(byte[] bytes, int offset, int length) throws IOException;

  /**
   * Here follow {@code entry.size()} bytes: the content of this regular file. Not called for an
   * empty one.
   */
  void content(TarEntry entry) throws IOException;
}
