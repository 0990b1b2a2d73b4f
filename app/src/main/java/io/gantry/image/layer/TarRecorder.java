package io.gantry.image.layer;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarObserver;
import io.gantry.linux.file.FileName;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes down of a layer's tar all that its files do not hold: header blocks, padding, and what
 * follows the end. With the files it makes the tar again, to the byte ({@link TarReplay}).
 *
 * <p>The record: deflated; {@code 'L' length bytes} for bytes as they are, {@code 'F' size name}
 * for the content of a file, {@code 'E'} at the end. For one thread.
 */
final class TarRecorder implements TarObserver, AutoCloseable {

  static final int MAGIC = 0x47544152;

  private static final int LITERAL_BUFFER = 32 * 1024;

  private final DataOutputStream out;
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final PathSet files = new PathSet();
  private final byte[] literal = new byte[LITERAL_BUFFER];
  private int literalLength;

  TarRecorder(OutputStream out) throws IOException {
    this.out =
        new DataOutputStream(
            new BufferedOutputStream(
                new DeflaterOutputStream(out, deflater, 16 * 1024), 16 * 1024));
    this.out.writeInt(MAGIC);
  }

  /**
   * Whether a later file took the place of an earlier one, whose content the tree therefore does
   * not hold.
   */
  boolean lostContent() {
    return files.overwritten();
  }

  @Override
  public void raw(byte[] bytes, int offset, int length) throws IOException {
    if (literalLength + length > LITERAL_BUFFER) {
      flushLiteral();
    }
    if (length > LITERAL_BUFFER) {
      out.writeByte('L');
      out.writeInt(length);
      out.write(bytes, offset, length);
      return;
    }
    System.arraycopy(bytes, offset, literal, literalLength, length);
    literalLength += length;
  }

  @Override
  public void content(TarEntry entry) throws IOException {
    byte[] name = FileName.toBytes(entry.name());
    files.add(name);
    flushLiteral();
    out.writeByte('F');
    out.writeLong(entry.size());
    out.writeInt(name.length);
    out.write(name);
  }

  private void flushLiteral() throws IOException {
    if (literalLength > 0) {
      out.writeByte('L');
      out.writeInt(literalLength);
      out.write(literal, 0, literalLength);
      literalLength = 0;
    }
  }

  /** The stream is at its end. */
  void finish() throws IOException {
    flushLiteral();
    out.writeByte('E');
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } finally {
      deflater.end();
    }
  }
}
