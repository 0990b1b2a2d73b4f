package io.gantry.layers.tar;

import io.gantry.linux.file.FileName;
import java.util.Arrays;

/**
 * The 512 bytes in front of an entry, taken apart: ustar, GNU and the old format ({@code tar(5)}).
 */
final class TarHeader {

  static final int SIZE = 512;
  private static final byte[] USTAR = {'u', 's', 't', 'a', 'r', 0};

  private final byte[] block;

  private TarHeader(byte[] block) {
    this.block = block;
  }

  static boolean isZero(byte[] bytes, int offset) {
    for (int i = offset; i < offset + SIZE; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Copies the block and checks its sum. */
  static TarHeader parse(byte[] bytes, int offset) throws TarFormatException {
    TarHeader header = new TarHeader(Arrays.copyOfRange(bytes, offset, offset + SIZE));
    int unsigned = 0;
    int signed = 0;
    for (int i = 0; i < SIZE; i++) {
      byte b = i >= 148 && i < 156 ? (byte) ' ' : header.block[i];
      unsigned += b & 0xFF;
      signed += b;
    }
    long sum = header.number(148, 8);
    if (sum != unsigned && sum != signed) {
      throw new TarFormatException("invalid tar header: wrong checksum");
    }
    return header;
  }

  byte typeFlag() {
    return block[156];
  }

  String name() {
    String name = text(0, 100);
    if (!Arrays.equals(block, 257, 263, USTAR, 0, 6) || block[345] == 0) {
      return name;
    }
    return text(345, 155) + "/" + name;
  }

  String linkName() {
    return text(157, 100);
  }

  int mode() throws TarFormatException {
    return (int) number(100, 8) & 07777;
  }

  long uid() throws TarFormatException {
    return number(108, 8);
  }

  long gid() throws TarFormatException {
    return number(116, 8);
  }

  long size() throws TarFormatException {
    return number(124, 12);
  }

  long mtime() throws TarFormatException {
    return number(136, 12);
  }

  int deviceMajor() throws TarFormatException {
    return (int) number(329, 8);
  }

  int deviceMinor() throws TarFormatException {
    return (int) number(337, 8);
  }

  /** GNU's sparse format: how large the file is with its holes. */
  long sparseRealSize() throws TarFormatException {
    return number(483, 12);
  }

  boolean sparseContinues() {
    return block[482] != 0;
  }

  byte[] block() {
    return block;
  }

  private String text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return FileName.fromBytes(block, offset, end - offset);
  }

  private long number(int offset, int length) throws TarFormatException {
    return number(block, offset, length);
  }

  /** Octal with spaces or NULs around, or binary with the top bit set. */
  static long number(byte[] block, int offset, int length) throws TarFormatException {
    if ((block[offset] & 0x80) != 0) {
      return binary(block, offset, length);
    }
    int i = offset;
    int end = offset + length;
    while (i < end && (block[i] == ' ' || block[i] == 0)) {
      i++;
    }
    long value = 0;
    while (i < end && block[i] >= '0' && block[i] <= '7') {
      value = value << 3 | block[i++] - '0';
    }
    while (i < end) {
      if (block[i] != ' ' && block[i] != 0) {
        throw new TarFormatException("invalid tar header: not a number");
      }
      i++;
    }
    return value;
  }

  private static long binary(byte[] block, int offset, int length) throws TarFormatException {
    boolean negative = (block[offset] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = offset; i < offset + length; i++) {
      int b = block[i] & 0xFF;
      if (i == offset) {
        b = negative ? b | 0x80 : b & 0x7F;
      }
      long shifted = value << 8;
      if (shifted >> 8 != value) {
        throw new TarFormatException("invalid tar header: number out of range");
      }
      value = shifted | b;
    }
    return value;
  }
}
