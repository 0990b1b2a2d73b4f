package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.registry.RegistryException;

/** What a registry's refusal of a pull is called (moby {@code distribution/errors.go}). */
final class PullErrors {

  private PullErrors() {}

  static EngineException translate(RegistryException e, Reference reference) {
    return switch (e.reason()) {
      case DENIED ->
          EngineException.notFound(
              "pull access denied for "
                  + reference.familiarName()
                  + ", repository does not exist or may require 'docker login': "
                  + e.getMessage());
      case MANIFEST_UNKNOWN ->
          EngineException.notFound(
              "manifest for " + reference.familiar() + " not found: " + e.getMessage());
      case NAME_UNKNOWN ->
          EngineException.notFound(
              "repository " + reference.familiarName() + " not found: " + e.getMessage());
      default -> e;
    };
  }
}
