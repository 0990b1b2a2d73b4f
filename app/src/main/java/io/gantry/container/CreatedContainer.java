package io.gantry.container;

import java.util.List;

/** A container that was made, and what its user should know. */
public record CreatedContainer(String id, List<String> warnings) {

  public CreatedContainer {
    warnings = List.copyOf(warnings);
  }
}
