package io.gantry.container.spec;

import io.gantry.layers.Owner;
import java.nio.file.Path;
import java.util.List;

/** Who a container's user is, for files that are given to it ({@code cp -a}). */
public final class FileOwner {

  private FileOwner() {}

  /**
   * The numbers of a user.
   *
   * @param user {@code user[:group]}
   * @param rootfs the container's file system, whose users count
   */
  public static Owner of(String user, Path rootfs) {
    ContainerUser resolved = ContainerUser.resolve(user, List.of(), ContainerUser.database(rootfs));
    return new Owner((int) resolved.uid(), (int) resolved.gid());
  }
}
