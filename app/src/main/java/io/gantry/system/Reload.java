package io.gantry.system;

import io.gantry.config.ConfigurationException;
import io.gantry.config.CurrentOptions;
import io.gantry.config.DaemonOptions;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.image.ImageOptions;
import io.gantry.image.ImageService;
import io.gantry.linux.Kernel;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.RuntimeInfo;
import io.gantry.store.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import sun.misc.Signal;
import sun.misc.SignalHandler;
import tools.jackson.databind.json.JsonMapper;

/**
 * SIGHUP: the daemon reads its file again and takes over what can change while it runs, all of it
 * or, when something is wrong, nothing. Tells the event {@code reload} with Docker's attributes.
 */
public final class Reload implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reload.class);
  private static final Signal HANGUP = new Signal("HUP");

  private final CurrentOptions options;
  private final ImageService images;
  private final RuntimeDriver runtime;
  private final EventJournal events;
  private final Settings settings;
  private final SignalHandler before;

  /** Listens from now on. */
  public Reload(
      CurrentOptions options,
      ImageService images,
      RuntimeDriver runtime,
      EventJournal events,
      Settings settings) {
    this.options = options;
    this.images = images;
    this.runtime = runtime;
    this.events = events;
    this.settings = settings;
    this.before = Signal.handle(HANGUP, signal -> run());
  }

  private void run() {
    try {
      CurrentOptions.Reloaded reloaded = options.reload(this::apply);
      reloaded
          .needRestart()
          .forEach(name -> log.warn("{} has changed in the file: it needs a restart", name));
      reloaded.options().warnings().forEach(log::warn);
      log.info("the configuration was read again");
      events.publish(
          EventType.DAEMON, "reload", EngineId.of(settings), attributes(reloaded.options()));
    } catch (RuntimeException e) {
      log.error("the configuration stays as it was: {}", e.getMessage());
      log.debug("the configuration stays as it was", e);
    }
  }

  private void apply(DaemonOptions next) {
    List<String> known = runtime.runtimeNames();
    next.containers()
        .defaultRuntime()
        .filter(name -> !known.contains(name))
        .ifPresent(
            name -> {
              throw new ConfigurationException(
                  "specified default runtime '" + name + "' is not known before a restart");
            });
    images.reload(ImageOptions.of(next));
    LogLevels levels = LogLevels.of(next.logging().level());
    LoggingSystem logging = LoggingSystem.get(Reload.class.getClassLoader());
    logging.setLogLevel("io.gantry", level(levels.engine()));
    logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, level(levels.frameworks()));
  }

  private static LogLevel level(String name) {
    return LogLevel.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private Map<String, String> attributes(DaemonOptions now) {
    DaemonOptions.Registry registry = now.registry();
    DaemonOptions.Containers containers = now.containers();
    List<RuntimeInfo> runtimes = runtime.runtimes();
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("name", Kernel.hostName());
    attributes.put("debug", Boolean.toString(now.logging().debug()));
    attributes.put("labels", json(now.labels()));
    attributes.put("live-restore", "true");
    attributes.put("insecure-registries", json(registry.insecure()));
    attributes.put(
        "registry-mirrors", json(registry.mirrors().stream().map(Object::toString).toList()));
    attributes.put("max-concurrent-downloads", Integer.toString(registry.maxConcurrentDownloads()));
    attributes.put("max-concurrent-uploads", Integer.toString(registry.maxConcurrentUploads()));
    attributes.put("max-download-attempts", Integer.toString(registry.maxDownloadAttempts()));
    attributes.put(
        "runtimes",
        String.join(" ", runtimes.stream().map(info -> info.name() + ":" + info.path()).toList()));
    attributes.put(
        "default-runtime", containers.defaultRuntime().orElse(runtimes.getFirst().name()));
    attributes.put("default-shm-size", Long.toString(containers.shmSize()));
    attributes.put("default-ipc-mode", containers.ipcMode());
    containers.cgroupnsMode().ifPresent(mode -> attributes.put("default-cgroupns-mode", mode));
    return attributes;
  }

  private static String json(List<String> texts) {
    return JsonMapper.shared().writeValueAsString(texts);
  }

  @Override
  public void close() {
    Signal.handle(HANGUP, before);
  }
}
