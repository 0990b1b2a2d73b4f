package io.gantry.container.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The entries of an image's {@code /etc/passwd} and {@code /etc/group}. Lines that are not entries
 * are passed over, as the C library does.
 */
final class UserDatabase {

  /** A line of {@code /etc/passwd}. */
  record User(String name, long uid, long gid, String home) {}

  /** A line of {@code /etc/group}. */
  record Group(String name, long gid, List<String> members) {}

  /** Of an image without these files. */
  static final UserDatabase EMPTY = new UserDatabase(List.of(), List.of());

  private final List<User> users;
  private final List<Group> groups;

  private UserDatabase(List<User> users, List<Group> groups) {
    this.users = users;
    this.groups = groups;
  }

  static UserDatabase parse(String passwd, String group) {
    List<User> users = new ArrayList<>();
    for (String line : passwd.split("\n")) {
      String[] fields = line.strip().split(":", -1);
      OptionalLong uid = fields.length > 3 ? number(fields[2]) : OptionalLong.empty();
      OptionalLong gid = fields.length > 3 ? number(fields[3]) : OptionalLong.empty();
      if (uid.isPresent() && gid.isPresent() && !line.startsWith("#")) {
        users.add(
            new User(
                fields[0], uid.getAsLong(), gid.getAsLong(), fields.length > 5 ? fields[5] : ""));
      }
    }
    List<Group> groups = new ArrayList<>();
    for (String line : group.split("\n")) {
      String[] fields = line.strip().split(":", -1);
      OptionalLong gid = fields.length > 2 ? number(fields[2]) : OptionalLong.empty();
      if (gid.isPresent() && !line.startsWith("#")) {
        groups.add(
            new Group(
                fields[0],
                gid.getAsLong(),
                fields.length > 3 && !fields[3].isEmpty()
                    ? List.of(fields[3].split(","))
                    : List.of()));
      }
    }
    return new UserDatabase(users, groups);
  }

  private static OptionalLong number(String text) {
    if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  Optional<User> user(String name) {
    return users.stream().filter(user -> user.name().equals(name)).findFirst();
  }

  Optional<User> user(long uid) {
    return users.stream().filter(user -> user.uid() == uid).findFirst();
  }

  Optional<Group> group(String name) {
    return groups.stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /** The groups that list the user. */
  List<Long> memberships(String user) {
    return groups.stream().filter(group -> group.members().contains(user)).map(Group::gid).toList();
  }
}
