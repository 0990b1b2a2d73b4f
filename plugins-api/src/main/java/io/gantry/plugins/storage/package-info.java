/**
 * What a storage driver implements: snapshots of file trees, each made on top of another, after
 * containerd's snapshotter contract. Layer tars, diffs and the mounting itself are not the driver's
 * business. {@link io.gantry.plugins.storage.StorageDriver} is the place to start; the conformance
 * suite {@code StorageDriverConformance} in this module's test jar is the contract in executable
 * form.
 */
@NullMarked
package io.gantry.plugins.storage;

import org.jspecify.annotations.NullMarked;
