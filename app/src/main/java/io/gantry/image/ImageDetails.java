package io.gantry.image;

import io.gantry.image.config.ImageConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All there is to say of an image (API v1.51, definitions/ImageInspect).
 *
 * @param image the image
 * @param config its configuration
 * @param comment the configuration's, or that of the last history step
 * @param repoTags familiar names with tags
 * @param repoDigests familiar names with digests
 * @param lastTagged when a name was last given on this host
 * @param driver name of the storage driver
 * @param driverData what the storage driver tells of the top layer
 */
public record ImageDetails(
    Image image,
    ImageConfig config,
    String comment,
    List<String> repoTags,
    List<String> repoDigests,
    Optional<Instant> lastTagged,
    String driver,
    Map<String, String> driverData) {}
