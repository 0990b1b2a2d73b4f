package io.gantry.clients;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * Leads Testcontainers to the test's own daemon, whatever else there is on the host. Found by
 * {@code ServiceLoader}; it applies while a socket is named.
 */
public final class TestDaemonStrategy extends DockerClientProviderStrategy {

  private static final int BEFORE_ALL_OTHERS = 1000;

  private static volatile @Nullable Path socket;

  static void use(@Nullable Path path) {
    socket = path;
  }

  @Override
  public String getDescription() {
    return "the daemon at " + socket;
  }

  @Override
  protected boolean isApplicable() {
    return socket != null;
  }

  @Override
  protected int getPriority() {
    return BEFORE_ALL_OTHERS;
  }

  @Override
  public TransportConfig getTransportConfig() {
    return TransportConfig.builder()
        .dockerHost(URI.create("unix://" + Objects.requireNonNull(socket)))
        .build();
  }
}
