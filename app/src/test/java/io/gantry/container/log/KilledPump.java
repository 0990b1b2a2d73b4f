package io.gantry.container.log;

import java.nio.file.Path;
import java.util.Map;

/** The process that {@link LogPumpKillTest} kills: carries a journal to the end of its run. */
final class KilledPump {

  private KilledPump() {}

  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    try (LogFixture fixture = new LogFixture(directory)) {
      ContainerLog log =
          fixture.log("json-file", Map.of("max-size", arguments[1], "max-file", "10000"));
      fixture.logs.resume(log, new FileJournal(directory.resolve("journal")));
      fixture.logs.finish(log.id()).join();
    }
  }
}
