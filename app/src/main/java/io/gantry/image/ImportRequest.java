package io.gantry.image;

import java.util.List;
import java.util.Optional;

/**
 * How a root file system becomes an image (API v1.51, {@code POST /images/create?fromSrc=}).
 *
 * @param source what the history says it came from: {@code -} or an address
 * @param target the name to give, with a tag
 * @param message the comment; empty is {@code Imported from SOURCE}
 * @param changes Dockerfile instructions
 * @param platform absent is this host's
 */
public record ImportRequest(
    String source,
    Optional<Reference> target,
    String message,
    List<String> changes,
    Optional<Platform> platform) {}
