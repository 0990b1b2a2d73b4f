package io.gantry.image.layer;

/** Keeps a layer, and all below it, from being deleted until it is closed. */
public interface LayerPin extends AutoCloseable {

  Layer layer();

  @Override
  void close();
}
