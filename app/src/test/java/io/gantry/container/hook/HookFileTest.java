package io.gantry.container.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.config.ConfigurationException;
import io.gantry.error.EngineException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hook file may say, and which programs may be hooks. */
@SuppressWarnings("NullAway.Init")
class HookFileTest {

  @TempDir private Path scratch;
  private Path directory;
  private HookPrograms programs;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createDirectory(scratch.resolve("hooks"));
    programs = new HookPrograms(directory);
  }

  private Path program(String place, String permissions) throws IOException {
    Path file = scratch.resolve(place);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static HookSet parse(String json) {
    return HookJson.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private String file(String content) throws IOException {
    return Files.writeString(scratch.resolve("spec.json"), content.replace('\'', '"')).toString();
  }

  @Test
  void theGuidesExampleIsRead() {
    HookSet hooks =
        parse(
            """
            {"prestart": [{"path": "/var/lib/docker/hooks/network-hook",
               "args": ["network-hook", "tap0", "myTap"], "env": [], "timeout": 5}],
             "poststart": [], "poststop": []}
            """);
    assertThat(hooks.poststart()).isEmpty();
    assertThat(hooks.poststop()).isEmpty();
    assertThat(hooks.prestart())
        .containsExactly(
            new Hook(
                "/var/lib/docker/hooks/network-hook",
                List.of("network-hook", "tap0", "myTap"),
                List.of(),
                5));
    assertThat(parse(HookJson.write(hooks))).isEqualTo(hooks);
    assertThat(HookJson.write(HookSet.NONE)).isEqualTo("{}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "|error: it is not an object",
        "[]|error: it is not an object",
        "{|Unexpected end-of-input",
        "{'prestart': {}}|prestart is not an array",
        "{'prestart': [7]}|prestart hook 1: it is not an object",
        "{'prestart': []} x|Unrecognized token",
        "{'prestart': [], 'prestart': []}|Duplicate Object property",
        "{'createRuntime': []}|unknown kind of hook \"createRuntime\"",
        "{'poststop': [{'args': [], 'env': []}]}|poststop hook 1: path is required",
        "{'poststop': [{'path': '/x', 'env': []}]}|poststop hook 1: args is required",
        "{'poststop': [{'path': '/x', 'args': []}]}|poststop hook 1: env is required",
        "{'poststop': [{'path': '/x', 'args': [1], 'env': []}]}|args is required, an array of",
        "{'poststop': [{'path': '/x', 'args': [], 'env': ['x']}]}|env entry \"x\" is not"
            + " NAME=value",
        "{'poststop': [{'path': '/x', 'args': [], 'env': [], 'Timeout': 1}]}|unknown field"
            + " \"Timeout\"",
      })
  void whatIsNotAHookFileIsRefusedByName(String json, String why) {
    assertThatThrownBy(() -> parse(json == null ? "" : json))
        .isInstanceOf(EngineException.class)
        .hasMessageStartingWith("malformed hook spec, is your spec file in json format? error: ")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "121", "-1", "1.5", "5.0", "1e1", "'5'", "true", "99999999999999999999"})
  void timeoutsAreWholeSecondsFrom1To120(String timeout) {
    assertThatThrownBy(
            () ->
                parse(
                    "{'prestart': [{'path': '/x', 'args': [], 'env': [], 'timeout': "
                        + timeout
                        + "}]}"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("malformed hook spec");
    for (String good : List.of("1", "120", "null")) {
      parse("{'prestart': [{'path': '/x', 'args': [], 'env': [], 'timeout': " + good + "}]}");
    }
  }

  @Test
  void hostileTextIsBounded() {
    String deep = "[".repeat(1000);
    assertThatThrownBy(() -> parse("{'prestart': " + deep)).hasMessageContaining("nesting depth");
    String many = "{'prestart': [" + "7,".repeat(200_000) + "7]}";
    assertThatThrownBy(() -> parse(many)).hasMessageContaining("Token count");
    String longText = "{'prestart': [{'path': '/" + "x".repeat(2 << 20) + "'}]}";
    assertThatThrownBy(() -> parse(longText)).hasMessageContaining("String value length");
  }

  @Test
  void theFileIsAPlainOneOfALimitedSize() throws Exception {
    assertThatThrownBy(() -> HookFile.read("spec.json"))
        .hasMessage("hook spec file must be an absolute path: spec.json");
    assertThatThrownBy(() -> HookFile.read("/no/such/file"))
        .hasMessageStartingWith("stat hook spec file failed: ");
    assertThatThrownBy(() -> HookFile.read("/x\0y"))
        .hasMessageStartingWith("stat hook spec file failed: ");
    assertThatThrownBy(() -> HookFile.read(scratch.toString()))
        .hasMessageStartingWith("hook spec file must be a regular text file");
    Path fifo = scratch.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> HookFile.read(fifo.toString()))
        .hasMessageStartingWith("hook spec file must be a regular text file");
    String large = file("{}");
    try (RandomAccessFile file = new RandomAccessFile(large, "rw")) {
      file.setLength((10 << 20) + 1);
    }
    assertThatThrownBy(() -> HookFile.read(large))
        .hasMessage("Hook spec file size must not exceed 10485760 bytes");
  }

  @Test
  void programsAreInTheDirectoryByComponentsAfterAllLinks() throws Exception {
    Path good = program("hooks/deep/good", "rwxr-xr-x");
    assertThat(programs.resolve(good.toString())).isEqualTo(good);
    Path link = Files.createSymbolicLink(directory.resolve("link"), good);
    assertThat(programs.resolve(link.toString())).isEqualTo(good);
    assertThat(programs.resolve(scratch + "/hooks/deep/../deep/good")).isEqualTo(good);

    // openEuler compares strings, to which this is in the directory
    Path beside = program("hooks-evil/x", "rwxr-xr-x");
    Path out = Files.createSymbolicLink(directory.resolve("out"), beside);
    Path outside = Files.createSymbolicLink(scratch.resolve("outside"), good);
    assertThat(programs.resolve(outside.toString())).isEqualTo(good);
    for (String bad :
        List.of(
            beside.toString(), out.toString(), scratch + "/hooks/../hooks-evil/x", "/no/such")) {
      assertThatThrownBy(() -> programs.resolve(bad))
          .isInstanceOf(EngineException.class)
          .hasMessage(
              "hook path \"%s\" isn't right, hook program must be put under \"%s\""
                  .formatted(bad, directory));
    }
    assertThatThrownBy(() -> programs.resolve("hooks/deep/good"))
        .hasMessage("Hook path \"hooks/deep/good\" must be an absolute path");
    assertThatThrownBy(() -> programs.resolve(directory + "/missing"))
        .hasMessageStartingWith("failed to canonicalise path for ");
    assertThatThrownBy(() -> programs.resolve(directory.toString()))
        .hasMessageContaining("is not an executable file");
  }

  @Test
  void programsAreRootsAndExecutable() throws Exception {
    Path plain = program("hooks/plain", "rw-r--r--");
    assertThatThrownBy(() -> programs.resolve(plain.toString()))
        .hasMessageContaining("is not an executable file");
    Path open = program("hooks/open", "rwxrwxr-x");
    assertThatThrownBy(() -> programs.resolve(open.toString()))
        .hasMessage(open + " should not be written by non-root");
    Path foreign = program("hooks/foreign", "rwxr-xr-x");
    Files.setAttribute(foreign, "unix:uid", 1000);
    assertThatThrownBy(() -> programs.resolve(foreign.toString()))
        .hasMessage("Hook file " + foreign + " isn't right,file owner should be root");
  }

  @Test
  void defaultsComeFirstAndAreReadOnceAndProgramsAreLookedAtAgain() throws Exception {
    Path one = program("hooks/one", "rwxr-xr-x");
    Path two = program("hooks/two", "rwxr-xr-x");
    String line = "{'prestart': [{'path': '%s', 'args': ['x'], 'env': ['A=b']}]}";
    Path defaults = Path.of(file(line.formatted(one)));
    ContainerHooks hooks = ContainerHooks.open(directory, Optional.of(defaults));
    Optional<String> own = hooks.copy(file(line.formatted(two)));
    Files.delete(defaults);
    assertThat(hooks.atStart(own, List.of("B=c", "KERNEL_MODULES=a,b")).orElseThrow())
        .isEqualTo(
            "{'prestart':[{'path':'%s','args':['x'],'env':['A=b','KERNEL_MODULES=a,b']},{'path':'%s','args':['x'],'env':['A=b','KERNEL_MODULES=a,b']}]}"
                .formatted(one, two)
                .replace('\'', '"'));
    assertThat(hooks.atStart(Optional.empty(), List.of()).orElseThrow())
        .contains(one.toString())
        .doesNotContain("KERNEL_MODULES", two.toString());
    Files.delete(two);
    assertThatThrownBy(() -> hooks.atStart(own, List.of()))
        .hasMessageStartingWith("failed to canonicalise path for " + two);
    assertThatThrownBy(() -> ContainerHooks.open(directory, Optional.of(defaults)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Failed to register default hooks: stat hook spec file failed: ");
  }
}
