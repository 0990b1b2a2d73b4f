package io.gantry.api.http;

/** Answers one kind of request. Runs on a virtual thread of the request's own and may block. */
@FunctionalInterface
public interface Handler {

  /** What it throws becomes the answer, unless the answer has begun. */
  void handle(Exchange exchange) throws Exception;
}
