package io.gantry.api.http;

import jakarta.servlet.ServletInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A request's body that can be read past the heap, which saves long ones a copy. */
final class BodyStream extends FilterInputStream implements ReadableByteChannel {

  private final ServletInputStream body;

  BodyStream(ServletInputStream body) {
    super(body);
    this.body = body;
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    // Tomcat leaves the buffer it is given flipped, the specification says advanced
    int n = body.read(to.slice());
    to.position(to.position() + Math.max(0, n));
    return n;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
