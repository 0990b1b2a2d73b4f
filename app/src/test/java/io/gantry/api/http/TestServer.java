package io.gantry.api.http;

import io.gantry.api.listen.Listeners;
import io.gantry.api.wire.Wire;
import io.gantry.config.ListenAddress;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** The engine's Tomcat, on a socket of the test's own, with the controllers of the test. */
public final class TestServer implements AutoCloseable {

  private final Path directory;
  private final Path socket;
  private final WebServer server;

  public TestServer(Controller... controllers) throws IOException {
    this(List.of(), controllers);
  }

  public TestServer(List<ListenAddress> more, Controller... controllers) throws IOException {
    directory = Files.createTempDirectory("gantry-api");
    socket = directory.resolve("engine.sock");
    List<ListenAddress> addresses = new ArrayList<>(List.of(new ListenAddress.Unix(socket)));
    addresses.addAll(more);
    server = start(addresses, controllers);
  }

  /** Starts another one at a place of the caller's choice. */
  public static WebServer start(List<ListenAddress> addresses, Controller... controllers) {
    TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory();
    new Listeners(addresses, "").customize(factory);
    EngineServlet servlet =
        new EngineServlet(
            new Routes(List.of(controllers)),
            new Json(Wire.mapper()),
            new SimpleMeterRegistry(),
            "Test/1 (linux)",
            false);
    WebServer server =
        factory.getWebServer(
            context -> new ServletRegistrationBean<>(servlet, "/*").onStartup(context));
    server.start();
    return server;
  }

  public Path socket() {
    return socket;
  }

  public RawClient client() throws IOException {
    return new RawClient(socket);
  }

  @Override
  public void close() throws IOException {
    server.stop();
    server.destroy();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
