/**
 * The conformance suite of runtime drivers: a driver's tests extend {@link
 * io.gantry.plugins.runtime.RuntimeDriverConformance}. It starts real containers, so it needs root
 * and a static busybox.
 */
@NullMarked
package io.gantry.plugins.runtime;

import org.jspecify.annotations.NullMarked;
