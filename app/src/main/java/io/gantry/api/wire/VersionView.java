package io.gantry.api.wire;

import java.util.List;
import java.util.Map;

/** What the engine is (API v1.51, definitions/SystemVersion). */
public record VersionView(
    Platform platform,
    List<Component> components,
    String version,
    String apiVersion,
    String minAPIVersion,
    String gitCommit,
    String goVersion,
    String os,
    String arch,
    String kernelVersion,
    String buildTime) {

  /** The product. */
  public record Platform(String name) {}

  /** A program the engine consists of or starts. */
  public record Component(String name, String version, Map<String, String> details) {}
}
