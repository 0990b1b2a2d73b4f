package io.gantry.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Debian's docker-registry on a loopback port and a root of its own. */
public final class TestRegistry implements AutoCloseable {

  private final Process process;
  private final Path root;
  private final int port;

  private TestRegistry(Process process, Path root, int port) {
    this.process = process;
    this.root = root;
    this.port = port;
  }

  public static TestRegistry start() throws IOException, InterruptedException {
    return start("");
  }

  /** One that knows the user ann with the password s3cret. */
  public static TestRegistry startWithPassword() throws IOException, InterruptedException {
    Path passwords = Files.createTempFile("gantry-registry-", ".htpasswd");
    Process htpasswd =
        new ProcessBuilder("htpasswd", "-Bbc", passwords.toString(), "ann", "s3cret")
            .redirectErrorStream(true)
            .start();
    if (htpasswd.waitFor() != 0) {
      throw new IOException("htpasswd failed");
    }
    TestRegistry registry = start("auth: {htpasswd: {realm: test, path: " + passwords + "}}\n");
    passwords.toFile().deleteOnExit();
    return registry;
  }

  private static TestRegistry start(String more) throws IOException, InterruptedException {
    Path root = Files.createTempDirectory("gantry-registry-");
    int port = freePort();
    Path config = root.resolve("config.yml");
    Files.writeString(
        config,
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            + "storage: {filesystem: {rootdirectory: "
            + root.resolve("data")
            + "}, delete: {enabled: true}}\n"
            + "http: {addr: \"127.0.0.1:"
            + port
            + "\"}\n"
            + more);
    Process process =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("log").toFile())
            .start();
    TestRegistry registry = new TestRegistry(process, root, port);
    registry.awaitListening();
    return registry;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening() throws IOException, InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 100);
        return;
      } catch (IOException e) {
        if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
          throw new IOException("docker-registry ended: " + Files.readString(root.resolve("log")));
        }
      }
    }
    throw new IOException("docker-registry does not listen");
  }

  /** The name of an image in it, from its repository and tag. */
  public String name(String image) {
    return host() + "/" + image;
  }

  /** Its address, as names of images begin with it. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  public Path root() {
    return root;
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    TestDaemon.deleteTree(root);
  }
}
