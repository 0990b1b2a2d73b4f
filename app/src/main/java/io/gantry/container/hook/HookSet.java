package io.gantry.container.hook;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Hooks by the moment at which they are run, each list in its order.
 *
 * @param prestart when the container's namespaces are there, before its program
 * @param poststart when its program has been started
 * @param poststop when the container has ended
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record HookSet(List<Hook> prestart, List<Hook> poststart, List<Hook> poststop) {

  static final HookSet NONE = new HookSet(List.of(), List.of(), List.of());

  HookSet {
    prestart = List.copyOf(prestart);
    poststart = List.copyOf(poststart);
    poststop = List.copyOf(poststop);
  }

  boolean none() {
    return prestart.isEmpty() && poststart.isEmpty() && poststop.isEmpty();
  }

  /** These, and after them the others. */
  HookSet then(HookSet others) {
    return new HookSet(
        joined(prestart, others.prestart),
        joined(poststart, others.poststart),
        joined(poststop, others.poststop));
  }

  private static List<Hook> joined(List<Hook> first, List<Hook> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  HookSet map(UnaryOperator<Hook> change) {
    return new HookSet(
        prestart.stream().map(change).toList(),
        poststart.stream().map(change).toList(),
        poststop.stream().map(change).toList());
  }
}
