package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.EngineServlet;
import io.gantry.api.http.Json;
import io.gantry.api.http.Routes;
import io.gantry.api.listen.Listeners;
import io.gantry.api.wire.Wire;
import io.gantry.config.DaemonOptions;
import io.gantry.system.Build;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The API as one servlet on the engine's own connectors. */
@Configuration(proxyBeanMethods = false)
class ApiBeans {

  @Bean
  Build build() {
    return Build.read();
  }

  @Bean
  Listeners listeners(DaemonOptions options) {
    return new Listeners(options.hosts(), options.group());
  }

  @Bean
  ServletRegistrationBean<EngineServlet> engineServlet(
      List<Controller> controllers, MeterRegistry metrics, DaemonOptions options, Build build) {
    EngineServlet servlet =
        new EngineServlet(
            new Routes(controllers),
            new Json(Wire.mapper()),
            metrics,
            "Docker/" + build.version() + " (linux)",
            options.experimental());
    ServletRegistrationBean<EngineServlet> registration =
        new ServletRegistrationBean<>(servlet, "/*");
    registration.setName("api");
    registration.setLoadOnStartup(1);
    return registration;
  }
}
