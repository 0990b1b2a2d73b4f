package io.gantry.linux.poll;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.SelectableChannel;

/** The number of a channel's file descriptor, for the system calls that the JDK does not make. */
final class ChannelNumber {

  private ChannelNumber() {}

  /** The interface of the JDK that knows it; not in java.base's exported packages. */
  private static final class Jdk {
    static final Method NUMBER = find();

    private static Method find() {
      try {
        return Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  /** Valid while the channel is open. */
  static int of(SelectableChannel channel) throws IOException {
    try {
      return (int) Jdk.NUMBER.invoke(channel);
    } catch (IllegalAccessException | InvocationTargetException | LinkageError e) {
      throw new IOException("the JDK does not tell the file descriptor of " + channel, e);
    }
  }
}
