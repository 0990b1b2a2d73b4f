package io.gantry;

import io.gantry.config.ConfigurationException;
import io.gantry.config.CurrentOptions;
import io.gantry.config.DaemonOptions;
import io.gantry.config.DaemonRoots;
import io.gantry.config.StartRequest;
import io.gantry.container.hook.ContainerHooks;
import io.gantry.linux.systemd.ServiceNotifier;
import io.gantry.system.Build;
import io.gantry.system.GrownHeap;
import io.gantry.system.LogLevels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.jvm.JvmMetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.system.SystemMetricsAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.event.ContextClosedEvent;

/**
 * The engine as a Spring Boot application. The options, the hold on the directories and the hooks
 * of all containers are beans.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ComponentScan
@ImportAutoConfiguration({
  ApplicationAvailabilityAutoConfiguration.class,
  ConfigurationPropertiesAutoConfiguration.class,
  LifecycleAutoConfiguration.class,
  TomcatServletWebServerAutoConfiguration.class,
  HealthContributorAutoConfiguration.class,
  HealthContributorRegistryAutoConfiguration.class,
  HealthEndpointAutoConfiguration.class,
  AvailabilityProbesAutoConfiguration.class,
  AvailabilityHealthContributorAutoConfiguration.class,
  MetricsAutoConfiguration.class,
  CompositeMeterRegistryAutoConfiguration.class,
  PrometheusMetricsExportAutoConfiguration.class,
  JvmMetricsAutoConfiguration.class,
  SystemMetricsAutoConfiguration.class
})
class Daemon {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  /**
   * Set while Spring generates code from this application: nothing of the host may be touched then.
   */
  private static final String AOT_PROCESSING = "spring.aot.processing";

  private static final Path OOM_SCORE = Path.of("/proc/self/oom_score_adj");
  private static final int FAILED = 1;

  static void run(List<String> arguments) {
    try {
      StartRequest request = StartRequest.read(arguments, version());
      // a switch over types would make its code at every start
      if (request instanceof StartRequest.Print print) {
        System.out.print(print.text());
      } else if (request instanceof StartRequest.Run run) {
        start(run.options());
      }
    } catch (ConfigurationException e) {
      System.err.println("gantry daemon: " + e.getMessage());
      System.exit(FAILED);
    }
  }

  private static void start(CurrentOptions current) {
    DaemonOptions options = current.get();
    SpringApplication application = new SpringApplication(Daemon.class);
    application.setMainApplicationClass(Gantry.class);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setBannerMode(Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    application.setDefaultProperties(properties(options));
    if (Boolean.getBoolean(AOT_PROCESSING)) {
      application.run();
      return;
    }
    DaemonRoots roots = DaemonRoots.take(options);
    ContainerHooks hooks = hooks(options, roots);
    options.oomScoreAdjust().ifPresent(Daemon::adjustOomScore);
    ServiceNotifier manager = ServiceNotifier.ofThisProcess();
    application.addInitializers(
        context -> {
          ConfigurableListableBeanFactory beans = context.getBeanFactory();
          beans.registerSingleton("currentOptions", current);
          beans.registerSingleton("daemonOptions", options);
          beans.registerSingleton("daemonRoots", roots);
          beans.registerSingleton("containerHooks", hooks);
          beans.registerSingleton("opening", Foundation.Opening.begin(options));
        });
    application.addListeners(
        event -> {
          if (event instanceof ApplicationReadyEvent) {
            sayReady(options, manager);
          } else if (event instanceof ContextClosedEvent closed
              && closed.getApplicationContext().getParent() == null) {
            boolean told = manager.stopping();
            log.info("stopping{}", told ? ", the service manager knows" : "");
          }
        });
    SpringApplication.getShutdownHandlers().add(roots::close);
    try {
      application.run();
    } catch (RuntimeException | Error e) {
      log.error("the daemon cannot start: {}", reasons(e));
      log.debug("the daemon cannot start", e);
      System.exit(FAILED);
    }
  }

  private static ContainerHooks hooks(DaemonOptions options, DaemonRoots roots) {
    try {
      return ContainerHooks.open(roots.hooks(), options.containers().hookSpec());
    } catch (ConfigurationException e) {
      roots.close();
      throw e;
    }
  }

  private static void adjustOomScore(int adjust) {
    try {
      Files.writeString(OOM_SCORE, Integer.toString(adjust));
    } catch (IOException e) {
      throw new ConfigurationException(
          "cannot set oom-score-adjust to " + adjust + ": " + e.getMessage(), e);
    }
  }

  private static void sayReady(DaemonOptions options, ServiceNotifier manager) {
    options.warnings().forEach(log::warn);
    log.info(
        "Gantry {} serves {} from {}; ready {} ms after the process began",
        version(),
        String.join(", ", options.hosts().stream().map(Object::toString).toList()),
        options.dataRoot(),
        ManagementFactory.getRuntimeMXBean().getUptime());
    boolean told = manager.ready();
    log.debug("the service manager was {}told", told ? "" : "not ");
    GrownHeap.watch();
  }

  /**
   * What the whole application runs with. A person reads the log: one line an event, without
   * Spring's own.
   */
  private static Map<String, Object> properties(DaemonOptions options) {
    LogLevels levels = LogLevels.of(options.logging().level());
    Map<String, Object> properties = new HashMap<>();
    properties.put("logging.level.root", levels.frameworks());
    properties.put("logging.level.io.gantry", levels.engine());
    // warns of every H2 that is younger than itself
    properties.put("logging.level.org.flywaydb", "error");
    // the reason is said by this class, in one line
    properties.put("logging.level.org.springframework.boot.SpringApplication", "off");
    properties.put("logging.level.org.springframework.boot.diagnostics", "off");
    properties.put("logging.level.org.springframework.boot.web.server", "error");
    properties.put(
        "logging.pattern.console",
        "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %-28.28logger{27} %msg%n%wEx");
    return properties;
  }

  /**
   * The messages from the outermost to the innermost cause, without what Spring adds about its
   * beans.
   */
  private static String reasons(Throwable thrown) {
    Set<String> reasons = new LinkedHashSet<>();
    for (Throwable cause = thrown; cause != null && reasons.size() < 8; cause = cause.getCause()) {
      boolean spring = cause.getClass().getName().startsWith("org.springframework.beans.");
      if (!spring || cause.getCause() == null) {
        reasons.add(cause.getMessage() == null ? cause.toString() : cause.getMessage());
      }
    }
    return String.join(": ", reasons);
  }

  private static String version() {
    return Build.read().version();
  }
}
