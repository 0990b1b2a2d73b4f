package io.gantry.image.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --change} of import and commit. */
class ConfigChangesTest {

  private static RunConfig apply(String... changes) {
    return ConfigChanges.apply(RunConfig.EMPTY, List.of(changes));
  }

  @Test
  void everyInstructionHasItsEffect() {
    RunConfig config =
        apply(
            "CMD [\"sh\", \"-c\", \"x y\"]",
            "ENV A=1 B=\"two words\" C=it\\'s",
            "ENV D old form $A",
            "EXPOSE 80 443/tcp 53/UDP 1000-1002",
            "LABEL k=v \"with space\"='a b'",
            "USER nobody:nogroup",
            "VOLUME /data \"/more data\"",
            "VOLUME [\"/json\"]",
            "WORKDIR /a",
            "WORKDIR b/../c",
            "STOPSIGNAL SIGQUIT",
            "ONBUILD RUN true",
            "HEALTHCHECK --interval=5s --timeout=1m30s --retries=4 CMD test -f /x");
    assertThat(config.cmd()).contains(List.of("sh", "-c", "x y"));
    assertThat(config.env()).contains(List.of("A=1", "B=two words", "C=it's", "D=old form 1"));
    assertThat(config.exposedPorts())
        .containsExactlyInAnyOrder(
            "80/tcp", "443/tcp", "53/udp", "1000/tcp", "1001/tcp", "1002/tcp");
    assertThat(config.labels()).contains(Map.of("k", "v", "with space", "a b"));
    assertThat(config.user()).isEqualTo("nobody:nogroup");
    assertThat(config.volumes()).containsExactlyInAnyOrder("/data", "/more data", "/json");
    assertThat(config.workingDir()).isEqualTo("/a/c");
    assertThat(config.stopSignal()).isEqualTo("SIGQUIT");
    assertThat(config.onBuild()).contains(List.of("RUN true"));
    assertThat(config.healthcheck())
        .contains(
            new RunConfig.HealthProbe(
                List.of("CMD-SHELL", "test -f /x"),
                5_000_000_000L,
                90_000_000_000L,
                0,
                0,
                4,
                false));
  }

  /** The Dockerfile's flag, and the one that the guide prints. */
  @ParameterizedTest
  @CsvSource({
    "--exit-on-unhealthy, true",
    "--exit-on-unhealthy=true, true",
    "--exit-on-unhealthy=false, false",
    "--health-exit-on-unhealthy, true",
    "--health-exit-on-unhealthy=True --interval=5s, true",
    "--interval='5s' --, false",
  })
  void aHealthCheckMayEndTheContainer(String flags, boolean expected) {
    assertThat(apply("HEALTHCHECK " + flags + " CMD x").healthcheck().orElseThrow())
        .satisfies(
            probe -> {
              assertThat(probe.test()).containsExactly("CMD-SHELL", "x");
              assertThat(probe.exitOnUnhealthy()).isEqualTo(expected);
            });
  }

  @Test
  void theShellFormGoesToAShell() {
    assertThat(apply("ENTRYPOINT run me").entrypoint())
        .contains(List.of("/bin/sh", "-c", "run me"));
  }

  @Test
  void anEntrypointForgetsTheCommandOfTheBaseOnly() {
    RunConfig base = apply("CMD [\"old\"]");
    assertThat(ConfigChanges.apply(base, List.of("ENTRYPOINT [\"e\"]")).cmd())
        .isEqualTo(Optional.empty());
    assertThat(ConfigChanges.apply(base, List.of("CMD [\"new\"]", "ENTRYPOINT [\"e\"]")).cmd())
        .contains(List.of("new"));
  }

  @Test
  void variablesAreReplaced() {
    RunConfig config =
        apply(
            "ENV HOME=/home",
            "WORKDIR $HOME/x",
            "USER ${NAME:-root}",
            "LABEL a=${HOME:+set} b='$HOME' c=\\$HOME");
    assertThat(config.workingDir()).isEqualTo("/home/x");
    assertThat(config.user()).isEqualTo("root");
    assertThat(config.labels()).contains(Map.of("a", "set", "b", "$HOME", "c", "$HOME"));
  }

  @Test
  void linesGoOnAfterABackslash() {
    assertThat(apply("ENV A=1 \\\n  B=2\nUSER x").env()).contains(List.of("A=1", "B=2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FOO x|FOO is not a valid change command",
        "run x|run is not a valid change command",
        "EXPOSE x|Invalid containerPort: x",
        "ENV A|ENV must have two arguments",
        "ENV =x|ENV names can not be blank",
        "LABEL a=b c|Syntax error - can't find = in \"c\". Must be of the form: name=value",
        "USER|USER requires at least one argument",
        "HEALTHCHECK maybe|Unknown type \"MAYBE\" in HEALTHCHECK (try CMD)",
        "HEALTHCHECK --interval=x CMD y|time: invalid duration \"x\"",
        "HEALTHCHECK --foo=1 CMD y|unknown flag: --foo",
        "HEALTHCHECK --interval CMD y|missing a value on flag: --interval",
        "HEALTHCHECK --interval=1s --interval=2s CMD y|duplicate flag specified: --interval",
        "HEALTHCHECK --interval=1s|HEALTHCHECK requires at least one argument",
        "HEALTHCHECK CMD|Missing command after HEALTHCHECK CMD",
        "HEALTHCHECK --retries=x CMD y|strconv.ParseInt: parsing \"x\": invalid syntax",
        "HEALTHCHECK --exit-on-unhealthy=x CMD y|expecting boolean value for flag"
            + " --exit-on-unhealthy, not: x",
        "ONBUILD ONBUILD RUN x|Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        "WORKDIR ${X|syntax error: missing '}'",
      })
  void whatIsWrongIsNamed(String change, String message) {
    assertThatThrownBy(() -> apply(change)).isInstanceOf(EngineException.class).hasMessage(message);
  }
}
