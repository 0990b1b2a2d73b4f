package io.gantry.api.listen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells quiet streams (events, followed logs, wait) that their client has left: a selector beside
 * Tomcat's, on one platform thread, that wakes when such a connection has something to read. No
 * stream polls. Thread-safe.
 */
final class Departures {

  private static final Logger log = LoggerFactory.getLogger(Departures.class);

  /** Made with the first quiet stream. */
  private static final class Shared {
    static final Departures INSTANCE = new Departures();
  }

  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  private Departures() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("can't open a selector", e);
    }
    Thread.ofPlatform().name("gantry-departures").daemon().start(this::run);
  }

  static Departures shared() {
    return Shared.INSTANCE;
  }

  Connection.Watch watch(SocketChannel channel, BooleanSupplier gone, Runnable action) {
    Watched watched = new Watched(channel, gone, action);
    onSelector(() -> register(watched));
    return watched;
  }

  private void onSelector(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  private void run() {
    while (true) {
      try {
        selector.select(key -> ((Watched) key.attachment()).ready(key));
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      } catch (IOException | RuntimeException e) {
        log.error("watching for clients that leave", e);
      }
    }
  }

  private void register(Watched watched) {
    try {
      SelectionKey old = watched.channel.keyFor(selector);
      if (old != null) {
        old.cancel();
        selector.selectNow(key -> ((Watched) key.attachment()).ready(key));
      }
      if (!watched.closed()) {
        watched.channel.register(selector, SelectionKey.OP_READ, watched);
      }
    } catch (ClosedChannelException e) {
      watched.left();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Watched implements Connection.Watch {

    private final SocketChannel channel;
    private final BooleanSupplier gone;
    private final Runnable action;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    Watched(SocketChannel channel, BooleanSupplier gone, Runnable action) {
      this.channel = channel;
      this.gone = gone;
      this.action = action;
    }

    boolean closed() {
      lock.lock();
      try {
        return closed;
      } finally {
        lock.unlock();
      }
    }

    /** Something can be read: the end, or a next request that came too early and is left alone. */
    void ready(SelectionKey key) {
      key.cancel();
      lock.lock();
      try {
        if (closed || !gone.getAsBoolean()) {
          return;
        }
      } finally {
        lock.unlock();
      }
      left();
    }

    void left() {
      Thread.ofVirtual().name("client-left").start(action);
    }

    /** After this the connection is not looked at any more. */
    @Override
    public void close() {
      lock.lock();
      try {
        closed = true;
      } finally {
        lock.unlock();
      }
      // a key that stays would keep the descriptor of a closed channel open
      onSelector(
          () -> {
            SelectionKey key = channel.keyFor(selector);
            if (key != null && key.attachment() == this) {
              key.cancel();
            }
          });
    }
  }
}
