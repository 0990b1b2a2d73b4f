package io.gantry.event;

import java.time.Duration;
import java.util.List;

/** Events as they come, none missing, none twice. Used by one thread, closed by any. */
public interface EventStream extends AutoCloseable {

  /**
   * The next events, as many as are there, waiting for the first.
   *
   * @param patience after which an empty list is returned
   * @return an empty list also when {@linkplain #ended() ended}
   */
  List<Event> next(Duration patience) throws InterruptedException;

  /**
   * Whether no event will come any more: all up to {@code until} have been returned, or the stream
   * or the journal was closed.
   */
  boolean ended();

  @Override
  void close();
}
