package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.layers.PathStat;
import io.gantry.linux.file.FileStat;
import java.time.Instant;
import java.util.Base64;
import tools.jackson.databind.json.JsonMapper;

/** The header {@code X-Docker-Container-Path-Stat}: JSON in base64 (API v1.51). */
public final class PathStatHeader {

  private static final JsonMapper JSON = Wire.mapper();

  private static final int PERMISSIONS = 0777;
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int STICKY = 01000;

  private record Fields(
      @JsonProperty("name") String name,
      @JsonProperty("size") long size,
      @JsonProperty("mode") long mode,
      @JsonProperty("mtime") Instant mtime,
      @JsonProperty("linkTarget") String linkTarget) {}

  private PathStatHeader() {}

  public static String of(PathStat path) {
    FileStat stat = path.stat();
    Fields fields =
        new Fields(
            path.name(),
            stat.size(),
            goMode(stat.mode()),
            Instant.ofEpochSecond(stat.mtime(), stat.mtimeNanos()),
            path.linkTarget());
    return Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(fields));
  }

  /** Go's bits for what is not a permission. */
  private static long goMode(int mode) {
    long type =
        switch (mode & FileStat.TYPE_MASK) {
          case FileStat.DIRECTORY -> 1L << 31;
          case FileStat.SYMBOLIC_LINK -> 1L << 27;
          case FileStat.BLOCK_DEVICE -> 1L << 26;
          case FileStat.FIFO -> 1L << 25;
          case FileStat.CHARACTER_DEVICE -> 1L << 26 | 1L << 21;
          case FileStat.REGULAR -> 0;
          default -> 1L << 24;
        };
    return type
        | (mode & PERMISSIONS)
        | ((mode & SETUID) != 0 ? 1L << 23 : 0)
        | ((mode & SETGID) != 0 ? 1L << 22 : 0)
        | ((mode & STICKY) != 0 ? 1L << 20 : 0);
  }
}
