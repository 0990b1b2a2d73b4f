package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.HugetlbLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/** How limits are written (API v1.51, definitions/Resources). */
interface ResourcesShape {

  @JsonDeserialize(using = Unsigned.Short.class)
  int blkioWeight();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable Long kernelMemory();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable Long kernelMemoryTCP();

  /** How a limit of one device is written (definitions/ThrottleDevice). */
  interface OfThrottle {
    @JsonDeserialize(using = Unsigned.Long.class)
    long rate();
  }

  /** How a device's weight is written. */
  interface OfWeight {
    @JsonDeserialize(using = Unsigned.Short.class)
    int weight();
  }

  @JsonProperty("IOMaximumIOps")
  long ioMaximumIOps();

  @JsonProperty("IOMaximumBandwidth")
  long ioMaximumBandwidth();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable Long filesLimit();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  List<HugetlbLimit> hugetlbs();
}
