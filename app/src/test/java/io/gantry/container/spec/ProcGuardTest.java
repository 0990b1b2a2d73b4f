package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.Container;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CVE-2019-19921, CVE-2019-16884: nothing is mounted over /proc, not by a detour either. */
class ProcGuardTest {

  @TempDir Path rootfs;

  @BeforeEach
  void image() throws Exception {
    Files.createDirectories(rootfs.resolve("proc"));
    Files.createDirectories(rootfs.resolve("a/b"));
    Files.createSymbolicLink(rootfs.resolve("absolute"), Path.of("/proc"));
    Files.createSymbolicLink(rootfs.resolve("relative"), Path.of("a/../../proc"));
    Files.createSymbolicLink(rootfs.resolve("a/twice"), Path.of("../absolute"));
  }

  private void check(String source, String destination) {
    Container container =
        Spec.container(
            "{}",
            "{}",
            "{'type':'bind','source':'%s','destination':'%s','options':{'type':'bind'}}"
                .formatted(source, destination));
    ProcGuard.check(container, Spec.inputs(rootfs));
  }

  @ParameterizedTest
  @CsvSource({
    "/proc,it is not of type proc",
    "/absolute,it is not of type proc",
    "/relative,it is not of type proc",
    "/a/twice,it is not of type proc",
    "/proc/sys,it is inside /proc",
    "/proc/self/attr/new,it is inside /proc",
    "/absolute/sys/kernel,it is inside /proc",
    "/a/twice/x/y,it is inside /proc",
    "/proc/cpuinfo/x,it is inside /proc",
  })
  void refused(String destination, String why) {
    assertThatThrownBy(() -> check("/etc", destination))
        .hasMessageStartingWith(
            "failed to create task for container: failed to create shim task: OCI runtime create"
                + " failed: runc create failed: ")
        .hasMessageEndingWith("cannot be mounted because " + why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/procs", "/a/b", "/new/place", "/proc/cpuinfo", "/absolute/meminfo"})
  void allowed(String destination) {
    check("/etc", destination);
  }

  @Test
  void theHostsOwnProcIsNoLie() {
    check("/proc", "/proc");
    assertThatThrownBy(() -> check("/proc", "/proc/sys")).hasMessageEndingWith("inside /proc");
  }

  @Test
  void tmpfs() {
    Container container = Spec.container("{}", "{'tmpfs':{'/absolute':''}}");
    assertThatThrownBy(() -> ProcGuard.check(container, Spec.inputs(rootfs)))
        .hasMessageEndingWith("it is not of type proc");
  }

  @ParameterizedTest
  @CsvSource({
    "/proc,it is not of type proc",
    "/a/twice,it is not of type proc",
    "/absolute/sys,it is inside /proc",
  })
  void channelToTheHost(String destination, String why) {
    Container container =
        Spec.container(
            "{}",
            "{'hostChannel':{'pathOnHost':'/tmp','pathInContainer':'%s'}}".formatted(destination));
    assertThatThrownBy(() -> ProcGuard.check(container, Spec.inputs(rootfs)))
        .hasMessageEndingWith(why);
  }
}
