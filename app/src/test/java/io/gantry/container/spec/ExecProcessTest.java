package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.Container;
import io.gantry.container.record.ExecConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExecProcessTest {

  private static final UserDatabase USERS =
      UserDatabase.parse(
          "root:x:0:0::/root:\nalice:x:1000:1000::/home/alice:\n", "root:x:0:\nextra:x:7:\n");

  private static final Container CONTAINER =
      Spec.container(
          "{'hostname':'box','user':'alice','workingDir':'/w','env':['A=1','B=2'],"
              + "'annotations':{'native.umask':'normal'}}",
          "{'capAdd':['NET_ADMIN'],'groupAdd':['extra'],'securityOpt':['no-new-privileges']}");

  private static JsonNode process(ExecConfig config) {
    String json =
        new ExecProcess(Spec.HOST, Spec.defaults())
            .tree(CONTAINER, config, List.of(), USERS)
            .toString();
    return JsonMapper.builder().build().readTree(json);
  }

  private static ExecConfig exec(
      String user, boolean tty, List<String> env, boolean privileged, String directory) {
    return new ExecConfig(
        user,
        tty,
        false,
        true,
        true,
        "",
        env,
        List.of("id", "-u"),
        privileged,
        directory,
        Optional.of(new ExecConfig.ConsoleSize(33, 99)));
  }

  @Test
  void takesAfterTheContainer() {
    JsonNode process = process(exec("", false, List.of("B=3", "C=4"), false, ""));
    assertThat(process.get("args").toString()).isEqualTo("[\"id\",\"-u\"]");
    assertThat(process.get("cwd").asString()).isEqualTo("/w");
    assertThat(process.get("env").toString())
        .isEqualTo(
            "[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\"HOSTNAME=box\","
                + "\"A=1\",\"B=3\",\"C=4\",\"HOME=/home/alice\"]");
    assertThat(process.get("user").toString())
        .isEqualTo("{\"uid\":1000,\"gid\":1000,\"umask\":18,\"additionalGids\":[1000,7]}");
    assertThat(process.at("/capabilities/bounding").toString()).contains("CAP_NET_ADMIN");
    assertThat(process.at("/capabilities/bounding")).hasSize(15);
    assertThat(process.get("capabilities").has("inheritable")).isFalse();
    assertThat(process.get("noNewPrivileges").asBoolean()).isTrue();
    assertThat(process.has("consoleSize")).isFalse();
  }

  @Test
  void hasItsOwnWay() {
    JsonNode process = process(exec("root", true, List.of(), true, "/x"));
    assertThat(process.at("/user/uid").asInt()).isZero();
    assertThat(process.get("cwd").asString()).isEqualTo("/x");
    assertThat(process.get("env").toString()).contains("\"TERM=xterm\"", "\"HOME=/root\"");
    assertThat(process.get("consoleSize").toString()).isEqualTo("{\"height\":33,\"width\":99}");
    assertThat(process.at("/capabilities/effective")).hasSize(40);
  }

  @Test
  void whoDoesNotExist() {
    assertThatThrownBy(() -> process(exec("nosuch", false, List.of(), false, "")))
        .hasMessage("unable to find user nosuch: no matching entries in passwd file");
  }
}
