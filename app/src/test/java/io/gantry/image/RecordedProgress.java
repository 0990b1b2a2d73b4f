package io.gantry.image;

import io.gantry.image.transfer.ProgressSink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what an operation told. */
final class RecordedProgress implements ProgressSink {

  final List<Message> messages = new CopyOnWriteArrayList<>();

  @Override
  public void send(Message message) {
    messages.add(message);
  }

  /** All texts in their order, one a line. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) {
      text.append(message.id().isEmpty() ? "" : message.id() + ": ")
          .append(message.status())
          .append(message.stream().strip())
          .append('\n');
    }
    return text.toString();
  }
}
