package io.gantry.layers.tar;

import io.gantry.linux.file.FileName;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a tar: ustar headers, with PAX headers where ustar has no room (long or non-ASCII names,
 * large numbers, fractions of seconds, extended attributes as {@code SCHILY.xattr}). The same
 * entries give the same bytes. For one thread.
 *
 * <p>{@link #close()} ends the archive and closes the stream.
 */
public final class TarWriter implements Closeable {

  private static final int BLOCK = TarHeader.SIZE;
  private static final long MAX_OCTAL_7 = 07777777;
  private static final long MAX_OCTAL_11 = 077777777777L;

  private final OutputStream out;
  private String current = "";
  private long left;
  private int padding;

  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Begins an entry; a regular file's content must follow through {@link #content}. */
  public void entry(TarEntry entry) throws IOException {
    endEntry();
    Map<String, byte[]> records = new TreeMap<>();
    byte[] header = new byte[BLOCK];
    byte[] name = FileName.toBytes(entry.name());
    if (!putName(header, name)) {
      records.put("path", name);
      put(header, 0, 100, name);
    }
    byte[] link = FileName.toBytes(entry.linkName());
    if (link.length > 100 || !isAscii(link)) {
      records.put("linkpath", link);
    }
    put(header, 157, 100, link);
    octal(header, 100, 8, entry.mode());
    number(header, 108, 8, entry.uid() & 0xFFFFFFFFL, "uid", records);
    number(header, 116, 8, entry.gid() & 0xFFFFFFFFL, "gid", records);
    long size = entry.type() == TarType.REGULAR ? entry.size() : 0;
    number(header, 124, 12, size, "size", records);
    number(header, 136, 12, entry.mtime(), "mtime", records);
    if (entry.mtimeNanos() != 0) {
      records.put("mtime", ascii(time(entry.mtime(), entry.mtimeNanos())));
    }
    octal(header, 329, 8, entry.deviceMajor());
    octal(header, 337, 8, entry.deviceMinor());
    entry.xattrs().forEach((key, value) -> records.put("SCHILY.xattr." + key, value));
    if (!records.isEmpty()) {
      writePax(entry.name(), records);
    }
    writeHeader(header, entry.type().flag());
    current = entry.name();
    left = size;
    padding = (int) (-size & (BLOCK - 1));
  }

  /** Content of the entry begun last; no more than its size. */
  public void content(byte[] bytes, int offset, int length) throws IOException {
    if (length > left) {
      throw new IllegalStateException(current + ": more content than its size");
    }
    out.write(bytes, offset, length);
    left -= length;
  }

  /** How much content of the current entry is still missing. */
  public long missing() {
    return left;
  }

  /** Writes zeros for what is missing: a hole, or the end of a file that became shorter. */
  public void zeros(long length) throws IOException {
    byte[] zeros = new byte[(int) Math.min(length, 64 * 1024)];
    for (long todo = length; todo > 0; todo -= zeros.length) {
      content(zeros, 0, (int) Math.min(todo, zeros.length));
    }
  }

  @Override
  public void close() throws IOException {
    endEntry();
    out.write(new byte[2 * BLOCK]);
    out.close();
  }

  private void endEntry() throws IOException {
    if (left > 0) {
      throw new IllegalStateException(current + ": " + left + " bytes of content missing");
    }
    out.write(new byte[padding]);
    padding = 0;
  }

  private void writePax(String name, Map<String, byte[]> records) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      byte[] key = FileName.toBytes(record.getKey());
      int rest = key.length + record.getValue().length + 3; // space, equals sign, newline
      int length = rest + Integer.toString(rest).length();
      length = rest + Integer.toString(length).length();
      body.writeBytes(ascii(length + " "));
      body.writeBytes(key);
      body.write('=');
      body.writeBytes(record.getValue());
      body.write('\n');
    }
    byte[] header = new byte[BLOCK];
    byte[] shown =
        FileName.toBytes(
            "PaxHeaders.0/"
                + name.substring(name.lastIndexOf('/', Math.max(0, name.length() - 2)) + 1));
    put(header, 0, 100, shown);
    octal(header, 100, 8, 0);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, body.size());
    octal(header, 136, 12, 0);
    octal(header, 329, 8, 0);
    octal(header, 337, 8, 0);
    writeHeader(header, 'x');
    body.writeTo(out);
    out.write(new byte[-body.size() & (BLOCK - 1)]);
  }

  private void writeHeader(byte[] header, char flag) throws IOException {
    header[156] = (byte) flag;
    put(header, 257, 8, ascii("ustar\00000"));
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    octal(header, 148, 7, sum);
    out.write(header);
  }

  /** Into the name field, or cut at a slash into prefix and name. */
  private static boolean putName(byte[] header, byte[] name) {
    if (!isAscii(name)) {
      return false;
    }
    if (name.length <= 100) {
      put(header, 0, 100, name);
      return true;
    }
    for (int cut = Math.min(155, name.length - 2); cut > 0; cut--) {
      if (name[cut] == '/') {
        if (name.length - cut - 1 > 100) {
          return false;
        }
        put(header, 345, 155, Arrays.copyOf(name, cut));
        put(header, 0, 100, Arrays.copyOfRange(name, cut + 1, name.length));
        return true;
      }
    }
    return false;
  }

  private static void number(
      byte[] header, int offset, int length, long value, String key, Map<String, byte[]> records) {
    long max = length == 8 ? MAX_OCTAL_7 : MAX_OCTAL_11;
    if (value < 0 || value > max) {
      records.put(key, ascii(Long.toString(value)));
      octal(header, offset, length, 0);
    } else {
      octal(header, offset, length, value);
    }
  }

  private static void octal(byte[] header, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    put(
        header,
        offset,
        length,
        ascii("0".repeat(Math.max(0, length - 1 - digits.length())) + digits));
  }

  private static void put(byte[] header, int offset, int length, byte[] value) {
    System.arraycopy(value, 0, header, offset, Math.min(length, value.length));
  }

  private static String time(long seconds, int nanos) {
    boolean negative = seconds < 0;
    long whole = negative ? -(seconds + 1) : seconds;
    int fraction = negative ? 1_000_000_000 - nanos : nanos;
    String digits = String.format(Locale.ROOT, "%09d", fraction).replaceAll("0+$", "");
    return (negative ? "-" : "") + whole + "." + digits;
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
