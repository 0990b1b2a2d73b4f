package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.registry.Descriptor;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which image of a list is for a platform. */
final class PlatformChoice {

  private PlatformChoice() {}

  /**
   * The best one; without a wish, for this host.
   *
   * @throws EngineException NOT_FOUND with Docker's text
   */
  static Descriptor choose(List<Descriptor> manifests, Optional<Platform> wish) {
    Platform wanted = wish.orElseGet(Platform::host);
    return manifests.stream()
        .filter(manifest -> !manifest.attestation())
        .filter(manifest -> rank(manifest, wanted) >= 0)
        .min(Comparator.comparingInt(manifest -> rank(manifest, wanted)))
        .orElseThrow(
            () ->
                EngineException.notFound(
                    "no matching manifest for "
                        + wanted
                        + " in the manifest list entries: no match for platform in manifest: not"
                        + " found"));
  }

  /** 0 is exact; less than 0 does not fit. */
  private static int rank(Descriptor manifest, Platform wanted) {
    Platform offered = Platform.normal(manifest.os(), manifest.architecture(), manifest.variant());
    if (!offered.os().equals(wanted.os())
        || !offered.architecture().equals(wanted.architecture())) {
      return -1;
    }
    if (offered.variant().equals(wanted.variant())) {
      return 0;
    }
    if (wanted.architecture().equals("arm") && older(offered, wanted)) {
      return wanted.variant().compareTo(offered.variant());
    }
    return offered.variant().isEmpty() || wanted.variant().isEmpty() ? 100 : -1;
  }

  private static boolean older(Platform offered, Platform wanted) {
    return offered.variant().compareTo(wanted.variant()) < 0;
  }
}
