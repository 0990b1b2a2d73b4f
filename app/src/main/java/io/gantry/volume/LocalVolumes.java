package io.gantry.volume;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.PlatformThread;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.WholeFile;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.volume.VolumeCapacity;
import io.gantry.plugins.volume.VolumeDriver;
import io.gantry.plugins.volume.VolumeInfo;
import io.gantry.store.RecordJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The built-in driver {@code local}: a directory {@code <root>/<name>/_data} a volume. One made
 * with options has something else mounted there while containers use it. Other users of the host
 * may pass through these directories, not list them.
 *
 * <p>A directory that a power cut took (its making is not synced) is made again: it was empty.
 */
final class LocalVolumes implements VolumeDriver {

  private static final Logger log = LoggerFactory.getLogger(LocalVolumes.class);
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
  private static final String DATA = "_data";
  private static final String OPTIONS = "opts.json";
  private static final int MAX_DEPTH = 500;

  private final Path root;
  private final ConcurrentMap<String, Set<String>> users = new ConcurrentHashMap<>();

  LocalVolumes(Path root) {
    this.root = root;
  }

  @Override
  public void create(String name, Map<String, String> options) {
    checkName(name);
    LocalOptions parsed = LocalOptions.parse(options);
    try {
      makeDirectories(name);
      if (parsed.needsMount() || !options.isEmpty()) {
        writeOptions(name, options);
      } else {
        // of one whose making was cut off
        Files.deleteIfExists(root.resolve(name).resolve(OPTIONS));
      }
    } catch (IOException e) {
      throw failed("error while creating volume root path '%s'".formatted(root.resolve(name)), e);
    }
  }

  private static void checkName(String name) {
    if (name.length() == 1) {
      throw new DriverException(
          DriverException.Kind.INVALID,
          "volume name is too short, names should be at least two alphanumeric characters");
    }
    if (!NAME.matcher(name).matches()) {
      throw new DriverException(
          DriverException.Kind.INVALID,
          "\"%s\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
              .formatted(name.replace("\n", "\\n")));
    }
  }

  private void makeDirectories(String name) throws IOException {
    makeDirectory(root, "rwx-----x");
    makeDirectory(root.resolve(name), "rwx-----x");
    makeDirectory(data(name), "rwxr-xr-x");
  }

  private static void makeDirectory(Path directory, String permissions) throws IOException {
    try {
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  private void writeOptions(String name, Map<String, String> options) throws IOException {
    WholeFile.replaceDurably(
        root.resolve(name).resolve(OPTIONS),
        RecordJson.write(new TreeMap<>(options)).getBytes(StandardCharsets.UTF_8));
  }

  private Map<String, String> readOptions(String name) {
    Path file = root.resolve(name).resolve(OPTIONS);
    try {
      if (!Files.exists(file)) {
        return Map.of();
      }
      Map<String, String> options = new TreeMap<>();
      RecordJson.read(Files.readString(file, StandardCharsets.UTF_8), JsonNode.class)
          .properties()
          .forEach(option -> options.put(option.getKey(), option.getValue().asString("")));
      return options;
    } catch (IOException e) {
      throw failed("read " + file, e);
    }
  }

  private Path data(String name) {
    return root.resolve(name).resolve(DATA);
  }

  @Override
  public List<VolumeInfo> list() {
    return directories().stream()
        .flatMap(path -> find(path.getFileName().toString()).stream())
        .toList();
  }

  private List<Path> directories() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    List<Path> all = new ArrayList<>();
    try (var paths = Files.newDirectoryStream(root, Files::isDirectory)) {
      paths.forEach(all::add);
    } catch (IOException e) {
      throw failed("list " + root, e);
    }
    return all;
  }

  @Override
  public Optional<VolumeInfo> find(String name) {
    if (!NAME.matcher(name).matches() || !Files.isDirectory(root.resolve(name))) {
      return Optional.empty();
    }
    return Optional.of(new VolumeInfo(name, Optional.of(data(name)), readOptions(name), Map.of()));
  }

  @Override
  public Path mount(String name, String user) {
    Path data = data(name);
    try {
      makeDirectories(name);
      LocalOptions options = LocalOptions.parse(readOptions(name));
      if (options.needsMount() && !Mounts.isMountPoint(data)) {
        mount(options, data);
      }
    } catch (IOException e) {
      throw failed("make " + data, e);
    }
    users.computeIfAbsent(name, ignored -> ConcurrentHashMap.newKeySet()).add(user);
    return data;
  }

  private static void mount(LocalOptions options, Path data) {
    try {
      NetworkMount.mount(options.mountType(), options.device(), data, options.resolvedOptions());
    } catch (ErrnoException e) {
      throw new DriverException(
          DriverException.Kind.SYSTEM,
          "failed to mount local volume: mount %s:%s%s: %s"
              .formatted(
                  options.device(),
                  data,
                  options.options().isEmpty() ? "" : ", data: " + options.options(),
                  reason(e)),
          e);
    }
  }

  @Override
  public void unmount(String name, String user) {
    Set<String> left = users.get(name);
    if (left != null && left.remove(user) && left.isEmpty()) {
      users.remove(name);
      unmountUnused(name);
    }
  }

  private void unmountUnused(String name) {
    Path data = data(name);
    try {
      LocalOptions options = LocalOptions.parse(readOptions(name));
      if (options.needsMount() && Mounts.isMountPoint(data)) {
        NetworkMount.unmount(options.mountType(), data);
      }
    } catch (ErrnoException e) {
      throw failed("unmount local volume " + name, e);
    }
  }

  /** Unmounts what a daemon that was killed has left mounted and no container uses. */
  void unmountUnused() {
    for (VolumeInfo volume : list()) {
      if (!volume.options().isEmpty() && !users.containsKey(volume.name())) {
        try {
          unmountUnused(volume.name());
        } catch (DriverException e) {
          log.warn("Volume {} stays mounted", volume.name(), e);
        }
      }
    }
  }

  /**
   * Removes the directories of volumes whose making was cut off before they were recorded. One that
   * holds anything was not made by that: it stays, and a volume of its name takes it over.
   *
   * @param recorded whether there is a volume of the name
   */
  void removeUnrecorded(Predicate<String> recorded) {
    for (Path volume : directories()) {
      if (!recorded.test(volume.getFileName().toString())) {
        try {
          removeEmpty(volume);
        } catch (IOException e) {
          log.info("{} belongs to no volume and stays: {}", volume, e.toString());
        }
      }
    }
  }

  private static void removeEmpty(Path volume) throws IOException {
    if (Files.isSymbolicLink(volume) || Files.isSymbolicLink(volume.resolve(DATA))) {
      throw new IOException("a link leads elsewhere");
    }
    Files.deleteIfExists(volume.resolve(DATA));
    Files.deleteIfExists(volume.resolve(OPTIONS));
    WholeFile.deleteDraft(volume.resolve(OPTIONS));
    Files.delete(volume);
    log.info("Removed {}: it was made for a volume that was never recorded", volume);
  }

  @Override
  public void remove(String name) {
    Path volume = root.resolve(name);
    if (!Files.exists(volume)) {
      return;
    }
    unmountUnused(name);
    Optional<String> mounted =
        MountInfo.list().stream()
            .map(MountInfo::mountPoint)
            .filter(point -> Path.of(point).startsWith(volume))
            .findFirst();
    if (mounted.isPresent()) {
      throw new DriverException(
          DriverException.Kind.SYSTEM,
          "unable to remove %s: %s is mounted".formatted(volume, mounted.get()));
    }
    try (Directory parent = Directory.open(root)) {
      parent.deleteTree(name);
    } catch (ErrnoException e) {
      throw failed("remove " + volume, e);
    }
  }

  @Override
  public Optional<VolumeCapacity> capacity(String name) {
    try (Directory data = Directory.open(data(name))) {
      long size = PlatformThread.call("volume-size", () -> size(data, new HashSet<>(), 0));
      return Optional.of(new VolumeCapacity(size, OptionalLong.empty()));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.of(new VolumeCapacity(0, OptionalLong.empty()));
      }
      throw failed("measure volume " + name, e);
    }
  }

  /**
   * Sizes of all files, each once whatever number of names it has; what changes meanwhile may be
   * missed, and so is what is absurdly deep.
   */
  private static long size(Directory directory, Set<Long> linked, int depth) throws ErrnoException {
    long total = 0;
    for (DirectoryEntry entry : directory.list()) {
      try {
        FileStat stat = directory.stat(entry.name());
        if (stat.isDirectory()) {
          if (depth < MAX_DEPTH) {
            try (Directory child = directory.openDirectory(entry.name())) {
              total += size(child, linked, depth + 1);
            }
          }
        } else if (stat.links() == 1 || linked.add(stat.inode())) {
          total += stat.size();
        }
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
          throw e;
        }
      }
    }
    return total;
  }

  private static DriverException failed(String action, IOException e) {
    return new DriverException(DriverException.Kind.SYSTEM, action + ": " + reason(e), e);
  }

  /** What the kernel said, without the action. */
  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof ErrnoException ? message.substring(message.lastIndexOf(": ") + 2) : message;
  }

  @Override
  public void close() {}
}
