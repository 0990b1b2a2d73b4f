/**
 * The log drivers that come with the engine: {@code json-file} in Docker's format, and {@code
 * none}. Found by ServiceLoader; nothing here is named by the daemon.
 */
@NullMarked
package io.gantry.logging;

import org.jspecify.annotations.NullMarked;
