package io.gantry.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DriverFactoryTest {

  /** A factory with no more than it must have. */
  private static final class Least implements DriverFactory<Driver> {

    @Override
    public String name() {
      return "least";
    }

    @Override
    public Driver open(DriverContext context, Map<String, String> options) {
      requireNone(options);
      return () -> {};
    }
  }

  private final Least factory = new Least();
  private final DriverContext context = new DriverContext(Path.of("data"), Path.of("run"));

  @Test
  void aDriverCanWorkUnlessItSaysWhyNot() {
    assertThat(factory.probe(new Host("6.1", "amd64", Set.of(), Path.of("data"))).usable())
        .isTrue();
  }

  @Test
  void optionsOfADriverThatHasNoneAreRefusedByName() {
    assertThat(factory.open(context, Map.of())).isNotNull();
    assertThatThrownBy(() -> factory.open(context, Map.of("size", "1")))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.INVALID))
        .hasMessage("unknown option 'size' of driver least");
  }
}
