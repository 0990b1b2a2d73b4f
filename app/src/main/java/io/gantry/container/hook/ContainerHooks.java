package io.gantry.container.hook;

import io.gantry.config.ConfigurationException;
import io.gantry.error.EngineException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The hooks of containers: the daemon's own, which all containers have, and those of a container,
 * which are copied into its record when it is created, so that what becomes of the file does not
 * matter. The programs are not copied.
 *
 * <p>Immutable; reads files in every call.
 */
public final class ContainerHooks {

  /** A variable of a container that its hooks are given too: what the guide's module hook loads. */
  private static final String MODULES = "KERNEL_MODULES=";

  private final HookPrograms programs;
  private final HookSet defaults;

  private ContainerHooks(HookPrograms programs, HookSet defaults) {
    this.programs = programs;
    this.defaults = defaults;
  }

  /**
   * Reads the daemon's hooks.
   *
   * @param directory where all hook programs must be
   * @param defaultFile hooks of all containers
   * @throws ConfigurationException when they cannot be used
   */
  public static ContainerHooks open(Path directory, Optional<Path> defaultFile) {
    HookPrograms programs = new HookPrograms(directory);
    try {
      HookSet defaults = defaultFile.map(Path::toString).map(HookFile::read).orElse(HookSet.NONE);
      var _ = resolved(programs, defaults);
      return new ContainerHooks(programs, defaults);
    } catch (EngineException e) {
      throw new ConfigurationException("Failed to register default hooks: " + e.getMessage(), e);
    }
  }

  private static HookSet resolved(HookPrograms programs, HookSet hooks) {
    return hooks.map(hook -> hook.withPath(programs.resolve(hook.path()).toString()));
  }

  /**
   * The hooks of a container that is created, for its record.
   *
   * @param file its {@code HookSpec}; empty for none
   * @return JSON; empty when it has no hooks of its own
   * @throws EngineException INVALID for a file or a program that cannot be used
   */
  public Optional<String> copy(String file) {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    HookSet hooks = HookFile.read(file);
    var _ = resolved(programs, hooks);
    return hooks.none() ? Optional.empty() : Optional.of(HookJson.write(hooks));
  }

  /**
   * The hooks of a container that starts, for the runtime: the daemon's, then its own.
   *
   * @param own what {@link #copy} gave
   * @param environment of the container
   * @return the OCI configuration's {@code hooks}; empty without any
   * @throws EngineException INVALID for a program that cannot be used any more
   */
  public Optional<String> atStart(Optional<String> own, List<String> environment) {
    HookSet copied =
        own.map(text -> HookJson.parse(text.getBytes(StandardCharsets.UTF_8))).orElse(HookSet.NONE);
    HookSet all = defaults.then(copied);
    if (all.none()) {
      return Optional.empty();
    }
    HookSet ready = resolved(programs, all);
    Optional<String> modules =
        environment.stream().filter(entry -> entry.startsWith(MODULES)).findFirst();
    return Optional.of(
        HookJson.write(
            modules.map(entry -> ready.map(hook -> hook.withVariable(entry))).orElse(ready)));
  }
}
