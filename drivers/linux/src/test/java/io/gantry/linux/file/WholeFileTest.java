package io.gantry.linux.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

  @TempDir Path directory;

  @Test
  void whoHasTheOldFileOpenReadsItToItsEnd() throws IOException {
    Path file = directory.resolve("record");
    WholeFile.replace(file, "old".getBytes(UTF_8));
    try (var reader = Files.newInputStream(file)) {
      WholeFile.replace(file, "x".getBytes(UTF_8));
      assertThat(reader.readAllBytes()).asString(UTF_8).isEqualTo("old");
      WholeFile.replaceDurably(file, "next".getBytes(UTF_8));
    }
    assertThat(file).hasContent("next");
    WholeFile.replaceDurably(file, "n".getBytes(UTF_8));
    assertThat(file).hasContent("n");
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @Test
  void whatACutOffReplacementLeftIsKnownAndWrittenOver() throws IOException {
    Path file = directory.resolve("record");
    Path draft = Files.writeString(directory.resolve("record.new"), "longer than what comes");
    assertThat(WholeFile.isDraft(draft)).isTrue();
    assertThat(WholeFile.isDraft(file)).isFalse();
    WholeFile.replaceDurably(file, "new".getBytes(UTF_8));
    assertThat(file).hasContent("new");
    assertThat(draft).doesNotExist();
  }

  @Test
  void theOldContentStaysWhenTheNewCannotBeWritten() throws IOException {
    Path file = directory.resolve("record");
    WholeFile.replace(file, "old".getBytes(UTF_8));
    Files.createDirectory(directory.resolve("record.new"));
    assertThatThrownBy(() -> WholeFile.replace(file, new byte[1])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> WholeFile.replaceDurably(file, new byte[1]))
        .isInstanceOf(IOException.class);
    assertThat(file).hasContent("old");
  }
}
