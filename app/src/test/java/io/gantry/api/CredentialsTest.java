package io.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.http.RawClient;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials that nobody can read are none: the registry is asked, and here there is none. */
class CredentialsTest {

  private static RowEngine engine;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"!!!", "eA==", "WzFd", "e30=", "e30"})
  void unreadableOnesAreNone(String header) throws IOException {
    String credentials = "X-Registry-Auth: " + header + "\r\n";
    assertThat(ask("POST", "/images/create?fromImage=127.0.0.1:1/x&tag=y", credentials))
        .isEqualTo(500);
    assertThat(ask("GET", "/distribution/127.0.0.1:1/x/json", credentials)).isEqualTo(500);
  }

  private static int ask(String method, String path, String headers) throws IOException {
    try (RawClient client = new RawClient(engine.socket())) {
      return client.exchange(method, path, headers, "").status();
    }
  }
}
