/**
 * What runs containers: turns an OCI configuration into processes, keeps them when the daemon goes,
 * and says how they ended.
 *
 * <p>The life of one container, as the engine drives it: {@code create} (the process exists and
 * waits), {@code attach}, {@code start}, an {@link io.gantry.plugins.runtime.Exit}, {@code delete}.
 * After a restart of the daemon: {@code open}, {@code onExit}, {@code adopt}, {@code
 * removeOrphans}.
 */
@NullMarked
package io.gantry.plugins.runtime;

import org.jspecify.annotations.NullMarked;
