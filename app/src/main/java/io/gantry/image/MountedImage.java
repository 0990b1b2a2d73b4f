package io.gantry.image;

/**
 * What a container mounts of an image: stays the same when the image's name comes to mean another.
 *
 * @param id {@code sha256:...}; the image itself may have been removed since
 * @param chainId of its layers, which stay as long as the container; empty when it has none
 * @param snapshot of its topmost layer; empty when it has none
 */
public record MountedImage(String id, String chainId, String snapshot) {}
