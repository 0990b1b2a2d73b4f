package io.gantry.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a TCP port; a virtual thread waits for connections and two serve each. At most {@value
 * #LIMIT} connections at a time.
 */
final class TcpListener implements Listener {

  private static final System.Logger LOG = System.getLogger(TcpListener.class.getName());
  private static final int LIMIT = 4096;
  private static final int CONNECT_MILLIS = 10_000;

  /** After a failure, most likely for lack of file descriptors, that would come again at once. */
  private static final long PAUSE_NANOS = 100_000_000;

  private final ServerSocketChannel server;
  private final SocketAddress target;
  private final Thread waiting;
  private final Semaphore free = new Semaphore(LIMIT);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  TcpListener(StandardProtocolFamily family, InetSocketAddress address, SocketAddress target)
      throws IOException {
    this.target = target;
    server = ServerSocketChannel.open(family);
    try {
      server.bind(address, 1024);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    waiting = Thread.ofVirtual().name("publish-" + address).start(this::accept);
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        free.acquire();
        SocketChannel client = server.accept();
        Thread.startVirtualThread(() -> serve(client.socket()));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        free.release();
        LOG.log(System.Logger.Level.DEBUG, "A connection was not accepted", e);
        LockSupport.parkNanos(PAUSE_NANOS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket container = new Socket()) {
      open.add(client);
      open.add(container);
      container.connect(target, CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      container.setTcpNoDelay(true);
      Thread back = Thread.startVirtualThread(() -> pump(container, client));
      pump(client, container);
      back.join();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "Proxying to {0} ended: {1}", target, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.removeIf(Socket::isClosed);
      free.release();
    }
  }

  /** Copies until the end, then passes the end on; a failure ends both directions. */
  private static void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "Closing a proxied connection", e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(TcpListener::closeQuietly);
    Listener.awaitEnd(waiting);
  }
}
