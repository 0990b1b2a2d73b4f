package io.gantry.image;

import io.gantry.image.layer.LayerPin;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/**
 * The images that a container being made is going to mount: none of them can go away until this is
 * closed, which is when the container is known to {@link ImageUsers}. For one thread.
 */
public final class ImageHolds implements AutoCloseable {

  private final Function<String, ImageHold> byName;
  private final Function<String, LayerPin> byChain;
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /**
   * @param byName holds an image
   * @param byChain holds layers whose image may be gone
   */
  public ImageHolds(Function<String, ImageHold> byName, Function<String, LayerPin> byChain) {
    this.byName = byName;
    this.byChain = byChain;
  }

  /** An image by name or id. */
  public MountedImage hold(String nameOrId) {
    ImageHold hold = byName.apply(nameOrId);
    closers.push(hold::close);
    Image image = hold.image();
    return new MountedImage(
        image.id(), image.chainId().orElse(""), hold.parentSnapshot().orElse(""));
  }

  /** What another container mounts, which may be removed at any moment. */
  public MountedImage hold(MountedImage image) {
    if (!image.chainId().isEmpty()) {
      closers.push(byChain.apply(image.chainId())::close);
    }
    return image;
  }

  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }
}
