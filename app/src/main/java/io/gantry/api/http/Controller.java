package io.gantry.api.http;

/** The requests of one resource. */
public interface Controller {

  /** Adds the resource's routes. Of routes that fit, the first added is taken. */
  void routes(Routes routes);
}
