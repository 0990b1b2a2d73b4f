package io.gantry.container.record;

/**
 * A step under way that changes the kernel. It is recorded before the step begins and taken back
 * after it, so that after a crash the engine knows where to look.
 */
public enum Step {
  NONE,

  /** The container is being brought to run; it may have come so far, and may have ended since. */
  START,

  /**
   * It runs, and its limits are changed to those of {@link Container#update}; the kernel may have
   * these, or those of {@link Container#hostConfig}, or refuse the new ones.
   */
  UPDATE,

  /** It does not run, which was recorded and told; what the run had is being taken away. */
  TEARDOWN,

  /**
   * It does not run and has nothing in the kernel; the last of its output is on its way to its log.
   */
  LOG
}
