package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.list;
import static io.gantry.console.line.Option.value;

import io.gantry.console.line.Completion;
import io.gantry.console.line.Option;
import java.util.List;

/** What {@code run} can be told. */
final class RunOptions {

  private RunOptions() {}

  static List<Option> all() {
    return List.of(
        list("add-host", "host:ip", "Add a custom host-to-IP mapping"),
        list("cap-add", "list", "Add Linux capabilities"),
        list("cap-drop", "list", "Drop Linux capabilities"),
        value("cpus", "decimal", "Number of CPUs"),
        flag("d|detach", "Run container in background and print container ID"),
        value("detach-keys", "string", "Override the key sequence for detaching a container"),
        list("dns", "list", "Set custom DNS servers"),
        value("entrypoint", "string", "Overwrite the default ENTRYPOINT of the image"),
        list("e|env", "list", "Set environment variables"),
        list("env-file", "list", "Read in a file of environment variables"),
        value("h|hostname", "string", "Container host name"),
        flag("init", "Run an init inside the container that forwards signals and reaps processes"),
        flag("i|interactive", "Keep STDIN open even if not attached"),
        list("l|label", "list", "Set meta data on a container"),
        value("log-driver", "string", "Logging driver for the container"),
        list("log-opt", "list", "Log driver options"),
        value("m|memory", "bytes", "Memory limit"),
        value("name", "string", "Assign a name to the container"),
        list("network", "network", "Connect a container to a network")
            .completing(Completion.NETWORK),
        value("pids-limit", "int", "Tune container pids limit (set -1 for unlimited)"),
        value("platform", "string", "Set platform if server is multi-platform capable"),
        flag("privileged", "Give extended privileges to this container"),
        list("p|publish", "list", "Publish a container's port(s) to the host"),
        flag("P|publish-all", "Publish all exposed ports to random ports"),
        value("pull", "string", "Pull image before running (\"always\", \"missing\", \"never\")"),
        flag("q|quiet", "Suppress the pull output"),
        flag("read-only", "Mount the container's root filesystem as read only"),
        value("restart", "string", "Restart policy to apply when a container exits"),
        flag("rm", "Automatically remove the container and its anonymous volumes when it exits"),
        list("security-opt", "list", "Security Options"),
        flag("sig-proxy", "Proxy received signals to the process (on unless set to false)"),
        value("stop-signal", "string", "Signal to stop the container"),
        value("stop-timeout", "int", "Timeout (in seconds) to stop a container"),
        list("tmpfs", "list", "Mount a tmpfs directory"),
        flag("t|tty", "Allocate a pseudo-TTY"),
        value("u|user", "string", "Username or UID (format: <name|uid>[:<group|gid>])"),
        list("v|volume", "list", "Bind mount a volume"),
        list("volumes-from", "list", "Mount volumes from the specified container(s)"),
        value("w|workdir", "string", "Working directory inside the container"));
  }
}
