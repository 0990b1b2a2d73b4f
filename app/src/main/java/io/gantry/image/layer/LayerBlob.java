package io.gantry.image.layer;

/**
 * A layer as a registry has it.
 *
 * @param digest of the compressed layer
 * @param repository where it is known to be, with the registry's host
 * @param size compressed, in bytes
 * @param mediaType as manifests name it
 */
public record LayerBlob(String digest, String repository, long size, String mediaType) {}
