package io.gantry.container;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Archives as clients send and get them, made and read by somebody else's code. */
final class Tars {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

  Tars() {
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  Tars directory(String name, int mode) {
    return add(new TarArchiveEntry(name + "/"), "", entry -> entry.setMode(mode));
  }

  Tars file(String name, String content) {
    return file(name, content, entry -> {});
  }

  Tars file(String name, String content, Consumer<TarArchiveEntry> more) {
    return add(new TarArchiveEntry(name), content, more);
  }

  Tars symbolicLink(String name, String target) {
    return add(
        new TarArchiveEntry(name, TarConstants.LF_SYMLINK), "", entry -> entry.setLinkName(target));
  }

  Tars hardLink(String name, String target) {
    return add(
        new TarArchiveEntry(name, TarConstants.LF_LINK), "", entry -> entry.setLinkName(target));
  }

  private Tars add(TarArchiveEntry entry, String content, Consumer<TarArchiveEntry> more) {
    byte[] data = content.getBytes(StandardCharsets.ISO_8859_1);
    entry.setModTime(1_700_000_000_000L);
    if (entry.isFile()) {
      entry.setSize(data.length);
    }
    more.accept(entry);
    try {
      tar.putArchiveEntry(entry);
      tar.write(data);
      tar.closeArchiveEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  byte[] bytes() throws IOException {
    tar.finish();
    return bytes.toByteArray();
  }

  /** What an archive says of a name. */
  record Entry(TarArchiveEntry header, String content) {}

  /** The entries of an archive by their name, without a slash at the end. */
  static Map<String, Entry> read(byte[] archive) throws IOException {
    Map<String, Entry> entries = new TreeMap<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String name = entry.getName();
        String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        entries.put(
            name.endsWith("/") && name.length() > 1 ? name.substring(0, name.length() - 1) : name,
            new Entry(entry, content));
      }
    }
    return entries;
  }
}
