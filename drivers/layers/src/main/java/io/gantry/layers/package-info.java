/**
 * Layers: archives of changes, put into a tree and made from one. {@link
 * io.gantry.layers.LayerStream} unpacks and hashes, {@link io.gantry.layers.LayerApplier} writes
 * the files, {@link io.gantry.layers.LayerDiff} says what was changed, {@link
 * io.gantry.layers.TreeArchive} writes archives, {@link io.gantry.layers.ArchiveRoot} does it in
 * trees that are in use. No archive and nobody who changes a tree meanwhile can make any of it
 * touch a file outside.
 */
@NullMarked
package io.gantry.layers;

import org.jspecify.annotations.NullMarked;
