package io.gantry.linux.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are replaced as a whole: whoever reads one sees what was in it or what is, also after
 * the writer was killed. What is written is first put in a draft beside the file; only one at a
 * time may replace the same file.
 */
public final class WholeFile {

  private static final String DRAFT = ".new";

  private WholeFile() {}

  /** Replaces a file. A power cut may take the content, new and old. */
  public static void replace(Path file, byte[] content) throws IOException {
    Path draft = draft(file);
    Files.write(draft, content);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** As {@link #replace}, and the content is on the disk when it returns. */
  public static void replaceDurably(Path file, byte[] content) throws IOException {
    Path draft = draft(file);
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** Whether it is what a replacement that was cut off has left. */
  public static boolean isDraft(Path file) {
    return file.toString().endsWith(DRAFT);
  }

  /** Deletes what a replacement of the file that was cut off has left. */
  public static void deleteDraft(Path file) throws IOException {
    Files.deleteIfExists(draft(file));
  }

  private static Path draft(Path file) {
    return file.resolveSibling(file.getFileName() + DRAFT);
  }
}
