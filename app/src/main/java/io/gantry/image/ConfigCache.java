package io.gantry.image;

import io.gantry.image.config.ConfigJson;
import io.gantry.image.config.ImageConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The configurations that were asked for last, read; the others are in the database. */
final class ConfigCache {

  private static final int CAPACITY = 128;

  private final ImageStore images;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ImageConfig> recent =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ImageConfig> eldest) {
          return size() > CAPACITY;
        }
      };

  ConfigCache(ImageStore images) {
    this.images = images;
  }

  ImageConfig get(Image image) {
    ImageConfig known = cached(image.id());
    if (known != null) {
      return known;
    }
    ImageConfig read = ConfigJson.read(images.config(image.id()));
    lock.lock();
    try {
      recent.put(image.id(), read);
    } finally {
      lock.unlock();
    }
    return read;
  }

  private @Nullable ImageConfig cached(String id) {
    lock.lock();
    try {
      return recent.get(id);
    } finally {
      lock.unlock();
    }
  }
}
