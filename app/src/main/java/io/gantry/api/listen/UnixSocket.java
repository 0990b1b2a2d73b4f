package io.gantry.api.listen;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a listening unix socket: mode 0660, of one group.
 *
 * <p>The socket is bound in a private directory, given its mode and group there, and then renamed
 * to its place. So nobody can connect who should not, not even for a moment, and what a dead engine
 * left there is replaced in one step. A socket that somebody listens on is not touched.
 */
final class UnixSocket {

  private static final Logger log = LoggerFactory.getLogger(UnixSocket.class);

  /** {@code sun_path} without the final zero. */
  private static final int LONGEST_PATH = 107;

  private final Path path;
  private final String group;
  private Path staged = Path.of("");

  /**
   * @param path where clients connect
   * @param group who may connect besides root; a group the host does not have leaves it to root
   */
  UnixSocket(Path path, String group) {
    this.path = path.toAbsolutePath().normalize();
    this.group = group;
  }

  Path path() {
    return path;
  }

  /**
   * Makes the private place to bind at.
   *
   * @throws BindException when somebody listens at {@link #path()}, or a file that is no socket is
   *     there
   */
  Path stage() throws IOException {
    refuseLive();
    Path parent = path.getParent();
    if (parent == null) {
      throw new BindException("can't listen at " + path + ": not the path of a file");
    }
    Files.createDirectories(parent);
    Path directory =
        Files.createTempDirectory(
            parent,
            ".",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    staged = directory.resolve("s");
    if (staged.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      discard();
      throw new BindException("can't listen at " + path + ": path too long for a unix socket");
    }
    return staged;
  }

  /** Makes the bound socket reachable. */
  void publish() throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(staged, PosixFileAttributeView.class);
    Optional<GroupPrincipal> owner = lookUpGroup();
    if (owner.isPresent()) {
      view.setGroup(owner.get());
    }
    view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
    Files.move(staged, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    discard();
  }

  /** Removes the private place, and a socket that was not published. */
  void discard() throws IOException {
    Path directory = staged.getParent();
    if (directory != null) {
      Files.deleteIfExists(staged);
      Files.deleteIfExists(directory);
    }
  }

  private void refuseLive() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new FileAlreadyExistsException(path.toString(), null, "not a socket");
    }
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new BindException(
          "can't listen at " + client.getRemoteAddress() + ": another engine listens there");
    } catch (BindException e) {
      throw e;
    } catch (ConnectException e) {
      log.debug("{} was left by an engine that is gone", path);
    } catch (SocketException e) {
      throw new BindException("can't listen at " + path + ": " + e.getMessage());
    }
  }

  private Optional<GroupPrincipal> lookUpGroup() throws IOException {
    if (group.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
    } catch (UserPrincipalNotFoundException e) {
      log.warn("no group {} on this host: {} is left to root", group, path);
      return Optional.empty();
    }
  }
}
