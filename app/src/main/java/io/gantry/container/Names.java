package io.gantry.container;

import io.gantry.container.index.Containers;
import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import java.security.SecureRandom;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Names of containers: Docker's rules for those users give, and made-up ones for those they do not.
 */
final class Names {

  private static final Pattern ALLOWED = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
  private static final RandomGenerator RANDOM = new SecureRandom();

  private static final List<String> LOOKS =
      List.of(
          "amber", "azure", "bold", "brave", "brisk", "bronze", "calm", "clever", "coral", "crisp",
          "eager", "early", "fair", "fleet", "fresh", "gentle", "golden", "grand", "green", "happy",
          "hardy", "honest", "ivory", "jolly", "keen", "kind", "lively", "loyal", "lucid", "merry",
          "mighty", "misty", "noble", "olive", "patient", "plucky", "proud", "quick", "quiet",
          "rapid", "ready", "robust", "rosy", "sandy", "scarlet", "sharp", "silver", "smooth",
          "snowy", "solid", "spry", "steady", "sturdy", "sunny", "swift", "tidy", "vivid", "warm",
          "wise", "zesty");

  private static final List<String> THINGS =
      List.of(
          "anchor",
          "barge",
          "beacon",
          "boom",
          "bosun",
          "bridge",
          "bulwark",
          "buoy",
          "cabin",
          "cable",
          "capstan",
          "cargo",
          "clipper",
          "cog",
          "compass",
          "crane",
          "davit",
          "deck",
          "derrick",
          "dock",
          "fender",
          "ferry",
          "freighter",
          "galley",
          "gangway",
          "harbour",
          "hatch",
          "hawser",
          "helm",
          "hoist",
          "hull",
          "jetty",
          "keel",
          "ketch",
          "lanyard",
          "lighter",
          "lock",
          "mast",
          "mooring",
          "oar",
          "packet",
          "pallet",
          "pier",
          "pilot",
          "pulley",
          "quay",
          "rigger",
          "rudder",
          "schooner",
          "sextant",
          "sling",
          "spar",
          "stevedore",
          "tackle",
          "tiller",
          "trawler",
          "tug",
          "wharf",
          "winch",
          "yard");

  private Names() {}

  /** Takes a made-up name that is free for the container, and returns it. */
  static String reserveGenerated(Containers containers, String id) {
    for (int attempt = 0; attempt < 6; attempt++) {
      String name =
          LOOKS.get(RANDOM.nextInt(LOOKS.size())) + "_" + THINGS.get(RANDOM.nextInt(THINGS.size()));
      if (attempt > 0) {
        name += RANDOM.nextInt(10 * attempt);
      }
      if (containers.tryReserve(name, id)) {
        return name;
      }
    }
    String name = Ids.shortened(id);
    containers.reserve(name, id);
    return name;
  }

  /** The name without a leading slash, if Docker allows it. */
  static String checked(String given) {
    String name = given.startsWith("/") ? given.substring(1) : given;
    if (!ALLOWED.matcher(name).matches()) {
      throw EngineException.invalid(
          "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
              .formatted(given));
    }
    return name;
  }
}
