package io.gantry.api.listen;

import io.gantry.config.ListenAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * Sets Tomcat up: one connector an address, all alike. Requests run on virtual threads; connections
 * are kept as long as clients want; paths and queries reach the router as they were sent.
 */
public final class Listeners
    implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {

  /** Registry credentials and filters travel in the head of a request. */
  private static final int MAX_HEAD = 32 * 1024;

  /** Each attached stream, followed log and waiting client is one. */
  private static final int MAX_CONNECTIONS = 65_536;

  private static final int BACKLOG = 1024;

  /** HTTP machines kept for the next connections, about 60 KiB each. */
  private static final int IDLE_PROCESSORS = 16;

  /** Buffers kept for the next connections: 16 KiB each, or 128 KiB where a body was long. */
  private static final int IDLE_CHANNELS = 64;

  private static final Duration TIME_TO_SEND_HEAD = Duration.ofMinutes(5);

  private final List<ListenAddress> addresses;
  private final String group;

  /**
   * @param addresses at least one
   * @param group of the unix sockets; empty leaves them to root
   */
  public Listeners(List<ListenAddress> addresses, String group) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no address to listen at");
    }
    this.addresses = List.copyOf(addresses);
    this.group = group;
  }

  /** After Boot's own customizers, which would set some of this back. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }

  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.setProtocol(EngineProtocol.class.getName());
    // a negative one would keep Boot from starting the connector; each sets its own
    factory.setPort(0);
    factory.setRegisterDefaultServlet(false);
    factory.setDisableMBeanRegistry(true);
    factory.setBackgroundProcessorDelay(-1);
    factory.addConnectorCustomizers(connector -> configure(connector, addresses.getFirst()));
    for (ListenAddress address : addresses.subList(1, addresses.size())) {
      Connector connector = new Connector(EngineProtocol.class.getName());
      configure(connector, address);
      factory.addAdditionalConnectors(connector);
    }
    factory.addEngineValves(new ConnectionValve());
    factory.addContextCustomizers(
        context -> {
          context.setMapperContextRootRedirectEnabled(false);
          context.setMapperDirectoryRedirectEnabled(false);
          if (context.getParent() instanceof StandardHost host) {
            host.setErrorReportValveClass(JsonErrorReport.class.getName());
          }
        });
  }

  private void configure(Connector connector, ListenAddress address) {
    EngineProtocol protocol = (EngineProtocol) connector.getProtocolHandler();
    switch (address) {
      case ListenAddress.Unix unix -> {
        connector.setPort(-1);
        protocol.listenAt(new UnixSocket(unix.path(), group));
      }
      case ListenAddress.Tcp tcp -> {
        connector.setPort(tcp.port());
        if (!tcp.host().isEmpty()) {
          protocol.setAddress(resolve(tcp.host()));
        }
        protocol.setTcpNoDelay(true);
      }
    }
    ThreadFactory threads = Thread.ofVirtual().name("api-", 1).factory();
    protocol.setExecutor(request -> threads.newThread(request).start());
    protocol.setAcceptCount(BACKLOG);
    protocol.setProcessorCache(IDLE_PROCESSORS);
    protocol.setProperty("socket.bufferPool", Integer.toString(IDLE_CHANNELS));
    protocol.setMaxConnections(MAX_CONNECTIONS);
    protocol.setMaxKeepAliveRequests(-1);
    protocol.setKeepAliveTimeout(-1);
    protocol.setConnectionTimeout((int) TIME_TO_SEND_HEAD.toMillis());
    // a body may come as slowly as it is made
    protocol.setDisableUploadTimeout(false);
    protocol.setConnectionUploadTimeout(-1);
    protocol.setMaxSwallowSize(-1);
    protocol.setMaxHttpRequestHeaderSize(MAX_HEAD);
    protocol.setRelaxedPathChars("\"<>[\\]^`{|}");
    protocol.setRelaxedQueryChars("\"<>[\\]^`{|}");
    protocol.setContinueResponseTiming("onRead");
    connector.setAllowBackslash(true);
    connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
    connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
    connector.setXpoweredBy(false);
  }

  private static InetAddress resolve(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("can't listen at " + host + ": no such host", e);
    }
  }
}
