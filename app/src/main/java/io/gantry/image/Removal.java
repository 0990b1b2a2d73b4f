package io.gantry.image;

/** What a removal did (API v1.51, definitions/ImageDeleteResponseItem). */
public sealed interface Removal {

  /** A name was taken away: a familiar reference. */
  record Untagged(String reference) implements Removal {}

  /** An image (its id) or a layer (its chain id) was deleted. */
  record Deleted(String id) implements Removal {}
}
