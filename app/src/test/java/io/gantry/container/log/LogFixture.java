package io.gantry.container.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.driver.Drivers;
import io.gantry.plugins.Host;
import io.gantry.plugins.log.LogContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** One container's log below a directory, with the drivers of the class path. */
final class LogFixture implements AutoCloseable {

  static final LogRequest ALL = request(false, -1);

  final Path directory;
  final Drivers drivers;
  final ContainerLogs logs;

  LogFixture(Path directory) {
    this.directory = directory;
    this.drivers =
        Drivers.load(
            directory.resolve("data"),
            directory.resolve("run"),
            new Host("6.1", "amd64", Set.of(), directory));
    this.logs = new ContainerLogs(drivers);
  }

  ContainerLog log(String driver, Map<String, String> options) {
    try {
      return new ContainerLog(
          driver,
          new LogContext(
              "c0".repeat(32),
              "box",
              "sha256:" + "ab".repeat(32),
              "busybox",
              List.of("sh"),
              Instant.EPOCH,
              List.of(),
              Map.of("lab", "val"),
              "gantry",
              Files.createDirectories(directory.resolve("log")),
              options),
          directory.resolve("checkpoint"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LogRequest request(boolean follow, long tail) {
    return new LogRequest(
        true,
        true,
        follow,
        false,
        false,
        OptionalLong.empty(),
        OptionalLong.empty(),
        tail < 0 ? OptionalLong.empty() : OptionalLong.of(tail));
  }

  /** The log as {@code docker logs} of a terminal prints it. */
  String read(ContainerLog log, LogRequest request) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LogReading reading = logs.read(log, request)) {
      reading.copyTo(out, false);
    }
    return out.toString(UTF_8);
  }

  @Override
  public void close() {
    logs.close();
    drivers.close();
  }
}
