/**
 * Images: names, configurations, archives, and the way of their layers to and from registries and
 * archives.
 */
@NullMarked
package io.gantry.image;

import org.jspecify.annotations.NullMarked;
