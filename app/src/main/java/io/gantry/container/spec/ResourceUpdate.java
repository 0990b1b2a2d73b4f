package io.gantry.container.spec;

import io.gantry.container.record.Resources;

/** A container's limits after {@code docker update}: what was asked for over what there was. */
final class ResourceUpdate {

  private ResourceUpdate() {}

  static Resources merge(Resources now, Resources asked) {
    ResourceDraft then = new ResourceDraft(now);
    then.blkioWeight = asked.blkioWeight() == 0 ? now.blkioWeight() : asked.blkioWeight();
    then.cpuShares = or(asked.cpuShares(), now.cpuShares());
    then.nanoCpus = or(asked.nanoCpus(), now.nanoCpus());
    then.cpuPeriod = or(asked.cpuPeriod(), now.cpuPeriod());
    then.cpuQuota = or(asked.cpuQuota(), now.cpuQuota());
    then.cpuRealtimePeriod = or(asked.cpuRealtimePeriod(), now.cpuRealtimePeriod());
    then.cpuRealtimeRuntime = or(asked.cpuRealtimeRuntime(), now.cpuRealtimeRuntime());
    then.cpusetCpus = asked.cpusetCpus().isEmpty() ? now.cpusetCpus() : asked.cpusetCpus();
    then.cpusetMems = asked.cpusetMems().isEmpty() ? now.cpusetMems() : asked.cpusetMems();
    then.memory = or(asked.memory(), now.memory());
    then.memorySwap = or(asked.memorySwap(), now.memorySwap());
    then.memoryReservation = or(asked.memoryReservation(), now.memoryReservation());
    then.pidsLimit = asked.pidsLimit() == null ? now.pidsLimit() : asked.pidsLimit();
    return then.build();
  }

  private static long or(long asked, long now) {
    return asked == 0 ? now : asked;
  }
}
