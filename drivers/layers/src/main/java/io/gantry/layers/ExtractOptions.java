package io.gantry.layers;

import java.util.Optional;

/**
 * How an archive is put into a tree that is in use (API {@code PUT /containers/{id}/archive}).
 *
 * @param owner of everything; empty: as the archive says
 * @param keepKinds {@code noOverwriteDirNonDir}: a directory never takes the place of something
 *     else, nor something else that of a directory
 */
public record ExtractOptions(Optional<Owner> owner, boolean keepKinds) {}
