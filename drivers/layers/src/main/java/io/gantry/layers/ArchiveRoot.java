package io.gantry.layers;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarReader;
import io.gantry.layers.tar.TarType;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileSystemStat;
import io.gantry.linux.file.FileTimes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A root file system that its processes may be changing this moment, for {@code docker cp}. Each
 * path is resolved by the kernel as a process inside would see it; nothing the processes do with
 * links and renames makes a call here touch a file outside. Calls may come from many threads.
 *
 * <p>A path that ends in {@code /} or {@code /.} means the directory a link there leads to, any
 * other the link itself. The kernel's own file systems ({@code /proc}, {@code /sys} and the like)
 * are shown as empty directories, and nothing is written to them.
 */
public final class ArchiveRoot implements AutoCloseable {

  private static final int MAX_LINKS = 40;

  private final Directory root;
  private final FileStat rootStat;

  private ArchiveRoot(Directory root) throws ErrnoException {
    this.root = root;
    this.rootStat = root.fd().stat();
  }

  /**
   * @param root a mounted root file system, or {@code /proc/<pid>/root} of a running process,
   *     through which its volumes are seen too
   */
  public static ArchiveRoot open(Path root) throws ErrnoException {
    Directory directory = Directory.open(root, "/");
    try {
      return new ArchiveRoot(directory);
    } catch (ErrnoException e) {
      directory.close();
      throw e;
    }
  }

  /** The root itself. */
  public FileStat rootStat() {
    return rootStat;
  }

  /** Where this process finds the root as long as this is open. */
  public Path path() {
    return Path.of(root.fd().procPath());
  }

  /**
   * Empty when nothing is there.
   *
   * @throws ErrnoException with {@code ENOTDIR} when something on the way, or what a slash follows,
   *     is no directory
   */
  public Optional<PathStat> stat(String path) throws IOException {
    Wanted wanted = Wanted.of(path);
    try {
      if (wanted.follow()) {
        try (Directory directory = root.openDirectoryInRoot(wanted.path())) {
          return Optional.of(new PathStat(wanted.name(), directory.fd().stat(), ""));
        }
      }
      try (Directory parent = parent(wanted.parent())) {
        Optional<FileStat> stat = parent.find(wanted.name());
        if (stat.isEmpty()) {
          return Optional.empty();
        }
        String target = stat.get().isSymbolicLink() ? resolve(wanted.path()) : "";
        return Optional.of(new PathStat(wanted.name(), stat.get(), target));
      }
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Writes what is at a path into a tar; a directory with all below it. Entries are named after the
   * path's last component.
   *
   * @param out is closed, unless nothing is there
   * @throws ErrnoException with {@code ENOENT} when nothing is there
   */
  public void archive(String path, OutputStream out) throws IOException {
    Wanted wanted = Wanted.of(path);
    if (wanted.follow()) {
      try (Directory directory = root.openDirectoryInRoot(wanted.path());
          TreeArchive archive = new TreeArchive(out)) {
        archive.addDirectory(directory, wanted.name());
      }
      return;
    }
    try (Directory parent = parent(wanted.parent())) {
      parent.stat(wanted.name());
      try (TreeArchive archive = new TreeArchive(out)) {
        archive.addTree(parent, wanted.name(), wanted.name());
      }
    }
  }

  /** A directory whose content can be looked at: none of the kernel's. */
  private Directory parent(String path) throws ErrnoException {
    Directory directory = root.openDirectoryInRoot(path);
    try {
      if (KernelFiles.include(directory.fd(), rootStat)) {
        throw new ErrnoException("open /" + path, Errno.ENOENT);
      }
      return directory;
    } catch (ErrnoException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Puts an archive into a directory. For links in the archive and for those that are there, this
   * directory is the root, as for Docker: no entry gets out of it.
   *
   * @param tar uncompressed
   * @throws ErrnoException with {@code ENOENT} or {@code ENOTDIR} when the path is not an existing
   *     directory
   * @throws ReadOnlyTargetException when it is mounted read-only
   */
  public void extract(String directory, InputStream tar, ExtractOptions options)
      throws IOException {
    String base = String.join("/", Wanted.clean(directory));
    try (Directory target = parent(base)) {
      FileStat stat = target.fd().stat();
      FileSystemStat mount = FileSystemStat.of(Path.of(target.fd().procPath()));
      if (mount.readOnly()) {
        throw new ReadOnlyTargetException("/" + base, stat.mountId() == rootStat.mountId());
      }
      extract(target, "/" + base, tar, options);
    }
  }

  private static void extract(
      Directory target, String path, InputStream tar, ExtractOptions options) throws IOException {
    try (TreeWriter writer = new TreeWriter(target, new ExtractPolicy(options, path))) {
      TarReader reader = new TarReader(tar);
      for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
        write(writer, next.get(), reader);
      }
      writer.finish();
    }
  }

  private static void write(TreeWriter writer, TarEntry entry, TarReader reader)
      throws IOException {
    try {
      writer.write(EntryPath.of(entry.name()), entry, reader);
    } catch (ErrnoException e) {
      throw new IOException("\"" + entry.name() + "\": " + e.getMessage(), e);
    }
  }

  /** Where a path leads when all links are followed, as far as it exists. */
  private String resolve(String path) throws IOException {
    return way(path).getLast();
  }

  /**
   * The places a path leads through when all links are followed, in order, as far as they exist;
   * the last is what it means.
   */
  public List<String> way(String path) throws IOException {
    List<String> way = new ArrayList<>(List.of("/"));
    Deque<String> todo = new ArrayDeque<>(Arrays.asList(path.split("/")));
    List<String> done = new ArrayList<>();
    int links = 0;
    while (!todo.isEmpty()) {
      String part = todo.removeFirst();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (!done.isEmpty()) {
          done.removeLast();
        }
        continue;
      }
      Optional<String> link = linkAt(String.join("/", done), part);
      if (link.isEmpty()) {
        done.add(part);
        way.add("/" + String.join("/", done));
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new ErrnoException("resolve " + path, Errno.ELOOP);
      }
      if (link.get().startsWith("/")) {
        done.clear();
      }
      List<String> parts = Arrays.asList(link.get().split("/"));
      parts.reversed().forEach(todo::addFirst);
    }
    way.add("/" + String.join("/", done));
    return way;
  }

  private Optional<String> linkAt(String parent, String name) throws IOException {
    try (Directory directory = root.openDirectoryInRoot(parent)) {
      boolean isLink = directory.find(name).filter(FileStat::isSymbolicLink).isPresent();
      return isLink ? Optional.of(directory.readLink(name)) : Optional.empty();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    root.close();
  }

  /**
   * A path as it was asked for.
   *
   * @param path cleaned, without a slash in front
   * @param name of its last component
   * @param follow whether a link in the last place is followed
   */
  private record Wanted(String path, String parent, String name, boolean follow) {

    static Wanted of(String path) {
      List<String> parts = clean(path);
      String joined = String.join("/", parts);
      boolean dot = path.equals(".") || path.endsWith("/.");
      if (parts.isEmpty()) {
        return new Wanted("", "", dot ? "." : "/", true);
      }
      String parent = String.join("/", parts.subList(0, parts.size() - 1));
      String last = parts.getLast();
      return new Wanted(joined, parent, dot ? "." : last, dot || path.endsWith("/"));
    }

    /** Lexically, as Docker does before it looks at the files. */
    static List<String> clean(String path) {
      List<String> parts = new ArrayList<>();
      for (String part : path.split("/")) {
        if (part.equals("..")) {
          if (!parts.isEmpty()) {
            parts.removeLast();
          }
        } else if (!part.isEmpty() && !part.equals(".")) {
          parts.add(part);
        }
      }
      return parts;
    }
  }

  /** Names that look like whiteouts are files here; what must stay is named. */
  private record ExtractPolicy(ExtractOptions options, String destination) implements TreePolicy {

    @Override
    public boolean overlay() {
      return false;
    }

    @Override
    public Owner owner(TarEntry entry) {
      return options.owner().orElseGet(() -> new Owner(entry.uid(), entry.gid()));
    }

    @Override
    public boolean replacesXattrs() {
      return false;
    }

    @Override
    public boolean makesWhatLinksName() {
      return true;
    }

    @Override
    public boolean isTabu(Directory directory) throws ErrnoException {
      return KernelFiles.include(directory.fd());
    }

    @Override
    public void mayReplace(TarEntry entry, FileStat there) throws IOException {
      boolean isDirectory = entry.type() == TarType.DIRECTORY;
      if (options.keepKinds() && there.isDirectory() != isDirectory) {
        String name = EntryPath.of(entry.name()).path();
        throw new KindConflictException(name, destination, there.isDirectory());
      }
    }

    @Override
    public Optional<FileTimes> madeParent(String path, Directory made) {
      return Optional.empty();
    }
  }
}
