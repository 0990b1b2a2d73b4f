package io.gantry.plugins.runtime;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A change of limits; what is empty stays as it is. Values mean what they mean in the OCI runtime
 * specification ({@code linux.resources}), for both versions of cgroups.
 *
 * @param cpuShares relative weight, 2 to 262144
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds per period; -1: no limit
 * @param cpuRealtimePeriod microseconds
 * @param cpuRealtimeRuntime microseconds
 * @param cpusetCpus list of processors
 * @param cpusetMems list of memory nodes
 * @param memory bytes; -1: no limit
 * @param memoryReservation bytes; -1: no limit
 * @param memorySwap memory and swap together, bytes; -1: no limit
 * @param blkioWeight 10 to 1000
 * @param pidsLimit number of processes; -1: no limit
 */
public record LinuxResources(
    OptionalLong cpuShares,
    OptionalLong cpuPeriod,
    OptionalLong cpuQuota,
    OptionalLong cpuRealtimePeriod,
    OptionalLong cpuRealtimeRuntime,
    Optional<String> cpusetCpus,
    Optional<String> cpusetMems,
    OptionalLong memory,
    OptionalLong memoryReservation,
    OptionalLong memorySwap,
    OptionalLong blkioWeight,
    OptionalLong pidsLimit) {

  public static Builder builder() {
    return new Builder();
  }

  /** Collects the limits that change. */
  public static final class Builder {
    private OptionalLong cpuShares = OptionalLong.empty();
    private OptionalLong cpuPeriod = OptionalLong.empty();
    private OptionalLong cpuQuota = OptionalLong.empty();
    private OptionalLong cpuRealtimePeriod = OptionalLong.empty();
    private OptionalLong cpuRealtimeRuntime = OptionalLong.empty();
    private Optional<String> cpusetCpus = Optional.empty();
    private Optional<String> cpusetMems = Optional.empty();
    private OptionalLong memory = OptionalLong.empty();
    private OptionalLong memoryReservation = OptionalLong.empty();
    private OptionalLong memorySwap = OptionalLong.empty();
    private OptionalLong blkioWeight = OptionalLong.empty();
    private OptionalLong pidsLimit = OptionalLong.empty();

    private Builder() {}

    public Builder cpuShares(long value) {
      cpuShares = OptionalLong.of(value);
      return this;
    }

    public Builder cpuPeriod(long value) {
      cpuPeriod = OptionalLong.of(value);
      return this;
    }

    public Builder cpuQuota(long value) {
      cpuQuota = OptionalLong.of(value);
      return this;
    }

    public Builder cpuRealtimePeriod(long value) {
      cpuRealtimePeriod = OptionalLong.of(value);
      return this;
    }

    public Builder cpuRealtimeRuntime(long value) {
      cpuRealtimeRuntime = OptionalLong.of(value);
      return this;
    }

    public Builder cpusetCpus(String value) {
      cpusetCpus = Optional.of(value);
      return this;
    }

    public Builder cpusetMems(String value) {
      cpusetMems = Optional.of(value);
      return this;
    }

    public Builder memory(long value) {
      memory = OptionalLong.of(value);
      return this;
    }

    public Builder memoryReservation(long value) {
      memoryReservation = OptionalLong.of(value);
      return this;
    }

    public Builder memorySwap(long value) {
      memorySwap = OptionalLong.of(value);
      return this;
    }

    public Builder blkioWeight(long value) {
      blkioWeight = OptionalLong.of(value);
      return this;
    }

    public Builder pidsLimit(long value) {
      pidsLimit = OptionalLong.of(value);
      return this;
    }

    public LinuxResources build() {
      return new LinuxResources(
          cpuShares,
          cpuPeriod,
          cpuQuota,
          cpuRealtimePeriod,
          cpuRealtimeRuntime,
          cpusetCpus,
          cpusetMems,
          memory,
          memoryReservation,
          memorySwap,
          blkioWeight,
          pidsLimit);
    }
  }
}
