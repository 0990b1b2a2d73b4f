package io.gantry.container.index;

import io.gantry.container.record.Container;
import java.util.List;

/** The containers that one is linked to on the default bridge. */
public interface Links {

  /** Refuses what needs all of them when one does not run. */
  void requireLinksRun(Container container);

  /** What a container is told of those that run, as variables. */
  List<String> linkEnvironment(Container container);
}
