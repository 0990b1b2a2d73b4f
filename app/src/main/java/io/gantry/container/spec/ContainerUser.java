package io.gantry.container.spec;

import com.sun.jna.Memory;
import io.gantry.error.EngineException;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.OpenFlag;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who a process in a container is.
 *
 * @param additionalGids the primary group first, so that a process cannot leave it by a set-gid
 *     program (CVE-2022-36109)
 */
record ContainerUser(long uid, long gid, List<Long> additionalGids, String home) {

  private static final long MAX_ID = Integer.MAX_VALUE;
  private static final int MAX_FILE = 8 << 20;
  private static final int CHUNK = 64 << 10;
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");

  ContainerUser {
    additionalGids = List.copyOf(additionalGids);
  }

  /**
   * The users and groups a container's root file system knows. Links in it are followed as its own
   * processes would; nothing outside is read.
   *
   * @throws EngineException when the files are larger than any sensible ones, or cannot be read
   */
  static UserDatabase database(Path rootfs) {
    try (Directory root = Directory.open(rootfs)) {
      return UserDatabase.parse(text(root, "/etc/passwd"), text(root, "/etc/group"));
    } catch (ErrnoException e) {
      throw EngineException.system("cannot read the users of the image: " + e.getMessage(), e);
    }
  }

  private static String text(Directory root, String path) throws ErrnoException {
    int flags = OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING | OpenFlag.NO_CONTROLLING_TTY;
    try (Fd file = root.openInRoot(path, flags, 0);
        Memory buffer = new Memory(CHUNK)) {
      if (!file.stat().isRegular()) {
        return "";
      }
      if (file.stat().size() > MAX_FILE) {
        throw EngineException.invalid(
            "%s in the image is larger than %d bytes".formatted(path, MAX_FILE));
      }
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      int n;
      while (content.size() <= MAX_FILE && (n = file.read(buffer, CHUNK)) > 0) {
        content.writeBytes(buffer.getByteArray(0, n));
      }
      return content.toString(StandardCharsets.UTF_8);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT
          || e.errno() == Errno.ENOTDIR
          || e.errno() == Errno.ELOOP
          || e.errno() == Errno.ENXIO) {
        return "";
      }
      throw e;
    }
  }

  /**
   * @param specification {@code user[:group]}, names or numbers; empty is root
   * @param groupAdd supplementary groups, names or numbers
   * @throws EngineException SYSTEM in Docker's words for who does not exist
   */
  static ContainerUser resolve(String specification, List<String> groupAdd, UserDatabase database) {
    String[] parts = specification.split(":", 2);
    String userPart = parts[0];
    String groupPart = parts.length > 1 ? parts[1] : "";
    OptionalLong uidGiven = userPart.isEmpty() ? OptionalLong.of(0) : number(userPart);
    Optional<UserDatabase.User> user =
        uidGiven.isPresent() ? database.user(uidGiven.getAsLong()) : database.user(userPart);
    if (user.isEmpty() && uidGiven.isEmpty()) {
      throw EngineException.system(
          "unable to find user " + userPart + ": no matching entries in passwd file", null);
    }
    long uid = user.map(UserDatabase.User::uid).orElseGet(uidGiven::getAsLong);
    long gid =
        groupPart.isEmpty()
            ? user.map(UserDatabase.User::gid).orElse(0L)
            : primaryGroup(groupPart, database);
    checkRange(uid);
    checkRange(gid);
    Set<Long> groups = new LinkedHashSet<>();
    groups.add(gid);
    if (groupPart.isEmpty() && user.isPresent()) {
      groups.addAll(database.memberships(user.get().name()));
    }
    groupAdd.forEach(group -> groups.add(additionalGroup(group, database)));
    return new ContainerUser(
        uid, gid, new ArrayList<>(groups), user.map(UserDatabase.User::home).orElse("/"));
  }

  private static long primaryGroup(String group, UserDatabase database) {
    OptionalLong number = number(group);
    return number.isPresent() ? number.getAsLong() : named(group, database);
  }

  private static long additionalGroup(String group, UserDatabase database) {
    Optional<UserDatabase.Group> named = database.group(group);
    OptionalLong number = number(group);
    if (named.isEmpty() && number.isPresent()) {
      checkRange(number.getAsLong());
      return number.getAsLong();
    }
    return named(group, database);
  }

  private static long named(String group, UserDatabase database) {
    return database
        .group(group)
        .map(UserDatabase.Group::gid)
        .orElseThrow(
            () ->
                EngineException.system(
                    "unable to find group " + group + ": no matching entries in group file", null));
  }

  private static OptionalLong number(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.of(-1);
    }
  }

  private static void checkRange(long id) {
    if (id < 0 || id > MAX_ID) {
      throw EngineException.system("uids and gids must be in range 0-" + MAX_ID, null);
    }
  }
}
