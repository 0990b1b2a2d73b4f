package io.gantry.console.line;

/** What a word of a command line names, and so what the interactive console offers for it. */
public enum Completion {
  NONE,
  CONTAINER,
  RUNNING_CONTAINER,
  STOPPED_CONTAINER,
  IMAGE,
  NETWORK,
  CONTAINER_OR_IMAGE,
  COMMAND
}
