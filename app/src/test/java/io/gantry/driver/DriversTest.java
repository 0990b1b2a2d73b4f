package io.gantry.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.auth.AuthorizationDriverFactory;
import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogDriverFactory;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.storage.StorageDriverFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriversTest {

  private static final String FACTORY =
      """
      // AcmeFactory.java
      package acme;
      import io.gantry.plugins.*;
      import io.gantry.plugins.log.*;
      import java.util.*;
      public class AcmeFactory implements LogDriverFactory {
        public AcmeFactory() { CONSTRUCTOR }
        public String name() { return "acme"; }
        public Probe probe(Host host) { PROBE }
        public LogDriver open(DriverContext context, Map<String, String> options) { OPEN }
      }
      """;

  private static final String DRIVER =
      """
      // AcmeDriver.java
      package acme;
      import io.gantry.plugins.log.*;
      import java.nio.file.*;
      import java.util.*;
      public class AcmeDriver implements LogDriver {
        public void validate(Map<String, String> options) {
          for (String o : options.keySet()) {
            throw new io.gantry.plugins.DriverException(
                io.gantry.plugins.DriverException.Kind.INVALID,
                "unknown log opt '" + o + "' for acme log driver");
          }
        }
        public LogSink open(LogContext context, Optional<String> mark) { return new AcmeSink(context.directory()); }
        public LogCursor read(LogContext context, LogQuery query) { throw new NoClassDefFoundError("acme/Reader"); }
        public void close() {}
      }
      """;

  private static final String SINK =
      """
      // AcmeSink.java
      package acme;
      import io.gantry.plugins.log.*;
      import java.nio.file.*;
      import java.util.*;
      class AcmeSink implements LogSink {
        private final Path file;
        AcmeSink(Path directory) { file = directory.resolve("acme.txt"); }
        private static String visible(String name) {
          try {
            Class.forName(name, false, Thread.currentThread().getContextClassLoader());
            return "sees ";
          } catch (ClassNotFoundException e) {
            return "no ";
          }
        }
        public int write(List<LogRecord> records) {
          try {
            StringBuilder text = new StringBuilder();
            for (LogRecord r : records) {
              text.append(r.stream().text()).append(':').append(new String(r.bytes())).append('\\n');
            }
            text.append(visible("org.springframework.context.ApplicationContext"));
            text.append(visible("io.gantry.driver.Drivers"));
            text.append(visible("io.gantry.logging.JsonFileLogDriverFactory"));
            text.append(visible("io.gantry.plugins.Driver"));
            text.append(Thread.currentThread().getContextClassLoader() == AcmeSink.class.getClassLoader());
            Files.writeString(file, text);
            return records.size();
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
        public String flush() { return ""; }
        public void close() {}
      }
      """;

  @TempDir Path directory;
  private Path root;
  private PluginBuilder builder;

  @BeforeEach
  void prepare() throws IOException {
    root = Files.createDirectory(directory.resolve("root"));
    builder = new PluginBuilder(directory.resolve("work"), root.resolve("plugins"));
  }

  private Drivers load() {
    return Drivers.load(root, directory.resolve("run"), new Host("6.1", "amd64", Set.of(), root));
  }

  private void build(
      String plugin, String constructor, String probe, String open, String... forgotten)
      throws IOException {
    builder.build(
        plugin,
        LogDriverFactory.class,
        "acme.AcmeFactory",
        List.of(
            FACTORY
                .replace("CONSTRUCTOR", constructor)
                .replace("PROBE", probe)
                .replace("OPEN", open),
            DRIVER,
            SINK),
        List.of(forgotten));
  }

  private LogContext context() throws IOException {
    return new LogContext(
        "c".repeat(64),
        "c",
        "i",
        "i",
        List.of(),
        Instant.EPOCH,
        List.of(),
        Map.of(),
        "gantry",
        Files.createDirectories(directory.resolve("log")),
        Map.of());
  }

  @Test
  void aThirdPartyDriverGetsAContainersLinesAndSeesNothingOfTheDaemon() throws Exception {
    build("acme", "", "return Probe.yes();", "return new AcmeDriver();");
    try (Drivers drivers = load()) {
      assertThat(drivers.problems()).isEmpty();
      assertThat(drivers.names(LogDriverFactory.class)).startsWith("json-file").contains("acme");
      assertThat(drivers.probe(LogDriverFactory.class, "acme")).isEqualTo(Probe.yes());
      LogDriver driver = drivers.open(LogDriverFactory.class, "acme", Map.of());
      assertThat(drivers.open(LogDriverFactory.class, "acme", Map.of())).isSameAs(driver);
      assertThatThrownBy(() -> driver.validate(Map.of("x", "y")))
          .isInstanceOf(DriverException.class)
          .hasMessage("unknown log opt 'x' for acme log driver");
      byte[] line = "hello".getBytes();
      ClassLoader before = Thread.currentThread().getContextClassLoader();
      try (LogSink sink = driver.open(context(), Optional.empty())) {
        LogRecord entry = new LogRecord(LogStream.STDOUT, 1, line, 0, line.length, false);
        assertThat(sink.write(List.of(entry))).isEqualTo(1);
      }
      assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
      assertThat(Files.readString(directory.resolve("log/acme.txt")))
          .isEqualTo("stdout:hello\nno no no sees true");
      assertThat(root.resolve("log/acme")).isDirectory();
    }
  }

  @Test
  void errorsOfLinkingBecomeDriverExceptions() throws Exception {
    build("acme", "", "return Probe.yes();", "return new AcmeDriver();", "acme/AcmeSink");
    try (Drivers drivers = load()) {
      LogDriver driver = drivers.open(LogDriverFactory.class, "acme", Map.of());
      assertThatThrownBy(() -> driver.open(context(), Optional.empty()))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("NoClassDefFoundError: acme/AcmeSink");
      assertThatThrownBy(
              () -> {
                try (LogCursor cursor = driver.read(context(), LogQuery.all())) {
                  cursor.next();
                }
              })
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("acme/Reader");
    }
  }

  @Test
  void anAuthorizationDriverIsReportedSinceNobodyAsksIt() throws Exception {
    builder.build(
        "guard",
        AuthorizationDriverFactory.class,
        "acme.GuardFactory",
        List.of(
            """
            // GuardFactory.java
            package acme;
            import io.gantry.plugins.*;
            import io.gantry.plugins.auth.*;
            import java.util.*;
            public class GuardFactory implements AuthorizationDriverFactory {
              public String name() { return "guard"; }
              public Probe probe(Host host) { return Probe.yes(); }
              public AuthorizationDriver open(DriverContext context, Map<String, String> options) {
                throw new IllegalStateException();
              }
            }
            """),
        List.of());
    try (Drivers drivers = load()) {
      assertThat(drivers.problems())
          .containsExactly(
              new DriverProblem(
                  "guard",
                  "authorization driver guard",
                  "authorization drivers are not asked yet: it denies nothing"));
    }
  }

  @Test
  void aConstructorThatThrowsIsReported() throws Exception {
    build(
        "bad",
        "if (true) throw new IllegalStateException(\"no licence\");",
        "return null;",
        "return null;");
    try (Drivers drivers = load()) {
      assertThat(drivers.problems())
          .singleElement()
          .satisfies(
              p -> {
                assertThat(p.source()).isEqualTo("bad");
                assertThat(p.driver()).isEqualTo("log driver");
                assertThat(p.message()).contains("acme.AcmeFactory").contains("no licence");
              });
      assertThat(drivers.names(LogDriverFactory.class)).contains("json-file");
      assertThat(drivers.names(LogDriverFactory.class)).doesNotContain("acme");
    }
  }

  @Test
  void aMissingClassIsReported() throws Exception {
    build("bad", "", "return Probe.yes();", "return new AcmeDriver();", "acme/AcmeDriver");
    build("worse", "", "return Probe.yes();", "return null;", "acme/AcmeFactory");
    try (Drivers drivers = load()) {
      assertThat(drivers.problems())
          .singleElement()
          .extracting(DriverProblem::source)
          .isEqualTo("worse");
      assertThatThrownBy(() -> drivers.open(LogDriverFactory.class, "acme", Map.of()))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("open log driver acme");
      assertThat(drivers.problems())
          .filteredOn(p -> p.source().equals("bad"))
          .singleElement()
          .satisfies(p -> assertThat(p.message()).contains("acme/AcmeDriver"));
    }
  }

  @Test
  void aProbeThatFailsOrSaysNoIsReported() throws Exception {
    build("bad", "", "return probe(host);", "return null;");
    try (Drivers drivers = load()) {
      assertThat(drivers.probe(LogDriverFactory.class, "acme").usable()).isFalse();
      assertThat(drivers.problems())
          .singleElement()
          .extracting(DriverProblem::driver)
          .isEqualTo("log driver acme");
    }
    build("bad", "", "return Probe.no(\"no moon\");", "return null;");
    try (Drivers drivers = load()) {
      assertThatThrownBy(() -> drivers.open(LogDriverFactory.class, "acme", Map.of()))
          .hasMessage("log driver acme cannot work here: no moon");
    }
  }

  @Test
  void aNameThatIsTakenIsRefused() throws Exception {
    build("acme", "", "return Probe.yes();", "return new AcmeDriver();");
    build("beta", "", "return Probe.yes();", "return new AcmeDriver();");
    try (Drivers drivers = load()) {
      assertThat(drivers.problems())
          .singleElement()
          .satisfies(
              p -> {
                assertThat(p.source()).isEqualTo("beta");
                assertThat(p.message()).isEqualTo("log driver acme is already provided by acme");
              });
    }
  }

  @Test
  void whatOthersCanWriteIsNotLoaded() throws Exception {
    build("acme", "", "return Probe.yes();", "return new AcmeDriver();");
    Path plugin = root.resolve("plugins/acme");
    Files.setPosixFilePermissions(
        plugin.resolve("acme.jar"), PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.createDirectory(root.resolve("plugins/empty"));
    try (Drivers drivers = load()) {
      assertThat(drivers.names(LogDriverFactory.class)).doesNotContain("acme");
      assertThat(drivers.problems())
          .extracting(DriverProblem::message)
          .containsExactlyInAnyOrder(
              plugin.resolve("acme.jar") + " can be written by others than its owner",
              "no jar in " + root.resolve("plugins/empty"));
    }
  }

  @Test
  void aDriverThatIsNotThereIsNotFound() {
    try (Drivers drivers = load()) {
      assertThatThrownBy(() -> drivers.open(StorageDriverFactory.class, "nope", Map.of()))
          .isInstanceOfSatisfying(
              DriverException.class,
              e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.NOT_FOUND))
          .hasMessage("there is no storage driver nope");
      assertThat(drivers.probe(StorageDriverFactory.class, "nope").reason())
          .isEqualTo("there is no storage driver nope");
      assertThat(drivers.names(StorageDriverFactory.class)).contains("overlay2");
    }
  }
}
