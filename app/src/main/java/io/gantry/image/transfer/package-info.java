/**
 * Layers on their way between registries and this host, and how far they are. Knows the registry
 * protocol and the layers, nothing of the images they belong to but their configuration.
 */
@NullMarked
package io.gantry.image.transfer;

import org.jspecify.annotations.NullMarked;
