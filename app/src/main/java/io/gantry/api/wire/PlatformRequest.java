package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.error.EngineException;
import io.gantry.image.Platform;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A platform as requests for images have it in their query (OCI image index, {@code platform}). */
@GoName("v1.Platform")
public record PlatformRequest(
    @JsonProperty("architecture") @Nullable String architecture,
    @JsonProperty("os") @Nullable String os,
    @JsonProperty("os.version") @Nullable String osVersion,
    @JsonProperty("os.features") @Nullable List<String> osFeatures,
    @JsonProperty("variant") @Nullable String variant) {

  /**
   * The platform.
   *
   * @throws EngineException INVALID in dockerd's words when the system or the processor is missing
   */
  public Platform platform() {
    boolean more =
        given(variant) || given(osVersion) || osFeatures != null && !osFeatures.isEmpty();
    if (!given(os) && !given(architecture) && more) {
      throw EngineException.invalid(
          "optional platform fields provided, but OS and Architecture are missing");
    }
    if (!given(os) || !given(architecture)) {
      throw EngineException.invalid("both OS and Architecture must be provided");
    }
    return new Platform(text(os), text(architecture), text(variant));
  }

  private static boolean given(@Nullable String text) {
    return text != null && !text.isEmpty();
  }

  private static String text(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }
}
