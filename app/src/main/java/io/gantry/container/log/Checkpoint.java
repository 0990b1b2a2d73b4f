package io.gantry.container.log;

import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.runtime.Journal;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The file that says how far a journal has been carried to the log driver. It has two slots which
 * are written in turn, each with a number and a checksum: a write that was cut off leaves the one
 * before. Written without a sync: it survives the daemon, and after a crash of the machine it is at
 * worst an older state, from which the journal still goes on ({@link #force}).
 */
final class Checkpoint implements AutoCloseable {

  /**
   * How far.
   *
   * @param position where reading goes on
   * @param skip how many records that are made from there the driver has already
   * @param mark of the driver
   * @param unfinished for each stream the beginning of a line, read before the position
   * @param times of those
   */
  record State(
      Journal.Position position, int skip, String mark, byte[][] unfinished, long[] times) {

    static final State START =
        new State(
            Journal.Position.START,
            0,
            "",
            new byte[LogStream.values().length][0],
            new long[LogStream.values().length]);
  }

  private static final int MAGIC = 0x47414e01;
  private static final int SLOT = 64 * 1024;
  private static final int MAX_TEXT = SLOT / 3;
  private static final int HEAD = 16;

  private final FileChannel file;
  private long number;

  Checkpoint(Path path) throws IOException {
    file =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** The last state that was stored completely. */
  State load() throws IOException {
    State best = State.START;
    for (int slot = 0; slot < 2; slot++) {
      ByteBuffer bytes = ByteBuffer.allocate(SLOT);
      while (bytes.hasRemaining() && file.read(bytes, (long) slot * SLOT + bytes.position()) > 0) {
        // Reads on.
      }
      bytes.flip();
      Optional<Stored> stored = decode(bytes);
      if (stored.isPresent() && stored.get().number > number) {
        number = stored.get().number;
        best = stored.get().state;
      }
    }
    return best;
  }

  private record Stored(long number, State state) {}

  void store(State state) throws IOException {
    number++;
    ByteBuffer bytes = encode(number, state);
    long at = (number & 1) * SLOT;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }

  /** To be called before what lies before the state is deleted: an older state would need it. */
  void force() throws IOException {
    file.force(false);
  }

  private static ByteBuffer encode(long number, State state) {
    byte[] mark = state.mark.getBytes(StandardCharsets.US_ASCII);
    int length = 64 + mark.length;
    for (byte[] text : state.unfinished) {
      length += text.length + 16;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    bytes.position(HEAD);
    bytes.putLong(number);
    bytes.putLong(state.position.segment());
    bytes.putLong(state.position.offset());
    bytes.putInt(state.skip);
    put(bytes, mark);
    for (int i = 0; i < state.unfinished.length; i++) {
      bytes.putLong(state.times[i]);
      put(bytes, state.unfinished[i]);
    }
    bytes.flip();
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), HEAD, bytes.limit() - HEAD);
    bytes.putInt(0, MAGIC);
    bytes.putInt(4, bytes.limit());
    bytes.putLong(8, crc.getValue());
    return bytes;
  }

  private static Optional<Stored> decode(ByteBuffer bytes) {
    if (bytes.limit() < HEAD
        || bytes.getInt(0) != MAGIC
        || bytes.getInt(4) < HEAD
        || bytes.getInt(4) > bytes.limit()) {
      return Optional.empty();
    }
    bytes.limit(bytes.getInt(4));
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), HEAD, bytes.limit() - HEAD);
    if (bytes.getLong(8) != crc.getValue()) {
      return Optional.empty();
    }
    try {
      bytes.position(HEAD);
      long number = bytes.getLong();
      Journal.Position position = new Journal.Position(bytes.getLong(), bytes.getLong());
      int skip = bytes.getInt();
      String mark = new String(get(bytes), StandardCharsets.US_ASCII);
      byte[][] unfinished = new byte[LogStream.values().length][];
      long[] times = new long[unfinished.length];
      for (int i = 0; i < unfinished.length; i++) {
        times[i] = bytes.getLong();
        unfinished[i] = get(bytes);
      }
      return Optional.of(new Stored(number, new State(position, skip, mark, unfinished, times)));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void put(ByteBuffer bytes, byte[] text) {
    bytes.putInt(text.length);
    bytes.put(text);
  }

  private static byte[] get(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length < 0 || length > MAX_TEXT) {
      throw new IllegalArgumentException("length " + length);
    }
    byte[] text = new byte[length];
    bytes.get(text);
    return text;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
