package io.gantry.plugins.storage;

import java.util.Optional;

/**
 * What a driver knows of a snapshot.
 *
 * @param key the name it was prepared or committed under
 * @param parent the committed snapshot below it; empty at the bottom
 */
public record Snapshot(String key, SnapshotKind kind, Optional<String> parent) {}
