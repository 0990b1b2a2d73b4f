/**
 * Images: their names, their archives, and what is done with them. {@link
 * io.gantry.image.ImageService} is the door; below it are configurations, the way of layers to and
 * from registries, and the layers on this host.
 */
@NullMarked
package io.gantry.image;

import org.jspecify.annotations.NullMarked;
