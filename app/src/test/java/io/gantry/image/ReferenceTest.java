package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names as the distribution project's reference package reads them; the table is from its tests.
 */
class ReferenceTest {

  private static final String DIGEST =
      "sha256:fbc9b4a4b7c8f4a5e5f0a1e1c3b2d7a0f4e3d2c1b0a9f8e7d6c5b4a392817060";

  @ParameterizedTest
  @CsvSource({
    "busybox, docker.io/library/busybox, busybox",
    "library/busybox, docker.io/library/busybox, busybox",
    "docker.io/busybox, docker.io/library/busybox, busybox",
    "index.docker.io/busybox, docker.io/library/busybox, busybox",
    "docker.io/library/busybox:1, docker.io/library/busybox:1, busybox:1",
    "user/image, docker.io/user/image, user/image",
    "docker.io/library/a/b, docker.io/library/a/b, library/a/b",
    "localhost/x, localhost/x, localhost/x",
    "localhost:5000/x:t, localhost:5000/x:t, localhost:5000/x:t",
    "test:5000/repo, test:5000/repo, test:5000/repo",
    "TEST/repo, TEST/repo, TEST/repo",
    "reg.example.com/a/b/c:v1, reg.example.com/a/b/c:v1, reg.example.com/a/b/c:v1",
    "a_b--d/e__f.g, docker.io/a_b--d/e__f.g, a_b--d/e__f.g",
    "[::1]:5000/x, [::1]:5000/x, [::1]:5000/x",
    "sha256:abc, docker.io/library/sha256:abc, sha256:abc"
  })
  void namesAreCompletedAndShortened(String text, String full, String familiar) {
    Reference reference = Reference.parse(text);
    assertThat(reference).hasToString(full);
    assertThat(reference.familiar()).isEqualTo(familiar);
    assertThat(Reference.parse(full)).isEqualTo(reference);
  }

  @Test
  void aDigestGoesWithATagOrWithoutAndDecidesWhatIsMeant() {
    Reference both = Reference.parse("a/b:1@" + DIGEST);
    assertThat(both.tag()).contains("1");
    assertThat(both.digest()).contains(DIGEST);
    assertThat(both.key()).isEqualTo(Reference.parse("a/b@" + DIGEST));
    assertThat(Reference.parse("a/b").key()).isEqualTo(Reference.parse("a/b:latest"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":1",
        "a:",
        "a@sha256:12",
        "a//b",
        "/a",
        "a/",
        "-a",
        "a-",
        "a..b",
        "a.-b",
        "a___b",
        "a b",
        "a:b:c",
        "a:-x",
        "aa/asdf$$^/aa",
        "https://example.com/a",
        "[fe80::1%25lo]:5000/a",
        "a@sha512:fbc9b4a4b7c8f4a5e5f0a1e1c3b2d7a0f4e3d2c1b0a9f8e7d6c5b4a392817060"
      })
  void whatIsNoNameIsRefused(String text) {
    assertThatThrownBy(() -> Reference.parse(text))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
        .message()
        .isIn("invalid reference format", "invalid checksum digest length");
  }

  @Test
  void theReasonsHaveDockersWords() {
    assertThatThrownBy(() -> Reference.parse("UPPER:x"))
        .hasMessage("invalid reference format: repository name (library/UPPER) must be lowercase");
    assertThatThrownBy(() -> Reference.parse(DIGEST.substring(7)))
        .hasMessage(
            "invalid repository name ("
                + DIGEST.substring(7)
                + "), cannot specify 64-byte hexadecimal strings");
    assertThatThrownBy(() -> Reference.parse("a/" + "b".repeat(256)))
        .hasMessage(
            "invalid reference format: repository name must not be more than 255 characters");
    assertThatThrownBy(() -> Reference.parse("a").withTag("!")).hasMessage("invalid tag format");
    assertThatThrownBy(() -> Reference.parse("a:" + "t".repeat(129)))
        .hasMessage("invalid reference format");
  }

  @Test
  void aNameToGiveHasATagAndNoDigest() {
    assertThat(Reference.target("a", "").familiar()).isEqualTo("a:latest");
    assertThat(Reference.target("a:1", "").familiar()).isEqualTo("a:1");
    assertThat(Reference.target("a:1", "2").familiar()).isEqualTo("a:2");
    assertThatThrownBy(() -> Reference.target("a@" + DIGEST, "2"))
        .hasMessage("cannot import digest reference");
    assertThatThrownBy(() -> Reference.target("sha256", "2"))
        .hasMessage("refusing to create an ambiguous tag using digest algorithm as name");
  }

  /** A pattern that tries all ways to split such a name would take years. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aLongHostileNameIsRefused() {
    assertThatThrownBy(() -> Reference.parse("a-".repeat(2000) + "!"))
        .isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> Reference.parse("a" + "_".repeat(4000)))
        .isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> Reference.parse("a.".repeat(2000) + "/x"))
        .isInstanceOf(EngineException.class);
  }
}
