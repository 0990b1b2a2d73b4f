package io.gantry.image;

import java.util.List;

/**
 * What a registry says of a name without anything being pulled (API v1.51, {@code GET
 * /distribution/{name}/json}).
 *
 * @param mediaType of the manifest or index
 * @param digest of it
 * @param size of it, in bytes
 * @param platforms that can be had
 */
public record DistributionInfo(
    String mediaType, String digest, long size, List<Platform> platforms) {}
