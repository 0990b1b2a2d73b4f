package io.gantry.container.spec;

import io.gantry.container.Container;
import io.gantry.container.ContainerConfig;
import io.gantry.container.HostConfig;
import io.gantry.container.Resources;
import io.gantry.container.RestartPolicy;
import io.gantry.plugins.runtime.ResourceSupport;
import java.util.Collection;
import java.util.Optional;

/** Signatures only for the moment. */
public final class HostChecks {

  /**
   * @param runtimes names of the OCI runtimes there are
   */
  public HostChecks(HostFacts facts, ResourceSupport support, Collection<String> runtimes) {
    throw new UnsupportedOperationException(facts + " " + support + runtimes);
  }

  /**
   * @param config as the client sent it: what the image brings conflicts with nothing
   * @param hostConfig as the client sent it, or with the daemon's defaults filled in
   */
  public Checked check(ContainerConfig config, HostConfig hostConfig) {
    throw new UnsupportedOperationException(config + " " + hostConfig);
  }

  /**
   * @param change what is zero, empty or null stays as it is
   */
  public CheckedUpdate checkUpdate(
      Container container, Resources change, Optional<RestartPolicy> restartPolicy) {
    throw new UnsupportedOperationException(container + " " + change + restartPolicy);
  }
}
