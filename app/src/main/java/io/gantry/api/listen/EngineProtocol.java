package io.gantry.api.listen;

import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 as the engine needs it: connections that tell who and whether still there ({@link
 * Connection}), and a unix socket published as {@link UnixSocket} says.
 *
 * <p>Public, with a public constructor, because Tomcat makes it by name.
 */
public final class EngineProtocol extends Http11NioProtocol {

  private final Endpoint endpoint;

  /** For Tomcat. */
  public EngineProtocol() {
    this(new Endpoint());
  }

  private EngineProtocol(Endpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  void listenAt(UnixSocket socket) {
    endpoint.socket = socket;
    endpoint.setUnixDomainSocketPath(socket.path().toString());
  }

  @Override
  protected Processor createProcessor() {
    return new EngineProcessor(this, getAdapter());
  }

  private static final class Endpoint extends NioEndpoint {

    private @Nullable UnixSocket socket;

    /** Tomcat binds at the private place; later it needs the real one to end and to delete it. */
    @Override
    protected void initServerSocket() throws Exception {
      UnixSocket unix = socket;
      if (unix == null) {
        super.initServerSocket();
        return;
      }
      setUnixDomainSocketPath(unix.stage().toString());
      try {
        super.initServerSocket();
        unix.publish();
      } finally {
        unix.discard();
        setUnixDomainSocketPath(unix.path().toString());
      }
    }
  }
}
