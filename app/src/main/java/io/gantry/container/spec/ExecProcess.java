package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.record.Container;
import io.gantry.container.record.ExecConfig;
import io.gantry.container.record.HostConfig;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Writes the OCI {@code process} of a further process in a running container. */
public final class ExecProcess {

  private final HostFacts facts;
  private final DaemonOptions.Containers defaults;

  public ExecProcess(HostFacts facts, DaemonOptions.Containers defaults) {
    this.facts = facts;
    this.defaults = defaults;
  }

  /**
   * The {@code process} object.
   *
   * @param links what the container is told of those it is linked to
   * @param rootfs of the container, for its users
   * @throws io.gantry.error.EngineException in Docker's words for a user who does not exist
   */
  public String build(Container container, ExecConfig config, List<String> links, Path rootfs) {
    ObjectNode process = tree(container, config, links, ContainerUser.database(rootfs));
    WorkingDirectory.check(process.path("cwd").asString(), rootfs);
    return process.toString();
  }

  ObjectNode tree(Container container, ExecConfig config, List<String> links, UserDatabase users) {
    HostConfig hostConfig = container.hostConfig();
    String name = config.user().isEmpty() ? container.config().user() : config.user();
    ContainerUser user = ContainerUser.resolve(name, hostConfig.groupAdd(), users);
    ObjectNode process = Json.object();
    process.put("terminal", config.tty());
    if (config.tty()) {
      config
          .consoleSize()
          .ifPresent(
              size ->
                  process.set("consoleSize", OciProcess.consoleSize(size.rows(), size.columns())));
    }
    process.set("user", OciProcess.user(user, Umask.of(container, defaults)));
    process.set("args", Json.strings(config.cmd()));
    process.set(
        "env",
        Json.strings(
            Environment.of(container.config().hostname(), config.tty())
                .and(links)
                .and(container.config().env())
                .and(config.env())
                .home(user.home())
                .list()));
    String directory = config.workingDir();
    process.put(
        "cwd",
        OciSpec.workingDirectory(
            directory.isEmpty() ? container.config().workingDir() : directory));
    process.set(
        "capabilities",
        OciProcess.capabilities(
            Capabilities.effective(
                hostConfig.capAdd(),
                hostConfig.capDrop(),
                config.privileged() || hostConfig.privileged(),
                facts.capabilities())));
    process.set("rlimits", OciProcess.rlimits(hostConfig, defaults, facts));
    process.put("noNewPrivileges", OciProcess.noNewPrivileges(container, defaults));
    process.put("oomScoreAdj", hostConfig.oomScoreAdj());
    return process;
  }
}
