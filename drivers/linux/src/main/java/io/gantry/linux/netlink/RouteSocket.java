package io.gantry.linux.netlink;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A connection to the kernel's network configuration, in the network namespace of the thread that
 * opened it. Safe for many threads, one request at a time. The calls wait for the kernel's
 * configuration lock: not for virtual threads; see {@link io.gantry.linux.netns.NetThreads}.
 */
public final class RouteSocket implements AutoCloseable {

  private static final int NETLINK_EXT_ACK = 11;
  private static final int NETLINK_GET_STRICT_CHK = 12;
  private static final int BUFFER = 64 * 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final int fd;
  private final byte[] buffer = new byte[BUFFER];
  private int sequence = 1 << 20;
  private boolean closed;

  private RouteSocket(int fd) {
    this.fd = fd;
  }

  public static RouteSocket open() throws IOException {
    int fd =
        SocketCalls.socket(
            SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw ErrnoException.last("open a netlink socket");
    }
    SocketCalls.setsockopt(fd, SocketCalls.SOL_NETLINK, NETLINK_EXT_ACK, new int[] {1}, 4);
    SocketCalls.setsockopt(fd, SocketCalls.SOL_NETLINK, NETLINK_GET_STRICT_CHK, new int[] {1}, 4);
    return new RouteSocket(fd);
  }

  /**
   * Does what is in the batch.
   *
   * @throws ErrnoException for the first change that was refused; those before it are done, those
   *     after it may or may not be
   */
  public void run(RouteBatch batch) throws IOException {
    IOException failure = null;
    for (IOException e : attempt(batch)) {
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Does what is in the batch as far as possible, and returns what was refused. */
  public List<ErrnoException> attempt(RouteBatch batch) throws IOException {
    if (batch.isEmpty()) {
      return List.of();
    }
    lock.lock();
    try {
      send(batch.bytes());
      List<ErrnoException> refused = new ArrayList<>();
      int missing = batch.count();
      while (missing > 0) {
        ByteBuffer in = receive();
        while (in.remaining() >= 16) {
          ByteBuffer message = next(in);
          int place = message.getInt(8);
          if (message.getShort(4) == Rt.NLMSG_ERROR && place >= 0 && place < batch.count()) {
            missing--;
            int errno = -message.getInt(16);
            if (errno != 0) {
              refused.add(new ErrnoException(batch.action(place) + detail(message), errno));
            }
          }
        }
      }
      return refused;
    } finally {
      lock.unlock();
    }
  }

  /** The link of that name. */
  public Optional<Link> link(String name) throws IOException {
    MessageBuffer out = new MessageBuffer();
    lock.lock();
    try {
      out.begin(Rt.GETLINK, Rt.F_REQUEST, ++sequence);
      out.link(0, 0, 0);
      out.put(Rt.IFLA_IFNAME, name).put(Rt.IFLA_EXT_MASK, Rt.EXT_SKIP_STATS);
      out.end();
      send(out.bytes());
      while (true) {
        ByteBuffer in = receive();
        while (in.remaining() >= 16) {
          ByteBuffer message = next(in);
          if (message.getInt(8) != sequence) {
            continue;
          }
          if (message.getShort(4) == Rt.NLMSG_ERROR) {
            int errno = -message.getInt(16);
            if (errno == Errno.ENODEV) {
              return Optional.empty();
            }
            throw new ErrnoException("look up link " + name, errno);
          }
          return Optional.of(Link.of(body(message)));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  public List<Link> links() throws IOException {
    MessageBuffer out = new MessageBuffer();
    return dump(
        "list links",
        out,
        Rt.GETLINK,
        () -> {
          out.link(0, 0, 0);
          out.put(Rt.IFLA_EXT_MASK, Rt.EXT_SKIP_STATS);
        },
        body -> Optional.of(Link.of(body)));
  }

  public List<Address> addresses() throws IOException {
    MessageBuffer out = new MessageBuffer();
    return dump("list addresses", out, Rt.GETADDR, () -> out.address(0, 0, 0, 0, 0), Address::of);
  }

  /** Routes of the main table, of both families. */
  public List<Route> routes() throws IOException {
    return Stream.concat(routes(Rt.AF_INET).stream(), routes(Rt.AF_INET6).stream()).toList();
  }

  private List<Route> routes(int family) throws IOException {
    MessageBuffer out = new MessageBuffer();
    return dump("list routes", out, Rt.GETROUTE, () -> out.routeDump(family), Route::of);
  }

  private <T> List<T> dump(
      String action,
      MessageBuffer out,
      int type,
      Runnable header,
      Function<ByteBuffer, Optional<T>> parse)
      throws IOException {
    lock.lock();
    try {
      int mine = ++sequence;
      out.begin(type, Rt.F_REQUEST | Rt.F_DUMP, mine);
      header.run();
      out.end();
      send(out.bytes());
      List<T> found = new ArrayList<>();
      while (true) {
        ByteBuffer in = receive();
        while (in.remaining() >= 16) {
          ByteBuffer message = next(in);
          if (message.getInt(8) != mine) {
            continue;
          }
          int kind = message.getShort(4);
          if (kind == Rt.NLMSG_DONE) {
            return found;
          }
          if (kind == Rt.NLMSG_ERROR) {
            throw new ErrnoException(action, -message.getInt(16));
          }
          parse.apply(body(message)).ifPresent(found::add);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(byte[] bytes) throws IOException {
    if (closed) {
      throw new IOException("the netlink socket is closed");
    }
    long sent;
    do {
      sent = SocketCalls.send(fd, bytes, bytes.length, 0);
    } while (sent < 0 && Native.getLastError() == Errno.EINTR);
    if (sent < 0) {
      throw ErrnoException.last("send to netlink");
    }
  }

  private ByteBuffer receive() throws IOException {
    while (true) {
      long length = SocketCalls.recv(fd, buffer, buffer.length, SocketCalls.MSG_TRUNC);
      if (length > buffer.length) {
        throw new IOException("a netlink answer of " + length + " bytes is too long");
      }
      if (length >= 0) {
        return ByteBuffer.wrap(buffer, 0, (int) length).order(ByteOrder.nativeOrder());
      }
      if (Native.getLastError() != Errno.EINTR) {
        throw ErrnoException.last("receive from netlink");
      }
    }
  }

  /** Cuts the next message off. */
  private static ByteBuffer next(ByteBuffer in) throws IOException {
    int start = in.position();
    int length = in.getInt(start);
    if (length < 16 || length > in.remaining()) {
      throw new IOException("a malformed netlink answer");
    }
    in.position(Math.min(in.limit(), start + (length + 3 & ~3)));
    return in.slice(start, length).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer body(ByteBuffer message) {
    return message.slice(16, message.remaining() - 16).order(ByteOrder.nativeOrder());
  }

  /** What the kernel adds to an error number, in parentheses. */
  private static String detail(ByteBuffer message) {
    boolean capped = (message.getShort(6) & 0x100) != 0;
    int start = capped ? 36 : 20 + message.getInt(20);
    if (start < 20 || start >= message.remaining()) {
      return "";
    }
    byte[] text = new Attributes(message.slice(start, message.remaining() - start)).bytes(1);
    return text.length < 2
        ? ""
        : " (" + new String(text, 0, text.length - 1, StandardCharsets.UTF_8) + ")";
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        SocketCalls.close(fd);
      }
    } finally {
      lock.unlock();
    }
  }
}
