package io.gantry.image.transfer;

import io.gantry.error.EngineException;
import io.gantry.registry.BlobStream;
import io.gantry.registry.Descriptor;
import io.gantry.registry.Digests;
import io.gantry.registry.RegistryException;
import io.gantry.registry.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One blob being fetched into a file, for one or more pulls. It can be read while it comes; its end
 * is seen only when its digest has been checked.
 */
final class BlobDownload {

  /** Hears how far it is; on the download's thread. */
  interface Listener {

    /** Others are fetched first. */
    void waiting();

    void downloading(long current, long total);

    void verifying();

    void complete();

    void retrying(long seconds);
  }

  /** One pull's part in the download. */
  final class Share implements AutoCloseable {

    private final Listener listener;
    private final Consumer<Share> onClose;
    private boolean open = true;

    private Share(Listener listener, Consumer<Share> onClose) {
      this.listener = listener;
      this.onClose = onClose;
    }

    BlobDownload download() {
      return BlobDownload.this;
    }

    /** The blob from its beginning, as far as it is there, waiting for the rest. */
    InputStream open() throws IOException {
      return file.read();
    }

    /** Whether all of it is there and right. */
    boolean isComplete() {
      return file.isComplete();
    }

    /** The layer has been applied: the file is not needed again. */
    void applied() {
      consumed = true;
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        onClose.accept(this);
      }
    }
  }

  private static final int BUFFER = 128 * 1024;

  private final Repository repository;
  private final Descriptor blob;
  private final GrowingFile file;
  private final Semaphore slots;
  private final int attempts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition deserted = lock.newCondition();
  private final List<Share> shares = new ArrayList<>();
  private final Thread thread;

  /** Who had the file before and is ending; done when it does not touch the file any more. */
  private final Future<?> before;

  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean consumed;
  private volatile boolean ending;

  /**
   * @param before done when the file can be used
   */
  BlobDownload(
      Repository repository,
      Descriptor blob,
      Path file,
      Semaphore slots,
      int attempts,
      Future<?> before) {
    this.repository = repository;
    this.blob = blob;
    this.file = new GrowingFile(file);
    this.slots = slots;
    this.attempts = attempts;
    this.before = before;
    thread = Thread.ofVirtual().name("download").unstarted(this::run);
  }

  String digest() {
    return blob.digest();
  }

  void start() {
    thread.start();
  }

  boolean canBeJoined() {
    return !ending && !file.hasFailed();
  }

  Share share(Listener listener, Consumer<Share> onClose) {
    lock.lock();
    try {
      Share share = new Share(listener, onClose);
      shares.add(share);
      return share;
    } finally {
      lock.unlock();
    }
  }

  /** Whether this was the last one. */
  boolean leave(Share share) {
    lock.lock();
    try {
      shares.remove(share);
      if (shares.isEmpty()) {
        ending = true;
        deserted.signalAll();
      }
      return shares.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody wants it any more: stops, and deletes what is of no more use. */
  void end() throws IOException {
    try {
      thread.interrupt();
      thread.join();
      if (consumed) {
        file.delete();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.complete(null);
    }
  }

  /** Done when the file is not touched any more: at once, unless this one is about to end. */
  Future<?> released() {
    return ending ? ended : CompletableFuture.completedFuture(null);
  }

  private void tell(Consumer<Listener> what) {
    List<Share> all;
    lock.lock();
    try {
      all = List.copyOf(shares);
    } finally {
      lock.unlock();
    }
    all.forEach(share -> what.accept(share.listener));
  }

  private void run() {
    try {
      if (!slots.tryAcquire()) {
        tell(Listener::waiting);
        slots.acquire();
      }
      try {
        before.get();
        fetchPatiently();
      } finally {
        slots.release();
      }
      tell(Listener::complete);
      file.complete();
    } catch (InterruptedException e) {
      file.fail(EngineException.system("download of " + blob.digest() + " was cancelled", e));
    } catch (IOException | ExecutionException e) {
      file.fail(EngineException.system("download of " + blob.digest() + ": " + e.getMessage(), e));
    } catch (Throwable e) {
      // whoever reads the file would wait for ever
      file.fail(
          e instanceof RuntimeException known
              ? known
              : EngineException.system("download of " + blob.digest() + " failed", e));
    }
  }

  private void fetchPatiently() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        fetch();
        return;
      } catch (RegistryException e) {
        if (!e.isTransient() || attempt >= attempts) {
          throw e;
        }
      } catch (BrokenDownloadException e) {
        if (attempt >= attempts) {
          throw e;
        }
      }
      Duration pause = Duration.ofSeconds(5L * (attempt - 1));
      if (!pause.isZero()) {
        tell(listener -> listener.retrying(pause.toSeconds()));
        pause(pause);
      }
    }
  }

  /** Waits, unless everybody leaves. */
  private void pause(Duration pause) throws InterruptedException {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (left > 0 && !ending) {
        left = deserted.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    if (ending) {
      throw new InterruptedException();
    }
  }

  /** The connection broke in the middle, or what came was wrong. */
  private static final class BrokenDownloadException extends IOException {

    private static final long serialVersionUID = 1L;

    BrokenDownloadException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private void fetch() throws IOException {
    MessageDigest sum = Digests.sumFor(blob.digest());
    try (FileChannel out = file.open()) {
      long have = resume(out, sum);
      if (have < blob.size()) {
        have = receive(out, sum, have);
      }
      tell(Listener::verifying);
      String found = Digests.text(sum);
      if (have != blob.size() || !found.equals(blob.digest())) {
        startOver(out);
        throw new BrokenDownloadException(
            "filesystem layer verification failed for digest " + blob.digest(), null);
      }
    }
  }

  /** Hashes what is there from before; what cannot be a part of the blob is thrown away. */
  private long resume(FileChannel out, MessageDigest sum) throws IOException {
    if (out.size() > blob.size()) {
      out.truncate(0);
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long at = 0;
    for (int n = out.read(buffer, at); n > 0; n = out.read(buffer, at)) {
      sum.update(buffer.flip());
      buffer.clear();
      at += n;
    }
    file.available(at);
    return at;
  }

  private long receive(FileChannel out, MessageDigest sum, long from) throws IOException {
    try (BlobStream stream = repository.openBlob(blob, from)) {
      long at = stream.offset();
      if (at != from) {
        sum.reset();
        startOver(out);
      }
      Throttle throttle = new Throttle();
      byte[] bytes = new byte[BUFFER];
      while (true) {
        int n;
        try {
          n = stream.body().read(bytes);
        } catch (IOException e) {
          if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("cancelled");
          }
          throw new BrokenDownloadException(
              e.getMessage() == null ? "connection broke" : e.getMessage(), e);
        }
        if (n < 0) {
          break;
        }
        if (at + n > blob.size()) {
          throw new BrokenDownloadException(
              "blob " + blob.digest() + " is larger than the manifest says", null);
        }
        sum.update(bytes, 0, n);
        write(out, ByteBuffer.wrap(bytes, 0, n), at);
        at += n;
        file.available(at);
        long current = at;
        if (throttle.isDue() || at == blob.size()) {
          tell(listener -> listener.downloading(current, blob.size()));
        }
      }
      if (at < blob.size()) {
        throw new BrokenDownloadException("unexpected EOF in blob " + blob.digest(), null);
      }
      return at;
    }
  }

  private void startOver(FileChannel out) throws IOException {
    file.startOver();
    out.truncate(0);
  }

  private static void write(FileChannel out, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += out.write(bytes, at);
    }
  }
}
