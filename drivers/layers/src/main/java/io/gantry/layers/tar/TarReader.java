package io.gantry.layers.tar;

import io.gantry.linux.file.FileName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar from a stream, one entry after the other: ustar, PAX, GNU and the old format, with
 * sparse files of all four GNU kinds. Global PAX headers are read over, as Docker does. Memory does
 * not grow with the archive. For one thread.
 */
public final class TarReader {

  /** Takes what is in a file, holes left out. */
  @FunctionalInterface
  public interface Content {
    /** The room is filled up to its limit, with what belongs at {@code position}. */
    void data(long position, ByteBuffer room) throws IOException;
  }

  private static final int BLOCK = TarHeader.SIZE;

  private final TarInput in;
  private final TarLimits limits;
  private final TarObserver observer;
  private long entries;
  private long left;
  private int padding;
  private Optional<SparseMap> sparse = Optional.empty();
  private long position;

  public TarReader(InputStream in) {
    this(in, TarLimits.DEFAULT, TarObserver.NONE);
  }

  public TarReader(InputStream in, TarLimits limits, TarObserver observer) {
    this.in = new TarInput(in, observer);
    this.limits = limits;
    this.observer = observer;
  }

  /**
   * Goes on to the next entry, over what is left of the content of the last one; empty at the end
   * of the archive, when the stream has been read to its end.
   *
   * @throws TarFormatException when it is not a tar, or beyond a limit
   */
  public Optional<TarEntry> next() throws IOException {
    skipContent();
    Extension extension = new Extension();
    while (true) {
      Optional<TarHeader> read = in.header();
      if (read.isEmpty()) {
        in.drain();
        return Optional.empty();
      }
      TarHeader header = read.get();
      switch (header.typeFlag()) {
        case 'x' -> extension.pax = PaxRecords.parse(extension.read(header));
        case 'g' -> extension.read(header);
        case 'L' -> extension.longName = Optional.of(extension.readName(header));
        case 'K' -> extension.longLink = Optional.of(extension.readName(header));
        default -> {
          return Optional.of(entry(header, extension));
        }
      }
    }
  }

  private TarEntry entry(TarHeader header, Extension extension) throws IOException {
    if (++entries > limits.entries()) {
      throw new TarFormatException("more than " + limits.entries() + " entries");
    }
    PaxRecords pax = extension.pax;
    String name = pax.text("path", extension.longName.orElse(header.name()));
    name = pax.text("GNU.sparse.name", name);
    String link = pax.text("linkpath", extension.longLink.orElse(header.linkName()));
    checkName(name);
    checkName(link);
    TarType type = type(header.typeFlag(), name);
    long stored = pax.number("size", header.size());
    if (stored < 0) {
      throw new TarFormatException(name + ": negative size");
    }
    long size = type == TarType.REGULAR ? stored : 0;
    setContent(size);
    if (type == TarType.REGULAR) {
      sparse = sparseMap(header, extension, name);
      size = sparse.isPresent() ? sparse.get().realSize() : size;
    }
    long[] mtime = pax.has("mtime") ? pax.time("mtime") : new long[] {header.mtime(), 0};
    boolean device = type == TarType.CHARACTER_DEVICE || type == TarType.BLOCK_DEVICE;
    TarEntry entry =
        new TarEntry(
            name,
            type,
            header.mode(),
            owner(name, pax.number("uid", header.uid())),
            owner(name, pax.number("gid", header.gid())),
            size,
            mtime[0],
            (int) mtime[1],
            link,
            device ? header.deviceMajor() : 0,
            device ? header.deviceMinor() : 0,
            extension.pax == PaxRecords.NONE ? Map.of() : pax.xattrs());
    if (sparse.isEmpty() && size > 0) {
      observer.content(entry);
    }
    return entry;
  }

  /**
   * Hands over the content of the entry {@link #next()} returned last, in pieces as large as the
   * room for them.
   *
   * @param room is used from its start; outside the heap it saves a copy
   */
  public void content(ByteBuffer room, Content to) throws IOException {
    if (sparse.isEmpty()) {
      while (left > 0) {
        left -= piece(position, left, false, room, to);
      }
    } else {
      for (SparseMap.Region region : sparse.get().regions()) {
        long end = region.offset() + region.length();
        long at = region.offset();
        while (at < end) {
          int length = piece(at, end - at, true, room, to);
          at += length;
          left -= length;
        }
      }
    }
    skipContent();
  }

  private int piece(long at, long most, boolean raw, ByteBuffer room, Content to)
      throws IOException {
    room.clear().limit((int) Math.min(room.capacity(), most));
    in.read(room, raw);
    room.flip();
    int length = room.remaining();
    to.data(at, room);
    position = at + length;
    return length;
  }

  /**
   * The content as a stream, valid until {@link #next()}; not for sparse files. Need not be read to
   * its end nor closed.
   */
  public InputStream content() {
    if (sparse.isPresent()) {
      throw new IllegalStateException("sparse");
    }
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
          return -1;
        }
        if (length == 0) {
          return 0;
        }
        int n = in.slice(Math.min(left, length), false);
        System.arraycopy(in.array(), in.sliceOffset(), bytes, offset, n);
        left -= n;
        position += n;
        return n;
      }
    };
  }

  private void setContent(long size) {
    left = size;
    padding = (int) (-size & (BLOCK - 1));
    position = 0;
    sparse = Optional.empty();
  }

  private void skipContent() throws IOException {
    while (left > 0) {
      left -= in.slice(left, sparse.isPresent());
    }
    in.skipRaw(padding);
    padding = 0;
  }

  private TarType type(byte flag, String name) throws TarFormatException {
    return switch (flag) {
      case 0 -> name.endsWith("/") ? TarType.DIRECTORY : TarType.REGULAR;
      case '0', '7', 'S' -> TarType.REGULAR;
      case '1' -> TarType.HARD_LINK;
      case '2' -> TarType.SYMBOLIC_LINK;
      case '3' -> TarType.CHARACTER_DEVICE;
      case '4' -> TarType.BLOCK_DEVICE;
      case '5' -> TarType.DIRECTORY;
      case '6' -> TarType.FIFO;
      default -> throw new TarFormatException(name + ": unhandled tar header type " + flag);
    };
  }

  private void checkName(String name) throws TarFormatException {
    boolean surelyShort = name.length() <= limits.nameBytes() / 3;
    if (!surelyShort && FileName.toBytes(name).length > limits.nameBytes()) {
      throw new TarFormatException(name.substring(0, 64) + "...: name too long");
    }
  }

  private static int owner(String name, long id) throws TarFormatException {
    // 4294967295 is no id: chown(2) would leave the owner as it is
    if (id < 0 || id >= 0xFFFFFFFFL) {
      throw new TarFormatException(name + ": owner " + id + " out of range");
    }
    return (int) id;
  }

  private Optional<SparseMap> sparseMap(TarHeader header, Extension extension, String name)
      throws IOException {
    PaxRecords pax = extension.pax;
    long stored = left;
    if (header.typeFlag() == 'S') {
      List<Long> numbers = oldSparseNumbers(header, extension);
      return Optional.of(SparseMap.of(header.sparseRealSize(), numbers, stored, name));
    }
    if (pax.number("GNU.sparse.major", 0) == 1) {
      long realSize = pax.number("GNU.sparse.realsize", -1);
      List<Long> numbers = inlineSparseNumbers(name);
      return Optional.of(SparseMap.of(realSize, numbers, left, name));
    }
    if (pax.has("GNU.sparse.size")) {
      long realSize = pax.number("GNU.sparse.size", -1);
      return Optional.of(SparseMap.of(realSize, pax.sparseNumbers(), stored, name));
    }
    return Optional.empty();
  }

  /** Four pairs in the header, 21 in each block that follows. */
  private List<Long> oldSparseNumbers(TarHeader header, Extension extension) throws IOException {
    List<Long> numbers = new ArrayList<>();
    sparsePairs(header.block(), 386, 4, numbers);
    boolean more = header.sparseContinues();
    while (more) {
      extension.count(BLOCK);
      byte[] block = in.raw(BLOCK);
      sparsePairs(block, 0, 21, numbers);
      more = block[504] != 0;
    }
    return numbers;
  }

  private static void sparsePairs(byte[] block, int offset, int count, List<Long> numbers)
      throws TarFormatException {
    for (int i = 0; i < count && block[offset + 24 * i] != 0; i++) {
      numbers.add(TarHeader.number(block, offset + 24 * i, 12));
      numbers.add(TarHeader.number(block, offset + 24 * i + 12, 12));
    }
  }

  /**
   * Format 1.0: lines of decimals in front of the content, filled up to a block: how many pairs,
   * then the pairs.
   */
  private List<Long> inlineSparseNumbers(String name) throws IOException {
    List<Long> numbers = new ArrayList<>();
    StringBuilder digits = new StringBuilder();
    long wanted = -1;
    long read = 0;
    while (wanted < 0 || numbers.size() < wanted) {
      read += BLOCK;
      if (left < BLOCK || read > limits.headerBytes()) {
        throw new TarFormatException(name + ": invalid sparse map");
      }
      left -= BLOCK;
      for (byte b : in.raw(BLOCK)) {
        if (wanted >= 0 && numbers.size() == wanted) {
          break;
        }
        if (b != '\n') {
          digits.append((char) b);
          continue;
        }
        long number = PaxRecords.decimal("sparse map of " + name, digits.toString());
        digits.setLength(0);
        if (wanted < 0) {
          if (number < 0 || number > limits.headerBytes()) {
            throw new TarFormatException(name + ": invalid sparse map");
          }
          wanted = 2 * number;
        } else {
          numbers.add(number);
        }
      }
    }
    return numbers;
  }

  /** What headers before an entry's own say of it. */
  private final class Extension {
    PaxRecords pax = PaxRecords.NONE;
    Optional<String> longName = Optional.empty();
    Optional<String> longLink = Optional.empty();
    private long bytes;

    byte[] read(TarHeader header) throws IOException {
      long size = header.size();
      if (size < 0) {
        throw new TarFormatException("invalid tar header: negative size");
      }
      count(size + BLOCK);
      byte[] content = in.raw((int) size);
      in.skipRaw((int) (-size & (BLOCK - 1)));
      return content;
    }

    String readName(TarHeader header) throws IOException {
      byte[] content = read(header);
      int end = 0;
      while (end < content.length && content[end] != 0) {
        end++;
      }
      return FileName.fromBytes(Arrays.copyOf(content, end));
    }

    void count(long more) throws TarFormatException {
      bytes = more > limits.headerBytes() ? more : bytes + more;
      if (bytes > limits.headerBytes()) {
        throw new TarFormatException(
            "headers of one entry larger than "
                + limits.headerBytes()
                + " bytes"
                + longName.map(n -> ": " + shorten(n)).orElse(""));
      }
    }

    private String shorten(String text) {
      return text.substring(0, Math.min(64, text.length()));
    }
  }
}
