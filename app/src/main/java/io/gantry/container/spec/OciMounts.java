package io.gantry.container.spec;

import io.gantry.container.mount.SharedChannel;
import io.gantry.container.mount.TmpfsOptions;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostChannel;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Mount;
import io.gantry.container.record.MountPoint;
import io.gantry.error.EngineException;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is mounted in a container, in order: the kernel's file systems, then what the user and the
 * engine put there, the shallow places before those below them. What the user mounts takes the
 * place of what would be there.
 */
final class OciMounts {

  private static final String SHM = "/dev/shm";
  private static final String CGROUPS = "/sys/fs/cgroup";
  private static final String INIT = "/sbin/docker-init";
  private static final String READ_ONLY = "ro";

  /** Stay writable in a container with a read-only root. */
  private static final Set<String> WRITABLE =
      Set.of("/proc", "/dev/pts", SHM, "/dev/mqueue", "/dev");

  private record Entry(String destination, String type, String source, List<String> options) {}

  private final Container container;
  private final HostConfig hostConfig;
  private final SpecInputs inputs;
  private final Optional<Path> init;
  private final boolean hostCgroups;

  /**
   * @param init the init's program on the host; empty: none is used
   * @param hostCgroups it sees the host's cgroups of version 2
   */
  OciMounts(Container container, SpecInputs inputs, Optional<Path> init, boolean hostCgroups) {
    this.container = container;
    this.hostConfig = container.hostConfig();
    this.inputs = inputs;
    this.init = init;
    this.hostCgroups = hostCgroups;
  }

  ArrayNode list() {
    List<Entry> own = own();
    Set<String> taken = new HashSet<>();
    own.forEach(entry -> taken.add(entry.destination()));
    List<Entry> all = new ArrayList<>();
    for (Entry entry : system()) {
      boolean below = taken.contains("/dev") && entry.destination().startsWith("/dev/");
      if (!taken.contains(entry.destination()) && !below) {
        all.add(hostConfig.readonlyRootfs() ? readOnlyUnlessKept(entry) : entry);
      }
    }
    all.addAll(own);
    ArrayNode array = Json.strings(List.of());
    for (Entry entry : all) {
      ObjectNode node = array.addObject();
      node.put("destination", entry.destination());
      node.put("type", entry.type());
      node.put("source", entry.source());
      node.set("options", Json.strings(entry.options()));
    }
    return array;
  }

  private static Entry readOnlyUnlessKept(Entry entry) {
    if (WRITABLE.contains(entry.destination()) || entry.options().contains(READ_ONLY)) {
      return entry;
    }
    List<String> options = new ArrayList<>(entry.options());
    options.add(READ_ONLY);
    return new Entry(entry.destination(), entry.type(), entry.source(), options);
  }

  private List<Entry> system() {
    boolean privileged = hostConfig.privileged();
    boolean writableCgroups =
        SecurityOptions.parse(hostConfig.securityOpt()).writableCgroups().orElse(privileged);
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
    entries.add(
        new Entry(
            "/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
    entries.add(
        new Entry(
            "/dev/pts",
            "devpts",
            "devpts",
            List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
    entries.add(new Entry("/sys", "sysfs", "sysfs", pseudo(!privileged)));
    entries.add(cgroups(pseudo(!writableCgroups)));
    entries.add(new Entry("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")));
    if (hasOwnSharedMemory()) {
      entries.add(
          new Entry(
              SHM,
              "tmpfs",
              "shm",
              List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + hostConfig.shmSize())));
    }
    return entries;
  }

  /**
   * The runtime mounts cgroup2 anew. In the host's cgroup namespace that would take the options of
   * the host's own mount away ({@code nsdelegate}, {@code memory_recursiveprot}): they are the
   * whole hierarchy's.
   */
  private Entry cgroups(List<String> options) {
    if (!hostCgroups) {
      return new Entry(CGROUPS, "cgroup", "cgroup", options);
    }
    List<String> all = new ArrayList<>(List.of("bind"));
    all.addAll(options);
    return bind(CGROUPS, CGROUPS, all);
  }

  private static List<String> pseudo(boolean readOnly) {
    return readOnly
        ? List.of("nosuid", "noexec", "nodev", READ_ONLY)
        : List.of("nosuid", "noexec", "nodev");
  }

  private boolean hasOwnSharedMemory() {
    return inputs.sharedMemory().isEmpty()
        && !hostConfig.ipcMode().equals("none")
        && !hostConfig.ipcMode().equals("host");
  }

  private List<Entry> own() {
    Map<String, Entry> entries = new HashMap<>();
    boolean writableFiles = !hostConfig.readonlyRootfs();
    inputs
        .files()
        .forEach(
            (destination, file) ->
                entries.put(
                    destination,
                    bind(destination, file.toString(), options(writableFiles, "rprivate"))));
    sharedMemory()
        .ifPresent(
            source ->
                entries.put(
                    SHM,
                    bind(
                        SHM,
                        source,
                        hostConfig.ipcMode().equals("host")
                            ? List.of("rbind", "rprivate")
                            : List.of("rbind", "rprivate", "nosuid", "noexec", "nodev"))));
    for (MountPoint mount : container.mounts()) {
      entries.put(mount.destination(), entry(mount));
    }
    hostConfig
        .tmpfs()
        .forEach(
            (destination, options) -> {
              String clean = Path.of(destination).normalize().toString();
              entries.putIfAbsent(clean, tmpfs(clean, options));
            });
    HostChannel channel = hostConfig.hostChannel();
    if (channel != null) {
      String destination = SharedChannel.destination(channel);
      entries.put(
          destination,
          bind(
              destination,
              channel.pathOnHost(),
              options(SharedChannel.writable(channel), "rprivate")));
    }
    init.ifPresent(
        program ->
            entries.put(
                INIT, bind(INIT, program.toString(), List.of("rbind", READ_ONLY, "rprivate"))));
    return entries.values().stream()
        .sorted(
            Comparator.comparingInt((Entry entry) -> depth(entry.destination()))
                .thenComparing(Entry::destination))
        .toList();
  }

  private Optional<String> sharedMemory() {
    if (hostConfig.ipcMode().equals("host")) {
      return Optional.of(SHM);
    }
    return inputs.sharedMemory().map(Path::toString);
  }

  private static int depth(String path) {
    return (int) path.chars().filter(c -> c == '/').count();
  }

  private Entry entry(MountPoint mount) {
    String destination = mount.destination();
    if (mount.type().equals("tmpfs")) {
      return tmpfs(destination, TmpfsOptions.of(mount.options()));
    }
    Path ready = inputs.sources().get(destination);
    String source = ready == null ? mount.source() : ready.toString();
    return bind(destination, source, bindOptions(mount, source));
  }

  /** A tmpfs over a directory has the directory's mode, unless the user gives another. */
  private Entry tmpfs(String destination, String options) {
    List<String> merged = TmpfsOptions.merged(options);
    if (merged.stream().noneMatch(option -> option.startsWith("mode="))) {
      mode(destination).ifPresent(mode -> merged.add("mode=" + Integer.toOctalString(mode)));
    }
    return new Entry(destination, "tmpfs", "tmpfs", merged);
  }

  private OptionalInt mode(String destination) {
    try (Directory root = Directory.open(inputs.rootfs());
        Directory place = root.openDirectoryInRoot(destination)) {
      return OptionalInt.of(place.fd().stat().permissions());
    } catch (ErrnoException e) {
      return OptionalInt.empty();
    }
  }

  private static Entry bind(String destination, String source, List<String> options) {
    return new Entry(destination, "bind", source, options);
  }

  private static List<String> options(boolean writable, String propagation) {
    return writable ? List.of("rbind", propagation) : List.of("rbind", READ_ONLY, propagation);
  }

  /**
   * Read-only is with all that is mounted below, which a file has not: crun 1.8 cannot open one for
   * {@code rro}.
   */
  private static List<String> bindOptions(MountPoint mount, String source) {
    Mount.BindOptions bind = mount.options().bindOptions();
    List<String> options = new ArrayList<>();
    options.add(bind != null && bind.nonRecursive() ? "bind" : "rbind");
    if (bind != null && mount.readWrite()) {
      onlyReadOnly(bind.readOnlyNonRecursive(), "ReadOnlyNonRecursive");
      onlyReadOnly(bind.readOnlyForceRecursive(), "ReadOnlyForceRecursive");
    }
    if (!mount.readWrite()) {
      boolean alone = bind != null && bind.readOnlyNonRecursive() || isFile(Path.of(source));
      options.add(alone ? READ_ONLY : "rro");
    }
    if (!mount.propagation().isEmpty()) {
      options.add(mount.propagation());
    }
    return options;
  }

  private static boolean isFile(Path source) {
    return Files.exists(source) && !Files.isDirectory(source);
  }

  private static void onlyReadOnly(boolean asked, String option) {
    if (asked) {
      throw EngineException.system(
          "mount options conflict: !ReadOnly && BindOptions." + option, null);
    }
  }

  /**
   * What the whole root must be for the propagation that the mounts ask for; empty is the runtime's
   * default.
   */
  Optional<String> rootPropagation() {
    Set<String> asked = new HashSet<>();
    container.mounts().forEach(mount -> asked.add(mount.propagation()));
    if (asked.contains("shared") || asked.contains("rshared")) {
      return Optional.of("shared");
    }
    if (asked.contains("slave") || asked.contains("rslave")) {
      return Optional.of("rslave");
    }
    return Optional.empty();
  }
}
