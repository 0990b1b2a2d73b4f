package io.gantry.container.spec;

import io.gantry.container.mount.ContainerMounts;
import io.gantry.container.mount.ManagedFiles;
import io.gantry.container.mount.SharedMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What start has made ready for a container, beside its record.
 *
 * @param rootfs where its root file system is mounted
 * @param hostname in its UTS namespace; empty when it has the host's namespace
 * @param network the network namespace's file; empty is the host's
 * @param pid the PID namespace's file of the container whose it shares, {@code /proc/<pid>/ns/pid};
 *     empty otherwise
 * @param ipc likewise the IPC namespace
 * @param sharedMemory what is mounted at {@code /dev/shm} of a container whose shared memory others
 *     may use ({@link SharedMemory}), or of one that uses another's; empty: a new one is made for
 *     it alone, or the host's is taken
 * @param files the engine's files by destination: {@code /etc/hosts}, {@code /etc/hostname}, {@code
 *     /etc/resolv.conf} ({@link ManagedFiles})
 * @param sources what {@link ContainerMounts#prepare} made ready, by destination
 * @param environment {@code NAME=value}, what the engine adds, for instance of links
 */
public record SpecInputs(
    Path rootfs,
    String hostname,
    Optional<Path> network,
    Optional<Path> pid,
    Optional<Path> ipc,
    Optional<Path> sharedMemory,
    Map<String, Path> files,
    Map<String, Path> sources,
    List<String> environment) {
  public SpecInputs {
    files = Map.copyOf(files);
    sources = Map.copyOf(sources);
    environment = List.copyOf(environment);
  }
}
