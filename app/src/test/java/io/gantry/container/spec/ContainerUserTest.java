package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table is what {@code id} printed in containers of dockerd 28.5 with these files. */
class ContainerUserTest {

  private static final UserDatabase USERS =
      UserDatabase.parse(
          """
          root:x:0:0:root:/root:/bin/sh
          # comment
          alice:x:1000:1000:Alice:/home/alice:/bin/sh
          bad line
          bob:x:1001:50:Bob::/bin/sh
          dup:x:3000:3000::/a:/bin/sh
          dup:x:3001:3001::/b:/bin/sh
          nobody:x:65534:65534:nobody:/:/bin/false
          """,
          """
          root:x:0:
          staff:x:50:alice,root
          wheel:x:10:root,alice
          extra:x:777:
          alice:x:1000:
          77:x:5577:
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|0|0|0 50 10|/root",
        "0|0|0|0 50 10|/root",
        "root|0|0|0 50 10|/root",
        "alice|1000|1000|1000 50 10|/home/alice",
        "alice:staff|1000|50|50|/home/alice",
        "1000|1000|1000|1000 50 10|/home/alice",
        "1000:5|1000|5|5|/home/alice",
        "2000|2000|0|0|/",
        "2000:7|2000|7|7|/",
        "alice:77|1000|77|77|/home/alice",
        "bob|1001|50|50|''",
        "dup|3000|3000|3000|/a",
        "root:root|0|0|0|/root",
        "nobody:|65534|65534|65534|/",
        ":0|0|0|0|/root",
        "007|7|0|0|/",
        "+5|5|0|0|/",
      })
  void asDockerResolves(String given, long uid, long gid, String groups, String home) {
    ContainerUser user = ContainerUser.resolve(given, List.of(), USERS);
    assertThat(user.uid()).isEqualTo(uid);
    assertThat(user.gid()).isEqualTo(gid);
    assertThat(user.additionalGids().stream().map(String::valueOf).toList())
        .isEqualTo(List.of(groups.split(" ")));
    assertThat(user.home()).isEqualTo(home);
  }

  @Test
  void moreGroups() {
    assertThat(ContainerUser.resolve("2000", List.of("extra", "888", "0"), USERS).additionalGids())
        .containsExactly(0L, 777L, 888L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nosuch|unable to find user nosuch: no matching entries in passwd file",
        "0x10|unable to find user 0x10: no matching entries in passwd file",
        "alice:nosuch|unable to find group nosuch: no matching entries in group file",
        "-1|uids and gids must be in range 0-2147483647",
        "99999999999|uids and gids must be in range 0-2147483647",
        "99999999999999999999999|uids and gids must be in range 0-2147483647",
        "2147483648|uids and gids must be in range 0-2147483647",
        "1:99999999999|uids and gids must be in range 0-2147483647",
      })
  void whoDoesNotExist(String given, String message) {
    assertThatThrownBy(() -> ContainerUser.resolve(given, List.of(), USERS)).hasMessage(message);
  }

  @Test
  void groupsThatDoNotExist() {
    assertThatThrownBy(() -> ContainerUser.resolve("", List.of("nosuch"), USERS))
        .hasMessage("unable to find group nosuch: no matching entries in group file");
    assertThatThrownBy(() -> ContainerUser.resolve("", List.of("99999999999"), USERS))
        .hasMessage("uids and gids must be in range 0-2147483647");
  }

  @Test
  void readsInsideTheRootOnly(@TempDir Path directory) throws Exception {
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.createDirectory(root.resolve("etc"));
    Files.createDirectory(root.resolve("real"));
    Files.writeString(directory.resolve("passwd"), "evil:x:6:6::/:\n");
    Files.writeString(root.resolve("passwd"), "inside:x:5:5::/:\n");
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/../../passwd"));
    Files.writeString(root.resolve("real/group"), "g:x:9:inside\n");
    Files.createSymbolicLink(root.resolve("etc/group"), Path.of("/real/group"));
    UserDatabase users = ContainerUser.database(root);
    assertThat(users.user("inside")).isPresent();
    assertThat(users.user("evil")).isEmpty();
    assertThat(users.memberships("inside")).containsExactly(9L);
  }

  @Test
  void aPipeInPlaceOfTheFileHangsNobody(@TempDir Path root) throws Exception {
    Files.createDirectory(root.resolve("etc"));
    assertThat(
            new ProcessBuilder("mkfifo", root.resolve("etc/passwd").toString()).start().waitFor())
        .isZero();
    assertThat(ContainerUser.database(root).user(0)).isEmpty();
  }

  @Test
  void absurdlyLargeFilesAreRefused(@TempDir Path root) throws Exception {
    Files.createDirectory(root.resolve("etc"));
    try (var file = new RandomAccessFile(root.resolve("etc/passwd").toFile(), "rw")) {
      file.setLength(1L << 30);
    }
    assertThatThrownBy(() -> ContainerUser.database(root))
        .hasMessageContaining("/etc/passwd in the image is larger than");
  }
}
