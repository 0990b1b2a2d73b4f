package io.gantry.api.stream;

import io.gantry.api.http.Exchange;
import io.gantry.api.http.Json;
import java.io.IOException;
import java.io.OutputStream;

/** An answer of many JSON values, each with a newline, sent when flushed. Not thread-safe. */
public final class ValueStream {

  private final OutputStream out;
  private final Json json;

  /** Begins the answer: the client gets the head at once. */
  public ValueStream(Exchange exchange) throws IOException {
    this.json = exchange.json();
    this.out = exchange.stream(200, "application/json");
  }

  public void write(Object value) throws IOException {
    json.write(out, value);
  }

  public void flush() throws IOException {
    out.flush();
  }
}
