package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.Container;
import io.gantry.plugins.runtime.ResourceSupport;

/** Signatures only for the moment. */
public final class OciSpec {

  public OciSpec(HostFacts facts, ResourceSupport support, DaemonOptions.Containers defaults) {
    throw new UnsupportedOperationException("" + facts + support + defaults);
  }

  /** The runtime's {@code config.json}. */
  public String build(Container container, SpecInputs inputs) {
    throw new UnsupportedOperationException("" + container + inputs);
  }

  /** {@code linux.cgroupsPath}: where the container's cgroup is, below the cgroup mounts. */
  public String cgroupPath(Container container) {
    throw new UnsupportedOperationException("" + container);
  }
}
