package io.gantry.linux.systemd;

import io.gantry.linux.CLibrary;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tells the service manager that started this process how it is doing. Where no service manager
 * asked for it, nothing is done. A manager that does not listen is no reason for a daemon to fail,
 * so the methods say whether the message was sent. Any thread may call.
 */
public final class ServiceNotifier {

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** {@code sizeof(sun_path)}. */
  private static final int PATH_BYTES = 108;

  private final Optional<String> address;

  /**
   * @param address a path, or with {@code @} in front an abstract name; empty: nobody wants to be
   *     told
   */
  public ServiceNotifier(Optional<String> address) {
    this.address = address.filter(text -> text.startsWith("/") || text.startsWith("@"));
  }

  /** The manager named by {@code NOTIFY_SOCKET}. */
  public static ServiceNotifier ofThisProcess() {
    return new ServiceNotifier(Optional.ofNullable(System.getenv("NOTIFY_SOCKET")));
  }

  /** The service has started. */
  public boolean ready() {
    return notify("READY=1\nMAINPID=" + ProcessHandle.current().pid());
  }

  /** The service is about to end. */
  public boolean stopping() {
    return notify("STOPPING=1");
  }

  private boolean notify(String message) {
    if (address.isEmpty()) {
      return false;
    }
    try {
      send(address.get(), message.getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (IOException e) {
      System.getLogger(ServiceNotifier.class.getName())
          .log(System.Logger.Level.WARNING, "cannot tell the service manager " + message, e);
      return false;
    }
  }

  private static void send(String address, byte[] message) throws ErrnoException {
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    if (name.length >= PATH_BYTES) {
      throw new ErrnoException("send to " + address, Errno.ENAMETOOLONG);
    }
    // struct sockaddr_un: the family in the machine's order (little endian on all we run on), then
    // the name
    byte[] socketAddress = Arrays.copyOf(new byte[] {AF_UNIX, 0}, 2 + name.length);
    System.arraycopy(name, 0, socketAddress, 2, name.length);
    if (name[0] == '@') {
      socketAddress[2] = 0;
    }
    int socket = SocketCalls.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      throw ErrnoException.last("socket");
    }
    try {
      long sent =
          SocketCalls.sendto(
              socket, message, message.length, MSG_NOSIGNAL, socketAddress, socketAddress.length);
      if (sent < 0) {
        throw ErrnoException.last("send to " + address);
      }
    } finally {
      SocketCalls.close(socket);
    }
  }

  /** libc, called directly. */
  private static final class SocketCalls {

    static {
      CLibrary.bind(SocketCalls.class);
    }

    private SocketCalls() {}

    static native int socket(int domain, int type, int protocol);

    static native long sendto(
        int socket, byte[] message, long length, int flags, byte[] address, int addressLength);

    static native int close(int descriptor);
  }
}
