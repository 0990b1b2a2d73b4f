package io.gantry.image.transfer;

import java.util.Map;
import java.util.Optional;

/**
 * Where a long operation tells how far it is: Docker's stream of JSON messages (the CLI's {@code
 * jsonmessage}). Called from many threads at once, also for one operation.
 */
@FunctionalInterface
public interface ProgressSink {

  /** Swallows everything. */
  ProgressSink NONE = message -> {};

  /**
   * Takes a message. It is written at once or soon.
   *
   * @throws java.io.UncheckedIOException when the client has gone; the operation ends then
   */
  void send(Message message);

  /** {@code {"status": status}}. */
  default void status(String status) {
    send(new Message(status, "", Optional.empty(), "", "", Map.of()));
  }

  /** {@code {"status": status, "id": id}}, with an empty {@code progressDetail}. */
  default void status(String id, String status) {
    send(new Message(status, id, Optional.of(Progress.NONE), "", "", Map.of()));
  }

  /** {@code {"status": status, "id": id, "progressDetail": {current, total}, "progress": bar}}. */
  default void progress(String id, String status, long current, long total) {
    send(new Message(status, id, Optional.of(new Progress(current, total)), "", "", Map.of()));
  }

  /** {@code {"stream": text}}. */
  default void stream(String text) {
    send(new Message("", "", Optional.empty(), text, "", Map.of()));
  }

  /**
   * {@code {"errorDetail": {"message": text}, "error": text}}, the last message of an operation
   * that failed.
   */
  default void error(String text) {
    send(new Message("", "", Optional.empty(), "", text, Map.of()));
  }

  /**
   * One message. Empty parts are left out of the JSON.
   *
   * @param status what is being done
   * @param id to which layer or tag
   * @param progress how far; {@link Progress#NONE} is written as an empty object
   * @param stream text for the client's output
   * @param error why the operation failed
   * @param aux a result for programs
   */
  record Message(
      String status,
      String id,
      Optional<Progress> progress,
      String stream,
      String error,
      Map<String, Object> aux) {}

  /**
   * How far something is, in bytes.
   *
   * @param current done
   * @param total 0 or less when not known
   */
  record Progress(long current, long total) {

    /** Nothing to say. */
    public static final Progress NONE = new Progress(0, 0);
  }
}
