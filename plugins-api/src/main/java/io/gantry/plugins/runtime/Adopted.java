package io.gantry.plugins.runtime;

/** What became of a container while the daemon was away. */
public sealed interface Adopted {

  /**
   * Created, and its program has not been started. Can be started, but its monitor may have lost
   * early input: the engine may rather delete it.
   */
  record Waiting(int pid) implements Adopted {}

  /**
   * Its program runs.
   *
   * @param outOfMemory whether the OOM killer has killed one of its processes
   */
  record Running(int pid, boolean paused, boolean outOfMemory) implements Adopted {}

  /** It ended. Told again at each adoption until the container is deleted. */
  record Exited(Exit exit) implements Adopted {}

  /**
   * It is certain that nothing of it runs: it was never created completely, was deleted, or the
   * host was restarted. What was left of it has been removed.
   */
  record Gone() implements Adopted {}

  /**
   * It could not be learnt, for lack of something that may be there later: descriptors, a
   * directory. It may run; nothing of it has been touched, and the engine asks again.
   *
   * @param why in words, for the log
   */
  record Unknown(String why) implements Adopted {}
}
