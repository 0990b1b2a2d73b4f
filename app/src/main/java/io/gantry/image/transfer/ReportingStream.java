package io.gantry.image.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/** Tells now and then, and at the end, how much has been read. For one thread. */
public final class ReportingStream extends FilterInputStream {

  private final String id;
  private final String status;
  private final long size;
  private final ProgressSink progress;
  private final BooleanSupplier told;
  private final Throttle throttle = new Throttle();
  private long done;

  /**
   * @param id of the layer; may be empty
   * @param status what is being done
   * @param size of all, 0 or less when not known
   */
  public ReportingStream(
      InputStream in, String id, String status, long size, ProgressSink progress) {
    this(in, id, status, size, progress, () -> true);
  }

  /**
   * @param told whether this is to be told now; something else may be told of the layer first
   */
  public ReportingStream(
      InputStream in,
      String id,
      String status,
      long size,
      ProgressSink progress,
      BooleanSupplier told) {
    super(in);
    this.id = id;
    this.status = status;
    this.size = size;
    this.progress = progress;
    this.told = told;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    int n = in.read(bytes, offset, count);
    done += Math.max(0, n);
    if (told.getAsBoolean() && (n < 0 || throttle.isDue())) {
      progress.progress(id, status, done, size);
    }
    return n;
  }
}
