package io.gantry.image.transfer;

import io.gantry.id.Ids;
import io.gantry.image.layer.BlockGzip;
import io.gantry.image.layer.ChunkPipe;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerStore;
import io.gantry.registry.Digests;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A layer's tar made again, checked and compressed by a thread of its own, for one upload and its
 * repetitions.
 */
public final class LayerUpload {

  /**
   * What was sent.
   *
   * @param digest of the compressed layer
   * @param size of it, in bytes
   */
  public record Sent(String digest, long size) {}

  private static final int BUFFERS = 8;

  private final LayerStore layers;
  private final Layer layer;
  private final String id;
  private final ProgressSink progress;
  private volatile CompletableFuture<Sent> sent = new CompletableFuture<>();

  public LayerUpload(LayerStore layers, Layer layer, ProgressSink progress) {
    this.layers = layers;
    this.layer = layer;
    this.id = Ids.shortened(layer.diffId());
    this.progress = progress;
  }

  /** The compressed layer from its beginning. */
  public InputStream open() {
    CompletableFuture<Sent> attempt = new CompletableFuture<>();
    sent = attempt;
    return ChunkPipe.writtenBy(
        "layer-push",
        BUFFERS,
        out -> {
          try {
            attempt.complete(compress(out));
          } catch (Throwable e) {
            attempt.completeExceptionally(e);
            throw e;
          }
        });
  }

  /** Known when the stream has been read to its end. */
  public Sent sent() {
    try {
      return sent.join();
    } catch (CompletionException e) {
      throw new UncheckedIOException(
          e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
    }
  }

  private Sent compress(OutputStream sink) throws IOException {
    MessageDigest plain = Digests.sumFor(layer.diffId());
    Counting counted = new Counting(sink);
    Throttle throttle = new Throttle();
    try (InputStream tar = layers.tar(layer);
        BlockGzip gzip = new BlockGzip(counted)) {
      byte[] buffer = new byte[128 * 1024];
      long done = 0;
      for (int n = tar.read(buffer); n >= 0; n = tar.read(buffer)) {
        plain.update(buffer, 0, n);
        gzip.write(buffer, 0, n);
        done += n;
        if (throttle.isDue()) {
          progress.progress(id, "Pushing", done, layer.size());
        }
      }
      String found = Digests.text(plain);
      if (!found.equals(layer.diffId())) {
        throw new IOException(
            "layer " + layer.diffId() + " is damaged: its files now give " + found);
      }
      progress.progress(id, "Pushing", done, layer.size());
    }
    return new Sent(Digests.text(counted.sum), counted.count);
  }

  /** Counts and hashes what is sent. */
  private static final class Counting extends FilterOutputStream {

    private final MessageDigest sum = Digests.sha256();
    private long count;

    Counting(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      sum.update(bytes, offset, length);
      count += length;
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
