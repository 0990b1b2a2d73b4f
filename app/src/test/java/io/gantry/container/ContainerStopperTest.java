package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.event.EventJournal;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.store.Store;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which run of a container is ended. */
class ContainerStopperTest {

  @TempDir Path directory;

  private final ContainerHandle handle =
      new ContainerHandle(ContainerRecordTest.container("ab".repeat(32), "one"));
  private final Instant started = handle.current().state().started().orElseThrow();

  /** Signals the runtime was asked for; each ends the run. */
  private final List<Integer> signals = new ArrayList<>();

  private Store store;
  private EventJournal journal;
  private ContainerStopper stopper;

  @BeforeEach
  void open() throws Exception {
    store = new Store(directory.resolve("db"));
    journal = new EventJournal(directory.resolve("events"), 1 << 20);
    Object runtime =
        Proxy.newProxyInstance(
            RuntimeDriver.class.getClassLoader(),
            new Class<?>[] {RuntimeDriver.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("signal");
              signals.add((Integer) arguments[1]);
              handle.exited(handle.current().state());
              return null;
            });
    stopper =
        new ContainerStopper(
            new Containers(),
            new ContainerStore(store),
            (RuntimeDriver) runtime,
            new ContainerEvents(journal));
  }

  @AfterEach
  void close() {
    journal.close();
    store.close();
  }

  private void become(State state) {
    handle.publish(handle.current().with(state));
  }

  @Test
  void theRunThatIsMeantIsKilled() {
    stopper.kill(handle, started);
    assertThat(signals).containsExactly(Signal.KILL);
    assertThat(handle.current().state().stoppedByUser()).isTrue();
  }

  @Test
  void aRunThatBeganMeanwhileIsNot() {
    become(handle.current().state().running(8, started.plusSeconds(1)));
    Container before = handle.current();
    stopper.kill(handle, started);
    assertThat(signals).isEmpty();
    assertThat(handle.current()).isEqualTo(before);
  }

  @Test
  void andARunThatEndedByItselfIsLeftToItsRestartPolicy() {
    become(handle.current().state().with(Status.RESTARTING));
    stopper.kill(handle, started);
    assertThat(signals).isEmpty();
    assertThat(handle.current().state().status()).isEqualTo(Status.RESTARTING);
    stopper.kill(handle);
    assertThat(handle.current().state().status()).isEqualTo(Status.EXITED);
  }
}
