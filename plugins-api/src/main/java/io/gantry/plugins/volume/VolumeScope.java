package io.gantry.plugins.volume;

/** Where a volume can be reached (API {@code Volume.Scope}). */
public enum VolumeScope {
  LOCAL,
  GLOBAL
}
