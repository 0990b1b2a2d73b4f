package io.gantry.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.wire.CreateRequest;
import io.gantry.api.wire.Wire;
import io.gantry.container.record.HostConfig;
import io.gantry.error.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON in dockerd's shape and, where it is wrong, in dockerd's words (28.5.2 was asked). */
class JsonTest {

  private final Json json = new Json(Wire.mapper());

  private CreateRequest read(String body) {
    return json.read(body.getBytes(StandardCharsets.UTF_8), CreateRequest.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      quoteCharacter = '#',
      value = {
        "x -> invalid JSON: invalid character 'x' looking for beginning of value",
        "{x -> invalid JSON: invalid character 'x' looking for beginning of object key string",
        "{\"a\" -> invalid JSON: unexpected EOF",
        "{\"a\":} -> invalid JSON: invalid character '}' looking for beginning of value",
        "{\"a\":1,} -> invalid JSON: invalid character '}' looking for beginning of object key"
            + " string",
        "{\"a\":tru} -> invalid JSON: invalid character '}' in literal true (expecting 'e')",
        "{\"a\":\"\\q\"} -> invalid JSON: invalid escape sequence `\\q` in string",
        "{\"a\":01} -> invalid JSON: invalid character '1' after object key:value pair",
        "{\"a\":1e} -> invalid JSON: invalid character '}' in numeric literal",
        "{\"a\":-} -> invalid JSON: invalid character '}' in numeric literal",
        "[ -> invalid JSON: unexpected EOF",
        "{\"a\" 1} -> invalid JSON: invalid character '1' after object key",
        "{\"a\":1 \"b\":2} -> invalid JSON: invalid character '\"' after object key:value pair",
        "'x' -> invalid JSON: invalid character '\\'' looking for beginning of value",
        "{\"a\":1.} -> invalid JSON: invalid character '}' in numeric literal",
        "{} {} -> unexpected content after JSON",
        "{} x -> unexpected content after JSON",
        "[] -> invalid JSON: json: cannot unmarshal array into Go value of type"
            + " container.CreateRequest",
        "\"x\" -> invalid JSON: json: cannot unmarshal string into Go value of type"
            + " container.CreateRequest",
        "{\"Image\":5} -> invalid JSON: json: cannot unmarshal number into Go struct field .Image"
            + " of type string",
        "{\"Tty\":\"yes\"} -> invalid JSON: json: cannot unmarshal string into Go struct field .Tty"
            + " of type bool",
        "{\"Tty\":1} -> invalid JSON: json: cannot unmarshal number into Go struct field .Tty of"
            + " type bool",
        "{\"Env\":\"x\"} -> invalid JSON: json: cannot unmarshal string into Go struct field .Env"
            + " of type []string",
        "{\"Env\":[5]} -> invalid JSON: json: cannot unmarshal number into .Env.0 of type string",
        "{\"Env\":[{}]} -> invalid JSON: json: cannot unmarshal object into .Env.0 of type string",
        "{\"Cmd\":5} -> invalid JSON: json: cannot unmarshal number into Go value of type string",
        "{\"Cmd\":{}} -> invalid JSON: json: cannot unmarshal object into Go value of type string",
        "{\"Entrypoint\":[5]} -> invalid JSON: json: cannot unmarshal array into Go value of type"
            + " string",
        "{\"Labels\":[\"a\"]} -> invalid JSON: json: cannot unmarshal array into Go struct field"
            + " .Labels of type map[string]string",
        "{\"Labels\":{\"a\":1}} -> invalid JSON: json: cannot unmarshal number into Go struct field"
            + " .Labels.a of type string",
        "{\"ExposedPorts\":[\"80\"]} -> invalid JSON: json: cannot unmarshal array into Go struct"
            + " field .ExposedPorts of type nat.PortSet",
        "{\"ExposedPorts\":{\"80/tcp\":1}} -> invalid JSON: json: cannot unmarshal number into Go"
            + " struct field .ExposedPorts.80~1tcp of type struct {}",
        "{\"Volumes\":{\"/a\":\"b\"}} -> invalid JSON: json: cannot unmarshal string into Go struct"
            + " field .Volumes.~1a of type struct {}",
        "{\"StopTimeout\":\"x\"} -> invalid JSON: json: cannot unmarshal string into Go struct"
            + " field .StopTimeout of type int",
        "{\"Healthcheck\":5} -> invalid JSON: json: cannot unmarshal number into Go struct field"
            + " .Healthcheck of type v1.HealthcheckConfig",
        "{\"Healthcheck\":{\"Interval\":\"5s\"}} -> invalid JSON: json: cannot unmarshal string"
            + " into Go struct field .Healthcheck.Interval of type time.Duration",
        "{\"HostConfig\":[]} -> invalid JSON: json: cannot unmarshal array into Go struct field"
            + " .HostConfig of type container.HostConfig",
        "{\"HostConfig\":{\"Memory\":\"x\"}} -> invalid JSON: json: cannot unmarshal string into Go"
            + " struct field .HostConfig.Memory of type int64",
        "{\"HostConfig\":{\"Memory\":1.5}} -> invalid JSON: json: cannot unmarshal number 1.5 into"
            + " Go struct field .HostConfig.Memory of type int64",
        "{\"HostConfig\":{\"Memory\":99999999999999999999}} -> invalid JSON: json: cannot unmarshal"
            + " number 99999999999999999999 into Go struct field .HostConfig.Memory of type int64",
        "{\"HostConfig\":{\"CapAdd\":5}} -> invalid JSON: json: cannot unmarshal number into Go"
            + " value of type string",
        "{\"HostConfig\":{\"Binds\":[5]}} -> invalid JSON: json: cannot unmarshal number into"
            + " .HostConfig.Binds.0 of type string",
        "{\"HostConfig\":{\"PortBindings\":[]}} -> invalid JSON: json: cannot unmarshal array into"
            + " Go struct field .HostConfig.PortBindings of type nat.PortMap",
        "{\"HostConfig\":{\"PortBindings\":{\"80/tcp\":\"x\"}}} -> invalid JSON: json: cannot"
            + " unmarshal string into Go struct field .HostConfig.PortBindings.80~1tcp of type"
            + " []nat.PortBinding",
        "{\"HostConfig\":{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":80}]}}} -> invalid JSON:"
            + " json: cannot unmarshal number into Go struct field"
            + " .HostConfig.PortBindings.80~1tcp.0.HostPort of type string",
        "{\"HostConfig\":{\"RestartPolicy\":\"always\"}} -> invalid JSON: json: cannot unmarshal"
            + " string into Go struct field .HostConfig.RestartPolicy of type"
            + " container.RestartPolicy",
        "{\"HostConfig\":{\"RestartPolicy\":{\"Name\":1}}} -> invalid JSON: json: cannot unmarshal"
            + " number into Go struct field .HostConfig.RestartPolicy.Name of type"
            + " container.RestartPolicyMode",
        "{\"HostConfig\":{\"NetworkMode\":1}} -> invalid JSON: json: cannot unmarshal number into"
            + " Go struct field .HostConfig.NetworkMode of type container.NetworkMode",
        "{\"HostConfig\":{\"Mounts\":{}}} -> invalid JSON: json: cannot unmarshal object into Go"
            + " struct field .HostConfig.Mounts of type []mount.Mount",
        "{\"HostConfig\":{\"Mounts\":[\"x\"]}} -> invalid JSON: json: cannot unmarshal string into"
            + " .HostConfig.Mounts.0 of type mount.Mount",
        "{\"HostConfig\":{\"Mounts\":[{\"Type\":1}]}} -> invalid JSON: json: cannot unmarshal"
            + " number into Go struct field .HostConfig.Mounts.0.Type of type mount.Type",
        "{\"HostConfig\":{\"Devices\":[\"x\"]}} -> invalid JSON: json: cannot unmarshal string into"
            + " .HostConfig.Devices.0 of type container.DeviceMapping",
        "{\"HostConfig\":{\"Ulimits\":[{\"Soft\":\"1\"}]}} -> invalid JSON: json: cannot unmarshal"
            + " string into Go struct field .HostConfig.Ulimits.0.Soft of type int64",
        "{\"HostConfig\":{\"Init\":\"x\"}} -> invalid JSON: json: cannot unmarshal string into Go"
            + " struct field .HostConfig.Init of type bool",
        "{\"HostConfig\":{\"ConsoleSize\":5}} -> invalid JSON: json: cannot unmarshal number into"
            + " Go struct field .HostConfig.ConsoleSize of type [2]uint",
        "{\"NetworkingConfig\":[]} -> invalid JSON: json: cannot unmarshal array into Go struct"
            + " field .NetworkingConfig of type network.NetworkingConfig",
        "{\"NetworkingConfig\":{\"EndpointsConfig\":[]}} -> invalid JSON: json: cannot unmarshal"
            + " array into Go struct field .NetworkingConfig.EndpointsConfig of type"
            + " map[string]*network.EndpointSettings",
        "{\"NetworkingConfig\":{\"EndpointsConfig\":{\"a\":5}}} -> invalid JSON: json: cannot"
            + " unmarshal number into Go struct field .NetworkingConfig.EndpointsConfig.a of type"
            + " network.EndpointSettings",
      })
  void saysWhatIsWrongAsDockerdDoes(String body, String message) {
    assertThatThrownBy(() -> read(body)).isInstanceOf(EngineException.class).hasMessage(message);
  }

  @Test
  void emptyBodyIsAnEarlyEnd() {
    assertThatThrownBy(() -> read(" "))
        .hasMessage("invalid JSON: got EOF while reading request body");
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> read("{\"Labels\":" + "[".repeat(1_000_000)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("exceeded max depth");
  }

  @Test
  void namesAreReadWithoutRegardToCaseAndUnknownOnesIgnored() {
    CreateRequest request =
        read(
            """
            {"image":"busybox","CMD":"true","unknown":{"a":[1]},"env":["A=b"],"tty":null,
             "exposedports":{"80/tcp":{}},"hostConfig":{"memory":7,"CPUSHARES":2,"dns":["1.1.1.1"],
             "utsmode":"host","iomaximumiops":3,"capadd":"SYS_TIME","consolesize":[24,80],
             "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]}}}]
            """);
    assertThat(request.config().image()).isEqualTo("busybox");
    assertThat(request.config().cmd()).containsExactly("true");
    assertThat(request.config().env()).containsExactly("A=b");
    assertThat(request.config().tty()).isFalse();
    assertThat(request.config().exposedPorts()).isEqualTo(Set.of("80/tcp"));
    HostConfig host = request.hostConfig();
    assertThat(host.resources().memory()).isEqualTo(7);
    assertThat(host.resources().cpuShares()).isEqualTo(2);
    assertThat(host.resources().ioMaximumIOps()).isEqualTo(3);
    assertThat(host.dns()).containsExactly("1.1.1.1");
    assertThat(host.utsMode()).isEqualTo("host");
    assertThat(host.capAdd()).containsExactly("SYS_TIME");
    assertThat(host.consoleSize()).containsExactly(24, 80);
    assertThat(host.portBindings().get("80/tcp").getFirst().hostPort()).isEqualTo("8080");
  }

  @Test
  void absentAndNullAreEmpty() {
    CreateRequest request = read("null");
    assertThat(request.config()).isNull();
    assertThat(read("{\"Tty\":false}").config().image()).isEmpty();
    assertThat(request.networks()).isEmpty();
    HostConfig host = read("{\"Image\":\"x\",\"HostConfig\":{\"Binds\":null}}").hostConfig();
    assertThat(host.binds()).isEmpty();
    assertThat(host.resources().ulimits()).isEmpty();
    assertThat(host.logConfig().type()).isEmpty();
    assertThat(host.restartPolicy().name()).isEmpty();
  }

  @Test
  void writesEmptyListsAsDockerdDoes() throws IOException {
    HostConfig host = read("{\"HostConfig\":{\"Dns\":[]}}").hostConfig();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    json.write(out, host);
    Map<?, ?> written = Wire.mapper().readValue(out.toByteArray(), Map.class);
    assertThat(written.get("Binds")).isNull();
    assertThat(written.containsKey("Binds")).isTrue();
    assertThat(written.get("Dns")).isEqualTo(List.of());
    assertThat(written.get("DnsOptions")).isNull();
    assertThat(written.get("ConsoleSize")).isEqualTo(List.of(0, 0));
    assertThat(written.get("UTSMode")).isEqualTo("");
    assertThat(written.get("Memory")).isEqualTo(0);
    assertThat(written.get("IOMaximumIOps")).isEqualTo(0);
    assertThat(written.containsKey("Mounts")).isFalse();
    assertThat(written.containsKey("Resources")).isFalse();
  }
}
