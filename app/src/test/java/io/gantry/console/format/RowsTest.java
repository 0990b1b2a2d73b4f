package io.gantry.console.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.console.format.Ports.Port;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RowsTest {

  private final JsonMapper json = new JsonMapper();
  private final List<ObjectNode> rows =
      List.of(
          json.createObjectNode().put("ID", "0123").put("Names", "a"),
          json.createObjectNode().put("ID", "4567").put("Names", "überlang"));

  private String print(String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Rows(Map.of("ID", "CONTAINER ID", "Names", "NAMES"), List.of("Names", "ID"))
        .print(
            Optional.of(format).filter(text -> !text.isEmpty()),
            rows,
            new PrintStream(bytes, true, UTF_8));
    return bytes.toString(UTF_8);
  }

  @Test
  void aTableHasItsColumnsInLine() {
    assertThat(print(""))
        .isEqualTo(
            """
            NAMES      CONTAINER ID
            a          0123
            überlang   4567
            """);
    assertThat(print("table")).isEqualTo(print(""));
  }

  @Test
  void aTableCanBeOfATemplate() {
    assertThat(print("table {{.ID}}\\t{{upper .Names}}"))
        .isEqualTo(
            """
            CONTAINER ID   NAMES
            0123           A
            4567           ÜBERLANG
            """);
  }

  @Test
  void linesAndJson() {
    assertThat(print("{{.Names}}={{.ID}}")).isEqualTo("a=0123\nüberlang=4567\n");
    assertThat(print("json"))
        .isEqualTo("{\"ID\":\"0123\",\"Names\":\"a\"}\n{\"ID\":\"4567\",\"Names\":\"überlang\"}\n");
  }

  @Test
  void anUnknownColumnIsRefused() {
    assertThatThrownBy(() -> print("table {{.Foo}}")).isInstanceOf(TemplateException.class);
  }

  @Test
  void momentsAreReadInEveryForm() {
    Instant now = Instant.ofEpochSecond(10_000, 500_000_000);
    assertThat(HumanTime.timestamp("1700000000", now)).isEqualTo("1700000000");
    assertThat(HumanTime.timestamp("1h30m", now)).isEqualTo("4600.500000000");
    assertThat(HumanTime.timestamp("1.5s", now)).isEqualTo("9999.000000000");
    assertThat(HumanTime.timestamp("1970-01-01T01:00:01+01:00", now)).isEqualTo("1.000000000");
    assertThat(HumanTime.timestamp("yesterday", now)).isEqualTo("yesterday");
  }

  @Test
  void portsAreGrouped() {
    assertThat(
            Ports.text(
                List.of(
                    new Port("0.0.0.0", 80, 8080, "tcp"),
                    new Port("::", 80, 8080, "tcp"),
                    new Port("", 91, 0, "tcp"),
                    new Port("", 90, 0, "tcp"),
                    new Port("", 53, 0, "udp"),
                    new Port("0.0.0.0", 443, 443, "tcp"),
                    new Port("0.0.0.0", 445, 445, "tcp"))))
        .isEqualTo(
            "0.0.0.0:443->443/tcp, 53/udp, 90-91/tcp, 0.0.0.0:445->445/tcp,"
                + " 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
  }
}
