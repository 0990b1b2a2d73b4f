package io.gantry.api.stream;

import io.gantry.api.http.ApiVersion;

/** How output is sent: as it is, or in frames that say which stream it is of. */
public enum StreamType {
  RAW("application/vnd.docker.raw-stream"),
  MULTIPLEXED("application/vnd.docker.multiplexed-stream");

  /** Since this version (1.42) clients are told that output is in frames. */
  private static final int TOLD = 42;

  private final String mediaType;

  StreamType(String mediaType) {
    this.mediaType = mediaType;
  }

  /** A terminal has but one stream. */
  public static StreamType of(boolean tty) {
    return tty ? RAW : MULTIPLEXED;
  }

  /** The content type for a client of that version. */
  public String mediaType(ApiVersion version) {
    return version.atLeast(TOLD) ? mediaType : RAW.mediaType;
  }
}
