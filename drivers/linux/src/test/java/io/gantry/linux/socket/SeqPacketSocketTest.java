package io.gantry.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.gantry.linux.CLibrary;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of its own, whose path is longer than a socket address has room for. */
@Timeout(30)
@SuppressWarnings("NullAway.Init")
class SeqPacketSocketTest {

  /** The server's side. */
  private static final class Server {
    static {
      CLibrary.bind(Server.class);
    }

    static native int bind(int fd, long address, int length);

    static native int listen(int fd, int backlog);

    static native int accept(int fd, Pointer address, Pointer length);
  }

  @TempDir Path scratch;
  private Poller poller;
  private Descriptor listener;
  private Path path;

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open("test-poll");
    path = Files.createDirectories(scratch.resolve("long".repeat(40))).resolve("socket");
    listener =
        new Descriptor(
            SocketCalls.socket(
                SocketCalls.AF_UNIX, SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC, 0));
    int directory =
        SocketCalls.open(
            String.valueOf(path.getParent()), SocketCalls.O_PATH | SocketCalls.O_CLOEXEC, 0);
    byte[] name = ("/proc/self/fd/" + directory + "/socket").getBytes(StandardCharsets.US_ASCII);
    try (Memory address = new Memory(110);
        Descriptor parent = new Descriptor(directory)) {
      assertThat(parent.isOpen()).isTrue();
      address.clear();
      address.setShort(0, (short) SocketCalls.AF_UNIX);
      address.write(2, name, 0, name.length);
      assertThat(Server.bind(listener.acquire(), Pointer.nativeValue(address), 110)).isZero();
      listener.release();
    }
    assertThat(Server.listen(listener.acquire(), 1)).isZero();
    listener.release();
  }

  @AfterEach
  void close() {
    listener.close();
    poller.close();
  }

  private Descriptor accept() throws IOException {
    int fd = Server.accept(listener.acquire(), Pointer.NULL, Pointer.NULL);
    listener.release();
    return new Descriptor(fd);
  }

  private static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static long send(Descriptor to, String text) throws IOException {
    ByteBuffer buffer = direct(text);
    try {
      long address = Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
      return SocketCalls.send(to.acquire(), address, buffer.remaining(), 0);
    } finally {
      to.release();
    }
  }

  @Test
  void packetsKeepTheirBoundaries() throws Exception {
    try (SeqPacketSocket socket = SeqPacketSocket.connect(poller, path);
        Descriptor peer = accept()) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(100);
      assertThat(socket.receive(buffer)).isEqualTo(-1);
      CompletableFuture<Boolean> waiting = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try {
              socket.awaitPacket();
              waiting.complete(true);
            } catch (IOException e) {
              waiting.completeExceptionally(e);
            }
          });
      assertThat(send(peer, "one")).isEqualTo(3);
      assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(send(peer, "three")).isEqualTo(5);
      assertThat(socket.receive(buffer)).isEqualTo(3);
      assertThat(socket.receive(buffer)).isEqualTo(5);
      assertThat(StandardCharsets.US_ASCII.decode(buffer.flip()).toString()).isEqualTo("onethree");
      peer.close();
      assertThat(socket.receive(buffer.clear())).isZero();
    }
  }

  @Test
  void senderWaitsForTheReceiver() throws Exception {
    try (SeqPacketSocket socket = SeqPacketSocket.connect(poller, path);
        Descriptor peer = accept()) {
      int packets = 200;
      CompletableFuture<Boolean> sent = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try {
              for (int i = 0; i < packets; i++) {
                socket.send(ByteBuffer.allocateDirect(10_000));
              }
              socket.shutdownOutput();
              sent.complete(true);
            } catch (IOException e) {
              sent.completeExceptionally(e);
            }
          });
      assertThatThrownBy(() -> sent.get(200, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      try (Memory memory = new Memory(20_000)) {
        for (int i = 0; i < packets; i++) {
          assertThat(SocketCalls.recv(peer.acquire(), Pointer.nativeValue(memory), 20_000, 0))
              .isEqualTo(10_000);
          peer.release();
        }
        assertThat(SocketCalls.recv(peer.acquire(), Pointer.nativeValue(memory), 20_000, 0))
            .isZero();
        peer.release();
      }
      assertThat(sent.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void closingEndsAWait() throws Exception {
    SeqPacketSocket socket = SeqPacketSocket.connect(poller, path);
    try (Descriptor peer = accept()) {
      assertThat(peer.isOpen()).isTrue();
      CompletableFuture<Boolean> waiting = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try {
              socket.awaitPacket();
              waiting.complete(true);
            } catch (IOException e) {
              waiting.completeExceptionally(e);
            }
          });
      socket.close();
      assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> socket.send(direct("x"))).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void whatIsNotThereCannotBeConnectedTo() {
    assertThatThrownBy(() -> SeqPacketSocket.connect(poller, path.resolveSibling("none")))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    assertThatThrownBy(() -> SeqPacketSocket.connect(poller, path.resolveSibling("n".repeat(100))))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENAMETOOLONG));
  }

  @Test
  void whatWasSentArrivesThoughTheOtherSideHasNotReadEverything() throws Exception {
    try (SeqPacketSocket socket = SeqPacketSocket.connect(poller, path)) {
      try (Descriptor peer = accept()) {
        assertThat(send(peer, "one")).isEqualTo(3);
        assertThat(send(peer, "three")).isEqualTo(5);
        socket.send(direct("not read"));
      }
      ByteBuffer buffer = ByteBuffer.allocateDirect(100);
      assertThat(socket.receive(buffer)).isEqualTo(3);
      assertThat(socket.receive(buffer.clear())).isEqualTo(5);
      assertThat(socket.receive(buffer.clear())).isZero();
    }
  }
}
