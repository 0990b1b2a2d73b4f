package io.gantry.logging;

import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Compressed log files as Docker writes them: gzip whose extra field says {@code {"lastTime":"…"}},
 * so that old files can be passed over.
 */
final class GzipFile {

  private static final int EXTRA = 4;
  private static final int HEADER = 10;
  private static final int MAX_HEAD = 256;
  private static final byte[] LAST_TIME = "{\"lastTime\":\"".getBytes(StandardCharsets.US_ASCII);

  private GzipFile() {}

  /** Compresses a file of lines; on return the other is on the disk. */
  static void write(Path from, Path to, LineDecoder decoder) throws IOException {
    long lastTime;
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
      lastTime = new LogSearch(in, decoder, in.size()).greatestTime(ClockSteps.read(from));
    }
    Files.deleteIfExists(to);
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    byte[] buffer = Buffers.take();
    try (InputStream in = Files.newInputStream(from);
        FileChannel file =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = Channels.newOutputStream(file);
      Files.setPosixFilePermissions(
          to,
          Set.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.GROUP_READ));
      out.write(header(lastTime));
      CRC32 crc = new CRC32();
      long length = 0;
      DeflaterOutputStream body = new DeflaterOutputStream(out, deflater, 1 << 15);
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
        length += read;
        body.write(buffer, 0, read);
      }
      body.finish();
      byte[] trailer = new byte[8];
      putInt(trailer, 0, (int) crc.getValue());
      putInt(trailer, 4, (int) length);
      out.write(trailer);
      file.force(true);
    } finally {
      Buffers.give(buffer);
      deflater.end();
    }
  }

  private static byte[] header(long lastTime) {
    byte[] time = new byte[LogTime.MAX_BYTES];
    int length = lastTime == LogTime.INVALID ? 0 : new LogTime().writeTrimmed(lastTime, time, 0);
    int extra = LAST_TIME.length + length + 2;
    byte[] header = new byte[HEADER + 2 + extra];
    header[0] = 0x1f;
    header[1] = (byte) 0x8b;
    header[2] = 8;
    header[3] = EXTRA;
    header[9] = (byte) 0xff;
    header[10] = (byte) extra;
    header[11] = (byte) (extra >> 8);
    System.arraycopy(LAST_TIME, 0, header, 12, LAST_TIME.length);
    System.arraycopy(time, 0, header, 12 + LAST_TIME.length, length);
    header[header.length - 2] = '"';
    header[header.length - 1] = '}';
    return header;
  }

  private static void putInt(byte[] out, int at, int value) {
    for (int i = 0; i < 4; i++) {
      out[at + i] = (byte) (value >> 8 * i);
    }
  }

  /** The time of the last record, {@link LogTime#INVALID} if the file does not say. */
  static long lastTime(FileChannel file) throws IOException {
    byte[] head = new byte[MAX_HEAD];
    int read = file.read(ByteBuffer.wrap(head), 0);
    if (read < HEADER + 2 || (head[3] & EXTRA) == 0) {
      return LogTime.INVALID;
    }
    int start = HEADER + 2;
    int end = start + ((head[10] & 0xff) | (head[11] & 0xff) << 8);
    boolean sane = end <= read && Bytes.startsWith(head, start, end, LAST_TIME);
    return sane ? new LogTime().parse(head, start + LAST_TIME.length, end - 2) : LogTime.INVALID;
  }
}
