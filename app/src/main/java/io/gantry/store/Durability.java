package io.gantry.store;

/** When {@link Store#write} answers. */
public enum Durability {
  /** Written: survives the death of the process, not of the host. */
  PROCESS,
  /** On the disk: survives a power cut. */
  HOST
}
