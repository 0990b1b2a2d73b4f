package io.gantry.image.layer;

import com.sun.jna.Memory;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileName;
import io.gantry.linux.file.OpenFlag;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a layer's tar again from the record {@link TarRecorder} wrote and the layer's files. Reads
 * files with calls that block: for platform threads. A file that is missing or too short fails the
 * stream; that the rest is what it was, the digest of the whole must tell.
 */
final class TarReplay extends InputStream {

  private static final int BUFFER = 256 * 1024;
  private static final int MAX_NAME = 1 << 20;

  private final DataInputStream record;
  private final Inflater inflater = new Inflater(true);
  private final Directory root;
  private final Memory buffer = new Memory(BUFFER);
  private @Nullable Fd file;
  private String fileName = "";
  private long left;
  private boolean ended;

  /**
   * @param record closed with this
   * @param root of the files; not closed
   */
  TarReplay(InputStream record, Directory root) throws IOException {
    this.record = new DataInputStream(new InflaterInputStream(record, inflater, 16 * 1024));
    this.root = root;
    if (this.record.readInt() != TarRecorder.MAGIC) {
      throw new IOException("the layer's record is damaged");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    while (left == 0 && !ended) {
      next();
    }
    if (ended) {
      return -1;
    }
    int wanted = (int) Math.min(count, left);
    Fd from = file;
    if (from == null) {
      int n = record.read(bytes, offset, wanted);
      if (n < 0) {
        throw new EOFException("the layer's record is cut short");
      }
      left -= n;
      return n;
    }
    int n = from.read(buffer, Math.min(wanted, BUFFER));
    if (n == 0) {
      throw new IOException(fileName + " in the layer is shorter than it was");
    }
    buffer.read(0, bytes, offset, n);
    left -= n;
    if (left == 0) {
      file = null;
      from.close();
    }
    return n;
  }

  private void next() throws IOException {
    switch (record.readByte()) {
      case 'L' -> left = record.readInt();
      case 'F' -> openFile();
      case 'E' -> ended = true;
      default -> throw new IOException("the layer's record is damaged");
    }
    if (left < 0) {
      throw new IOException("the layer's record is damaged");
    }
  }

  private void openFile() throws IOException {
    left = record.readLong();
    int length = record.readInt();
    if (length < 0 || length > MAX_NAME) {
      throw new IOException("the layer's record is damaged");
    }
    fileName = FileName.fromBytes(record.readNBytes(length));
    try {
      file =
          root.openInRoot(
              fileName, OpenFlag.READ_ONLY | OpenFlag.NO_FOLLOW | OpenFlag.NON_BLOCKING, 0);
    } catch (ErrnoException e) {
      throw new IOException("a file of the layer cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    Fd open = file;
    if (open != null) {
      open.close();
      file = null;
    }
    try {
      record.close();
    } finally {
      inflater.end();
      buffer.close();
    }
  }
}
