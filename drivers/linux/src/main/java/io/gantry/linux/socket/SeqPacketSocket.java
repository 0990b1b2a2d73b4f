package io.gantry.linux.socket;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.poll.Watch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connected Unix socket of type SEQPACKET: what one side sends in one call, the other receives in
 * one call. Waiting takes no native thread. One thread may receive while another sends; {@link
 * #close} may come at any time.
 */
public final class SeqPacketSocket implements AutoCloseable {

  /** {@code sun_path}, with its NUL. */
  private static final int PATH_LIMIT = 108;

  private final Path peer;
  private final Descriptor descriptor;
  private final Watch watch;

  private SeqPacketSocket(Path peer, Descriptor descriptor, Watch watch) {
    this.peer = peer;
    this.descriptor = descriptor;
    this.watch = watch;
  }

  /**
   * Connects to a socket in the file system; its path may be longer than {@code sun_path} has room
   * for, its name not.
   */
  public static SeqPacketSocket connect(Poller poller, Path path) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    Path name = path.getFileName();
    if (directory == null || name == null) {
      throw new IllegalArgumentException("no socket: " + path);
    }
    int at = SocketCalls.open(directory.toString(), SocketCalls.O_PATH | SocketCalls.O_CLOEXEC, 0);
    if (at < 0) {
      throw ErrnoException.last("open directory " + directory);
    }
    try (Descriptor parent = new Descriptor(at)) {
      return connect(poller, path, "/proc/self/fd/" + at + "/" + name);
    }
  }

  private static SeqPacketSocket connect(Poller poller, Path path, String address)
      throws IOException {
    byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_LIMIT) {
      throw new ErrnoException("connect to " + path, Errno.ENAMETOOLONG);
    }
    int fd =
        SocketCalls.socket(
            SocketCalls.AF_UNIX,
            SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK,
            0);
    if (fd < 0) {
      throw ErrnoException.last("create socket");
    }
    Descriptor descriptor = new Descriptor(fd);
    try (Memory sockaddr = new Memory(2 + PATH_LIMIT)) {
      sockaddr.clear();
      sockaddr.setShort(0, (short) SocketCalls.AF_UNIX);
      sockaddr.write(2, bytes, 0, bytes.length);
      if (SocketCalls.connect(fd, Pointer.nativeValue(sockaddr), 2 + PATH_LIMIT) != 0) {
        throw ErrnoException.last("connect to " + path);
      }
      return new SeqPacketSocket(path, descriptor, poller.watch(descriptor));
    } catch (IOException e) {
      descriptor.close();
      throw e;
    }
  }

  /** Waits until there is a packet, or the end. */
  public void awaitPacket() throws IOException {
    watch.awaitReadable();
  }

  /**
   * Receives one packet, if there is one. What does not fit is lost.
   *
   * @param packet a direct buffer; filled from its position, which moves
   * @return the length; 0 when the other side has closed, or sent an empty packet; -1 when there is
   *     none yet
   */
  public int receive(ByteBuffer packet) throws IOException {
    long address = address(packet);
    int fd = descriptor.acquire();
    try {
      long count = SocketCalls.recv(fd, address, packet.remaining(), 0);
      if (count < 0) {
        ErrnoException failure = ErrnoException.last("receive from " + peer);
        if (failure.errno() == Errno.ECONNRESET) {
          // The other side closed without having read everything. The kernel says so once, and
          // before what that side had sent.
          return receive(packet);
        }
        retryOrThrow(failure);
        return -1;
      }
      packet.position(packet.position() + (int) count);
      return (int) count;
    } finally {
      descriptor.release();
    }
  }

  /**
   * Sends what remains in the buffer as one packet; waits while the other side does not take it.
   *
   * @param packet a direct buffer; afterwards nothing remains
   */
  public void send(ByteBuffer packet) throws IOException {
    long address = address(packet);
    while (true) {
      int fd = descriptor.acquire();
      long count;
      try {
        count = SocketCalls.send(fd, address, packet.remaining(), SocketCalls.MSG_NOSIGNAL);
        if (count < 0) {
          retryOrThrow(ErrnoException.last("send to " + peer));
        }
      } finally {
        descriptor.release();
      }
      if (count >= 0) {
        packet.position(packet.limit());
        return;
      }
      watch.awaitWritable();
    }
  }

  private static void retryOrThrow(ErrnoException failure) throws ErrnoException {
    if (failure.errno() != Errno.EAGAIN && failure.errno() != Errno.EINTR) {
      throw failure;
    }
  }

  private static long address(ByteBuffer buffer) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(buffer)) + buffer.position();
  }

  /** Tells the other side that no more comes. Receiving goes on. */
  public void shutdownOutput() throws IOException {
    int fd = descriptor.acquire();
    try {
      if (SocketCalls.shutdown(fd, SocketCalls.SHUT_WR) != 0) {
        ErrnoException failure = ErrnoException.last("shut down connection to " + peer);
        if (failure.errno() != Errno.ENOTCONN) {
          throw failure;
        }
      }
    } finally {
      descriptor.release();
    }
  }

  /** Closes the connection; waiting threads get an exception. */
  @Override
  public void close() {
    watch.close();
    descriptor.close();
  }
}
