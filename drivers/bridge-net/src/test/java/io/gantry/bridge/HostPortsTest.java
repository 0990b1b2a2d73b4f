package io.gantry.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostPortsTest {

  @TempDir Path directory;

  @Test
  void aHostWithoutAnAddressHasNoIpv6() throws IOException {
    Path file = directory.resolve("if_inet6");
    assertThat(HostPorts.hasIpv6(file)).as("ipv6.disable=1").isFalse();
    Files.writeString(file, "");
    assertThat(HostPorts.hasIpv6(file)).as("net.ipv6.conf.all.disable_ipv6=1").isFalse();
    Files.writeString(file, "00000000000000000000000000000001 01 80 10 80       lo\n");
    assertThat(HostPorts.hasIpv6(file)).isTrue();
  }
}
