package io.gantry.image;

import io.gantry.image.config.RunConfig;
import io.gantry.plugins.storage.Change;
import java.util.List;
import java.util.Optional;

/**
 * How a container becomes an image (API v1.51, {@code POST /commit}).
 *
 * @param containerId recorded in the image
 * @param snapshot key of the container's writable snapshot
 * @param changed what of the snapshot goes into the image's layer
 * @param base the image the container was made from; absent when it has been removed or there was
 *     none
 * @param chainId of the layers below the writable one; absent when there are none
 * @param config what the container ran with; the changes are applied to it
 * @param createdBy the command for the history
 * @param author may be empty
 * @param comment may be empty
 * @param changes Dockerfile instructions
 * @param target the name to give, with a tag
 */
public record CommitRequest(
    String containerId,
    String snapshot,
    List<Change> changed,
    Optional<Image> base,
    Optional<String> chainId,
    RunConfig config,
    String createdBy,
    String author,
    String comment,
    List<String> changes,
    Optional<Reference> target) {}
