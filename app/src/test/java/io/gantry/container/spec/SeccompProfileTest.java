package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The counts are those of the profiles dockerd 28.5 gave runc on Linux 6.18, amd64. */
class SeccompProfileTest {

  private final SeccompProfile builtin = SeccompProfile.builtin();

  /** Every rule for every name: {@code name action args}. */
  private static List<String> rules(JsonNode profile) {
    List<String> rules = new ArrayList<>();
    for (JsonNode rule : profile.get("syscalls")) {
      for (JsonNode name : rule.get("names")) {
        rules.add(
            name.asString()
                + " "
                + rule.get("action").asString()
                + (rule.has("args") ? " " + rule.get("args") : ""));
      }
    }
    return rules;
  }

  private Set<String> added(String capability) {
    Set<String> with = new TreeSet<>(Capabilities.DEFAULT);
    with.add(capability);
    Set<String> more = new TreeSet<>(rules(builtin.resolve(with, "amd64", "6.18.0")));
    more.removeAll(rules(builtin.resolve(Capabilities.DEFAULT, "amd64", "6.18.0")));
    return more;
  }

  @Test
  void defaultForAnOrdinaryContainer() {
    JsonNode profile = builtin.resolve(Capabilities.DEFAULT, "amd64", "6.18.0");
    assertThat(profile.get("defaultAction").asString()).isEqualTo("SCMP_ACT_ERRNO");
    assertThat(profile.get("defaultErrnoRet").asInt()).isEqualTo(1);
    assertThat(profile.get("architectures").toString())
        .isEqualTo("[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]");
    assertThat(rules(profile))
        .hasSize(375)
        .contains(
            "openat2 SCMP_ACT_ALLOW",
            "ptrace SCMP_ACT_ALLOW",
            "chroot SCMP_ACT_ALLOW",
            "arch_prctl SCMP_ACT_ALLOW",
            "clone3 SCMP_ACT_ERRNO",
            "socket SCMP_ACT_ALLOW [{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_NE\"}]",
            "clone SCMP_ACT_ALLOW"
                + " [{\"index\":0,\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]")
        .noneMatch(
            rule ->
                Set.of(
                        "mount",
                        "unshare",
                        "setns",
                        "bpf",
                        "keyctl",
                        "reboot",
                        "kexec_load",
                        "init_module",
                        "add_key",
                        "userfaultfd")
                    .contains(rule.substring(0, rule.indexOf(' '))));
  }

  @Test
  void capabilitiesOpenWhatTheyAreFor() {
    assertThat(added("CAP_NET_ADMIN")).isEmpty();
    assertThat(added("CAP_SYS_TIME"))
        .containsExactly(
            "clock_settime SCMP_ACT_ALLOW",
            "clock_settime64 SCMP_ACT_ALLOW",
            "settimeofday SCMP_ACT_ALLOW",
            "stime SCMP_ACT_ALLOW");
    assertThat(added("CAP_SYS_ADMIN"))
        .hasSize(26)
        .contains(
            "mount SCMP_ACT_ALLOW",
            "unshare SCMP_ACT_ALLOW",
            "clone SCMP_ACT_ALLOW",
            "clone3 SCMP_ACT_ALLOW");
    assertThat(rules(builtin.resolve(List.of("CAP_SYS_ADMIN"), "amd64", "6.18.0")))
        .doesNotContain("clone3 SCMP_ACT_ERRNO");
    assertThat(rules(builtin.resolve(List.of(), "amd64", "6.18.0")))
        .hasSize(374)
        .doesNotContain("chroot SCMP_ACT_ALLOW");
  }

  @Test
  void dependsOnTheMachineAndTheKernel() {
    assertThat(rules(builtin.resolve(List.of(), "s390x", "6.18.0")))
        .contains(
            "s390_runtime_instr SCMP_ACT_ALLOW",
            "clone SCMP_ACT_ALLOW"
                + " [{\"index\":1,\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]")
        .doesNotContain("arch_prctl SCMP_ACT_ALLOW");
    SeccompProfile other = SeccompProfile.builtin();
    assertThat(rules(other.resolve(List.of(), "amd64", "4.4.0-210-generic")))
        .doesNotContain("ptrace SCMP_ACT_ALLOW");
  }

  @Test
  void ownProfiles() {
    SeccompProfile profile =
        SeccompProfile.parse(
            """
            {"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],
             "syscalls":[{"name":"mkdir","action":"SCMP_ACT_ERRNO","args":null,"includes":{},"comment":"x"}]}
            """);
    assertThat(profile.resolve(List.of(), "amd64", "6.1").toString())
        .isEqualTo(
            "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\"}]}");
  }

  @Test
  void whatIsNoProfileIsRefused() {
    assertThatThrownBy(() -> SeccompProfile.parse("{"))
        .hasMessage("Decoding seccomp profile failed: unexpected end of JSON input");
    assertThatThrownBy(() -> SeccompProfile.parse("/tmp/x.json"))
        .hasMessage(
            "Decoding seccomp profile failed: invalid character '/' looking for beginning of"
                + " value");
    assertThatThrownBy(() -> SeccompProfile.parse("{\"defaultAction\":\"FOO\"}"))
        .hasMessageEndingWith("string FOO is not a valid action for seccomp");
    assertThatThrownBy(
            () ->
                SeccompProfile.parse(
                    "{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"x\"}]}"))
        .hasMessageEndingWith("string x is not a valid action for seccomp");
    assertThat(SeccompProfile.parse("{}").isEmpty()).isTrue();
    assertThatThrownBy(() -> SeccompProfile.parse("[]"))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
    assertThatThrownBy(() -> SeccompProfile.parse(" "))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
    assertThatThrownBy(
            () ->
                SeccompProfile.parse(
                    "{\"defaultAction\":\"SCMP_ACT_LOG\",\"architectures\":[\"a\"],\"archMap\":[{\"architecture\":\"b\"}]}"))
        .hasMessage(
            "both 'architectures' and 'archMap' are specified in the seccomp profile, use either"
                + " 'architectures' or 'archMap'");
    assertThatThrownBy(
            () -> SeccompProfile.parse("{\"syscalls\":[{\"name\":\"a\",\"names\":[\"b\"]}]}"))
        .hasMessage(
            "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or"
                + " 'names'");
  }
}
