package io.gantry.image.transfer;

import io.gantry.registry.Descriptor;
import io.gantry.registry.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers on their way from registries, each fetched once however many pulls want it, a few at a
 * time. What was cut off stays in the directory and is continued by the next attempt, also after a
 * restart.
 */
public final class BlobDownloads {

  private static final Logger log = LoggerFactory.getLogger(BlobDownloads.class);
  private static final Duration KEEP = Duration.ofDays(7);

  private final Path directory;
  private final Slots slots;
  private volatile int attempts;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, BlobDownload> running = new HashMap<>();

  /**
   * @param slots how many at a time
   * @param attempts before a connection that breaks is a failure
   */
  public BlobDownloads(Path directory, int slots, int attempts) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.slots = new Slots(slots);
    this.attempts = attempts;
    deleteOld();
  }

  /** Takes other limits, for downloads that begin from now on. */
  public void reload(int slotsNow, int attemptsNow) {
    slots.resize(slotsNow);
    attempts = attemptsNow;
  }

  private void deleteOld() throws IOException {
    FileTime oldest = FileTime.from(Instant.now().minus(KEEP));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).compareTo(oldest) < 0) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** Starts fetching the blob or joins who fetches it. To be closed. */
  BlobDownload.Share join(Repository repository, Descriptor blob, BlobDownload.Listener listener) {
    lock.lock();
    try {
      BlobDownload download = running.get(blob.digest());
      boolean first = download == null || !download.canBeJoined();
      if (download == null || first) {
        Path file = directory.resolve(blob.digest().replace(':', '-'));
        Future<?> before =
            download == null ? CompletableFuture.completedFuture(null) : download.released();
        download = new BlobDownload(repository, blob, file, slots, attempts, before);
        running.put(blob.digest(), download);
      }
      BlobDownload.Share share = download.share(listener, this::leave);
      if (first) {
        download.start();
      }
      return share;
    } finally {
      lock.unlock();
    }
  }

  private void leave(BlobDownload.Share share) {
    lock.lock();
    try {
      if (!share.download().leave(share)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    BlobDownload download = share.download();
    try {
      download.end();
    } catch (IOException e) {
      log.warn("The download of {} was not cleaned up: {}", download.digest(), e.getMessage());
    }
    lock.lock();
    try {
      running.remove(download.digest(), download);
    } finally {
      lock.unlock();
    }
  }
}
