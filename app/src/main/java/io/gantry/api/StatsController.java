package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.listen.Connection;
import io.gantry.api.stream.ValueStream;
import io.gantry.api.wire.StatsView;
import io.gantry.container.ContainerService;
import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import io.gantry.linux.MemoryInfo;
import io.gantry.plugins.runtime.Stats;
import io.gantry.system.HostCpu;
import io.gantry.system.InterfaceCounters;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code /containers/{id}/stats}: what a container uses, once or every second (tag Container). */
@Component
final class StatsController implements Controller {

  /** Clients before 1.41 always get two samples' difference. */
  private static final int ONE_SHOT = 41;

  private final ContainerService containers;
  private final long hostMemory = MemoryInfo.read().total();

  StatsController(ContainerService containers) {
    this.containers = containers;
  }

  @Override
  public void routes(Routes routes) {
    routes.stream("GET", "/containers/{name}/stats", this::stats);
  }

  private void stats(Exchange exchange) throws Exception {
    Query query = exchange.query();
    Container container = containers.get(exchange.name());
    boolean stream = query.flag("stream", true);
    boolean oneShot = query.flag("one-shot") && exchange.version().atLeast(ONE_SHOT);
    if (stream && oneShot) {
      throw EngineException.invalid("cannot have stream=true and one-shot=true");
    }
    CountDownLatch left = new CountDownLatch(1);
    try (Connection.Watch watch = exchange.connection().onDeparture(left::countDown)) {
      if (stream) {
        follow(exchange, container, left);
      } else {
        exchange.ok(once(container, oneShot, left));
      }
    }
  }

  private StatsView once(Container container, boolean oneShot, CountDownLatch left)
      throws InterruptedException {
    Optional<StatsView.Sample> first = sample(container);
    if (first.isEmpty()) {
      return StatsView.nothing(container);
    }
    if (oneShot || left.await(1, TimeUnit.SECONDS)) {
      return StatsView.of(container, first.get(), null);
    }
    return sample(container)
        .map(second -> StatsView.of(container, second, first.get()))
        .orElseGet(() -> StatsView.nothing(container));
  }

  private void follow(Exchange exchange, Container container, CountDownLatch left)
      throws Exception {
    ValueStream answer = new ValueStream(exchange);
    StatsView.@Nullable Sample before = null;
    do {
      Container now;
      try {
        // by id: it may be renamed meanwhile
        now = containers.get(container.id());
      } catch (EngineException e) {
        // it was removed, and so ends the stream
        return;
      }
      StatsView.Sample sample = sample(now).orElse(null);
      answer.write(sample == null ? StatsView.nothing(now) : StatsView.of(now, sample, before));
      answer.flush();
      before = sample;
    } while (!left.await(1, TimeUnit.SECONDS));
  }

  private Optional<StatsView.Sample> sample(Container container) {
    Optional<Stats> stats = containers.stats(container.id());
    return stats.map(
        read ->
            new StatsView.Sample(
                read, HostCpu.read(), hostMemory, InterfaceCounters.of(container.state().pid())));
  }
}
