package io.gantry.api.listen;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.apache.coyote.Adapter;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * One connection's HTTP machine, opened up for {@link Connection}. Tomcat reuses it for others
 * later.
 */
final class EngineProcessor extends Http11Processor {

  /** The note of the coyote request that holds the {@link Connection}; notes survive recycling. */
  static final int NOTE = 20;

  /** Larger pieces brought nothing more, and each connection that had some keeps two of these. */
  private static final int WIDE = 64 * 1024;

  EngineProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
    super(protocol, adapter);
    request.setNote(NOTE, new Connection(this));
  }

  /** A client may stop reading a stream for as long as it likes, as a pager does. */
  @Override
  public SocketState service(SocketWrapperBase<?> wrapper) throws IOException {
    wrapper.setWriteTimeout(-1);
    return super.service(wrapper);
  }

  Optional<SocketChannel> channel() {
    SocketWrapperBase<?> wrapper = getSocketWrapper();
    return wrapper != null && wrapper.getSocket() instanceof NioChannel nio
        ? Optional.ofNullable(nio.getIOChannel())
        : Optional.empty();
  }

  /** From now on bytes cross the socket in pieces of {@link #WIDE}, both ways. */
  void widen() {
    SocketWrapperBase<?> wrapper = getSocketWrapper();
    if (wrapper != null && wrapper.getSocket() instanceof NioChannel nio) {
      nio.getBufHandler().expand(WIDE);
    }
  }

  /** The socket without Tomcat's buffers; empty when it is encrypted. */
  Optional<RawSocket> raw() {
    SocketWrapperBase<?> wrapper = getSocketWrapper();
    return wrapper != null
            && wrapper.getSocket() instanceof NioChannel nio
            && nio.getClass() == NioChannel.class
        ? Optional.of(new RawSocket(wrapper, nio.getIOChannel()))
        : Optional.empty();
  }

  /** Looks at the socket without taking what is there: bytes of a next request stay readable. */
  boolean clientGone() {
    try {
      SocketWrapperBase<?> wrapper = getSocketWrapper();
      if (wrapper == null) {
        return true;
      }
      wrapper.isReadyForRead();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** A header as it is written, without what the servlet layer would make of it. */
  void header(String name, String value) {
    response.getMimeHeaders().addValue(name).setString(value);
  }
}
