package io.gantry.plugins;

/** An open driver. All methods of all drivers are called from many threads at once. */
public interface Driver extends AutoCloseable {

  /**
   * Lets go of what the daemon's process holds. What containers use (mounts, networks, processes)
   * stays.
   */
  @Override
  void close();
}
