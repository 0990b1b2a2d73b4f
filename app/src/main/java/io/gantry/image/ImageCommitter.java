package io.gantry.image;

import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerStore;
import io.gantry.registry.Digests;
import java.util.List;
import java.util.Optional;

/**
 * Makes an image of a configuration and layers that are here: on the disk, then visible, with its
 * names.
 */
final class ImageCommitter {

  /**
   * What becomes an image.
   *
   * @param document the configuration as it is kept
   * @param config the same, read
   * @param parent id of the image it was made from
   */
  @SuppressWarnings("ArrayRecordComponent")
  record NewImage(byte[] document, ImageConfig config, Optional<String> parent) {

    String id() {
      return Digests.sha256(document);
    }
  }

  private final ImageStore images;
  private final LayerStore layers;

  ImageCommitter(ImageStore images, LayerStore layers) {
    this.images = images;
    this.layers = layers;
  }

  /**
   * Commits. An image that is there already only gets the names.
   *
   * @param stack its layers, lowest first, pinned by the caller
   * @param names with tag or digest
   * @return the image's id
   */
  String commit(NewImage image, List<Layer> stack, List<Reference> names) {
    String id = image.id();
    boolean synced = false;
    while (true) {
      if (!synced && images.index().byId(id).isEmpty()) {
        layers.sync(stack);
        synced = true;
      }
      boolean mayAdd = synced;
      boolean done =
          images.change(transaction -> attempt(transaction, image, stack, names, mayAdd));
      if (done) {
        layers.confirmed(synced ? stack : List.of());
        return id;
      }
      // it was there a moment ago and is being removed
      layers.sync(stack);
      synced = true;
    }
  }

  private boolean attempt(
      ImageStore.Transaction transaction,
      NewImage image,
      List<Layer> stack,
      List<Reference> names,
      boolean mayAdd) {
    String id = image.id();
    if (transaction.index().byId(id).isEmpty()) {
      if (!mayAdd) {
        return false;
      }
      add(transaction, id, image, stack);
    }
    names.forEach(name -> transaction.name(name, id));
    return true;
  }

  private void add(
      ImageStore.Transaction transaction, String id, NewImage image, List<Layer> stack) {
    Image made =
        ImageStore.image(id, image.parent(), image.config(), layers)
            .orElseThrow(() -> new IllegalStateException("layers of " + id + " are not pinned"));
    transaction.put(made, image.document());
    made.chainId().ifPresent(layers::retain);
    transaction.also(
        connection -> layers.confirm(connection, stack),
        () -> made.chainId().ifPresent(layers::abandon));
  }
}
