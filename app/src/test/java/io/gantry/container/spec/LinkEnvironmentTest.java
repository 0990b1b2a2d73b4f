package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LinkEnvironmentTest {

  /** What {@code env} printed in a container of dockerd 28.5. */
  @Test
  void asDocker() {
    assertThat(
            LinkEnvironment.of(
                "web",
                "my-db",
                "172.31.0.3",
                List.of("80/tcp", "81/tcp", "82", "53/udp", "443/tcp"),
                List.of("FOO=bar", "BAZ", "PATH=/x", "HOME=/y")))
        .containsExactlyInAnyOrder(
            """
            MY_DB_PORT=tcp://172.31.0.3:80
            MY_DB_PORT_80_TCP=tcp://172.31.0.3:80
            MY_DB_PORT_80_TCP_ADDR=172.31.0.3
            MY_DB_PORT_80_TCP_PORT=80
            MY_DB_PORT_80_TCP_PROTO=tcp
            MY_DB_PORT_81_TCP=tcp://172.31.0.3:81
            MY_DB_PORT_81_TCP_ADDR=172.31.0.3
            MY_DB_PORT_81_TCP_PORT=81
            MY_DB_PORT_81_TCP_PROTO=tcp
            MY_DB_PORT_82_TCP=tcp://172.31.0.3:82
            MY_DB_PORT_82_TCP_ADDR=172.31.0.3
            MY_DB_PORT_82_TCP_PORT=82
            MY_DB_PORT_82_TCP_PROTO=tcp
            MY_DB_PORT_443_TCP=tcp://172.31.0.3:443
            MY_DB_PORT_443_TCP_ADDR=172.31.0.3
            MY_DB_PORT_443_TCP_PORT=443
            MY_DB_PORT_443_TCP_PROTO=tcp
            MY_DB_PORT_80_TCP_START=tcp://172.31.0.3:80
            MY_DB_PORT_80_TCP_PORT_START=80
            MY_DB_PORT_80_TCP_END=tcp://172.31.0.3:82
            MY_DB_PORT_80_TCP_PORT_END=82
            MY_DB_PORT_53_UDP=udp://172.31.0.3:53
            MY_DB_PORT_53_UDP_ADDR=172.31.0.3
            MY_DB_PORT_53_UDP_PORT=53
            MY_DB_PORT_53_UDP_PROTO=udp
            MY_DB_NAME=/web/my-db
            MY_DB_ENV_FOO=bar
            """
                .strip()
                .split("\n"));
  }

  @Test
  void withoutPorts() {
    assertThat(LinkEnvironment.of("web", "db", "1.2.3.4", List.of("x/tcp"), List.of()))
        .containsExactly("DB_NAME=/web/db");
  }
}
