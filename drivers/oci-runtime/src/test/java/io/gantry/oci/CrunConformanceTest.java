package io.gantry.oci;

import io.gantry.plugins.runtime.JournalConformance;
import io.gantry.plugins.runtime.RuntimeDriverConformance;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import io.gantry.plugins.runtime.RuntimeStreamsConformance;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** The driver with crun. */
class CrunConformanceTest {

  private static final Map<String, String> OPTIONS = Map.of("default-runtime", "crun");

  @Nested
  class Lifecycle extends RuntimeDriverConformance {

    @Override
    protected RuntimeDriverFactory factory() {
      return new OciRuntimeFactory();
    }

    @Override
    protected Map<String, String> options() {
      return OPTIONS;
    }
  }

  @Nested
  class Streams extends RuntimeStreamsConformance {

    @Override
    protected RuntimeDriverFactory factory() {
      return new OciRuntimeFactory();
    }

    @Override
    protected Map<String, String> options() {
      return OPTIONS;
    }
  }

  @Nested
  class Journals extends JournalConformance {

    @Override
    protected RuntimeDriverFactory factory() {
      return new OciRuntimeFactory();
    }

    @Override
    protected Map<String, String> options() {
      return OPTIONS;
    }
  }
}
