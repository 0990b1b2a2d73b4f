package io.gantry.layers.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.file.FileName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as the tar programs of this world write them. */
class TarReaderTest {

  @TempDir Path scratch;

  private byte[] gnuTar(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tar", "-C", scratch.toString()));
    command.addAll(List.of(arguments));
    Process tar =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    byte[] archive = tar.getInputStream().readAllBytes();
    assertThat(tar.waitFor()).isZero();
    return archive;
  }

  private static Map<String, TarEntry> entries(byte[] archive) throws IOException {
    Map<String, TarEntry> entries = new HashMap<>();
    TarReader reader = new TarReader(new ByteArrayInputStream(archive));
    for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
      entries.put(next.get().name(), next.get());
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(strings = {"v7", "oldgnu", "gnu", "ustar", "pax"})
  void readsEveryFormatOfGnuTar(String format) throws Exception {
    Files.createDirectories(scratch.resolve("d/e"));
    Files.writeString(scratch.resolve("d/f"), "content");
    Files.createLink(scratch.resolve("d/hard"), scratch.resolve("d/f"));
    Files.createSymbolicLink(scratch.resolve("d/soft"), Path.of("e/nowhere"));
    Map<String, TarEntry> entries =
        entries(
            gnuTar(
                "--format=" + format,
                "--sort=name",
                "--mtime=@1234567890",
                "--owner=:1000",
                "--group=:1001",
                "-cf",
                "-",
                "d"));
    assertThat(entries).hasSize(5);
    TarEntry file = entries.get("d/f");
    assertThat(file.type()).isEqualTo(TarType.REGULAR);
    assertThat(file.size()).isEqualTo(7);
    assertThat(file.uid()).isEqualTo(1000);
    assertThat(file.gid()).isEqualTo(1001);
    assertThat(file.mtime()).isEqualTo(1234567890);
    assertThat(entries.get("d/e/").type()).isEqualTo(TarType.DIRECTORY);
    assertThat(entries.get("d/hard").type()).isEqualTo(TarType.HARD_LINK);
    assertThat(entries.get("d/hard").linkName()).isEqualTo("d/f");
    assertThat(entries.get("d/soft").linkName()).isEqualTo("e/nowhere");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "pax"})
  void readsLongNamesAndLargeNumbers(String format) throws Exception {
    String directory = "directory-with-a-long-name/".repeat(9);
    String name = directory + "\u00fc".repeat(60);
    Files.createDirectories(scratch.resolve(directory));
    Files.writeString(scratch.resolve(name), "x");
    Files.createSymbolicLink(scratch.resolve("link"), Path.of("t".repeat(200)));
    Map<String, TarEntry> entries =
        entries(
            gnuTar(
                "--format=" + format,
                "--mtime=@-86400",
                "--owner=:3000000",
                "--group=:4000000000",
                "-cf",
                "-",
                name,
                "link"));
    TarEntry file = entries.get(name);
    assertThat(file.uid()).isEqualTo(3_000_000);
    assertThat(file.gid() & 0xFFFFFFFFL).isEqualTo(4_000_000_000L);
    assertThat(file.mtime()).isEqualTo(-86400);
    assertThat(entries.get("link").linkName()).isEqualTo("t".repeat(200));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gnu",
        "pax --sparse-version=0.0",
        "pax --sparse-version=0.1",
        "pax --sparse-version=1.0"
      })
  void readsSparseFiles(String format) throws Exception {
    int size = 64 << 20;
    Path file = scratch.resolve("sparse");
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 60; i++) {
        byte[] data = ("region " + i).getBytes(StandardCharsets.UTF_8);
        channel.write(ByteBuffer.wrap(data), (i + 1L) << 20);
      }
      channel.write(ByteBuffer.wrap(new byte[] {'!'}), size - 1);
    }
    Files.writeString(scratch.resolve("after"), "follows");
    List<String> arguments = new ArrayList<>(List.of(("--format=" + format).split(" ")));
    arguments.addAll(List.of("--sparse", "-cf", "-", "sparse", "after"));
    byte[] archive = gnuTar(arguments.toArray(String[]::new));
    assertThat(archive.length).isLessThan(4 << 20);
    TarReader reader = new TarReader(new ByteArrayInputStream(archive));
    TarEntry entry = reader.next().orElseThrow();
    assertThat(entry.name()).isEqualTo("sparse");
    assertThat(entry.size()).isEqualTo(size);
    byte[] content = new byte[size];
    long[] stored = {0};
    reader.content(
        ByteBuffer.allocate(5000),
        (position, bytes) -> {
          stored[0] += bytes.remaining();
          bytes.get(content, (int) position, bytes.remaining());
        });
    assertThat(content).isEqualTo(Files.readAllBytes(file));
    assertThat(stored[0]).as("holes are not stored").isLessThan(4 << 20);
    assertThat(reader.next().orElseThrow().name()).isEqualTo("after");
    assertThat(new String(reader.content().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("follows");
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void readsExtendedAttributesAndNanoseconds() throws Exception {
    Path file = Files.writeString(scratch.resolve("f"), "x");
    Files.setAttribute(file, "user:key", ByteBuffer.wrap(new byte[] {0, 1, 10, -1}));
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1000, 123456789)));
    TarEntry entry = entries(gnuTar("--format=pax", "--xattrs", "-cf", "-", "f")).get("f");
    assertThat(entry.xattrs().get("user.key")).containsExactly(0, 1, 10, -1);
    assertThat(entry.mtimeNanos()).isEqualTo(123456789);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    byte[] notUtf8 = {'n', (byte) 0xC3, '(', (byte) 0xFF, (byte) 0xED, (byte) 0xA0, (byte) 0x80};
    List<TarEntry> written =
        List.of(
            new TarEntry("plain", TarType.REGULAR, 0644, 1, 2, 5, 1000, 0, "", 0, 0, Map.of()),
            new TarEntry(
                FileName.fromBytes(notUtf8),
                TarType.REGULAR,
                04755,
                -2,
                3_000_000,
                5,
                -1000,
                1,
                "",
                0,
                0,
                Map.of("user.a", new byte[] {0, 61, 10}, "user.b", new byte[0])),
            new TarEntry(
                "p/".repeat(70) + "n".repeat(90),
                TarType.SYMBOLIC_LINK,
                0777,
                0,
                0,
                0,
                99_999_999_999L,
                999_999_999,
                "t".repeat(3000),
                0,
                0,
                Map.of()),
            new TarEntry("d/", TarType.DIRECTORY, 01777, 0, 0, 0, 0, 0, "", 0, 0, Map.of()),
            new TarEntry(
                "dev", TarType.BLOCK_DEVICE, 0600, 0, 0, 0, 0, 0, "", 4095, 1_048_575, Map.of()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(bytes)) {
      for (TarEntry entry : written) {
        writer.entry(entry);
        writer.content("hello".getBytes(StandardCharsets.UTF_8), 0, (int) entry.size());
      }
    }
    TarReader reader = new TarReader(new ByteArrayInputStream(bytes.toByteArray()));
    for (TarEntry expected : written) {
      TarEntry read = reader.next().orElseThrow();
      assertThat(read).usingRecursiveComparison().isEqualTo(expected);
      if (expected.size() > 0) {
        assertThat(reader.content().readAllBytes())
            .isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
      }
    }
    assertThat(reader.next()).isEmpty();
    assertThat(FileName.toBytes(written.get(1).name())).isEqualTo(notUtf8);
  }

  @Test
  void gnuTarReadsWhatIsWritten() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String longName = "a/".repeat(100) + "\u00fc";
    try (TarWriter writer = new TarWriter(bytes)) {
      writer.entry(
          new TarEntry(
              longName,
              TarType.REGULAR,
              0640,
              0,
              0,
              3,
              1000,
              5,
              "",
              0,
              0,
              Map.of("user.x", new byte[] {1})));
      writer.content(new byte[] {1, 2, 3}, 0, 3);
    }
    Path archive = Files.write(scratch.resolve("archive.tar"), bytes.toByteArray());
    gnuTar("--xattrs", "-xf", archive.toString());
    assertThat(scratch.resolve(longName)).hasBinaryContent(new byte[] {1, 2, 3});
    assertThat(Files.getLastModifiedTime(scratch.resolve(longName)).toInstant())
        .isEqualTo(Instant.ofEpochSecond(1000, 5));
    assertThat((byte[]) Files.getAttribute(scratch.resolve(longName), "user:x")).containsExactly(1);
  }

  @Test
  void contentNobodyReadsIsReadOver() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter writer = new TarWriter(bytes)) {
      writer.entry(TarEntry.file("a", 0644, 1_000_000, 0));
      writer.zeros(1_000_000);
      writer.entry(TarEntry.file("b", 0644, 0, 0));
    }
    InputStream dribbling =
        new FilterInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
          @Override
          public int read(byte[] to, int offset, int length) throws IOException {
            return super.read(to, offset, Math.min(length, 777));
          }
        };
    TarReader reader = new TarReader(dribbling);
    assertThat(reader.next().orElseThrow().name()).isEqualTo("a");
    assertThat(reader.content().readNBytes(1000)).hasSize(1000);
    assertThat(reader.next().orElseThrow().name()).isEqualTo("b");
    assertThat(reader.next()).isEmpty();
  }

  /** A stream that is a channel too and gives little at a time, as a socket does. */
  private static final class Trickle extends ByteArrayInputStream implements ReadableByteChannel {

    private long past;

    Trickle(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] bytes, int offset, int length) {
      return super.read(bytes, offset, Math.min(length, 1000));
    }

    @Override
    public synchronized int read(ByteBuffer to) {
      byte[] piece = new byte[Math.min(to.remaining(), 1777)];
      int n = super.read(piece, 0, piece.length);
      to.put(piece, 0, Math.max(0, n));
      past += Math.max(0, n);
      return n;
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }

  @Test
  void contentOfAChannelComesPastTheReadersOwnBuffer() throws Exception {
    byte[] content = new byte[1_000_003];
    new Random(3).nextBytes(content);
    Files.write(scratch.resolve("big"), content);
    Files.writeString(scratch.resolve("small"), "follows");
    byte[] archive = gnuTar("-cf", "-", "big", "small");
    Trickle source = new Trickle(archive);
    TarReader reader = new TarReader(source);
    assertThat(reader.next().orElseThrow().name()).isEqualTo("big");
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    ByteBuffer room = ByteBuffer.allocateDirect(64 << 10);
    List<Integer> sizes = new ArrayList<>();
    reader.content(
        room,
        (position, bytes) -> {
          assertThat(position).isEqualTo(got.size());
          sizes.add(bytes.remaining());
          byte[] piece = new byte[bytes.remaining()];
          bytes.get(piece);
          got.writeBytes(piece);
        });
    assertThat(got.toByteArray()).isEqualTo(content);
    assertThat(sizes.subList(0, sizes.size() - 1)).as("all full").containsOnly(64 << 10);
    assertThat(source.past).isGreaterThan(900_000);
    assertThat(reader.next().orElseThrow().name()).isEqualTo("small");
    assertThat(new String(reader.content().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("follows");
    assertThat(reader.next()).isEmpty();

    TarReader cut = new TarReader(new Trickle(Arrays.copyOf(archive, 500_000)));
    assertThat(cut.next()).isPresent();
    assertThatThrownBy(() -> cut.content(room, (position, bytes) -> {}))
        .isInstanceOf(EOFException.class)
        .hasMessage("tar ends within an entry");
  }
}
