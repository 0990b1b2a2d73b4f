package io.gantry.linux.mount;

/** How mounts below a mount spread to its peers ({@code mount_namespaces(7)}). */
public enum Propagation {
  PRIVATE(1 << 18),
  SLAVE(1 << 19),
  SHARED(1 << 20),
  UNBINDABLE(1 << 17);

  static final long RECURSIVE = 1 << 14;

  final long flag;

  Propagation(long flag) {
    this.flag = flag;
  }
}
