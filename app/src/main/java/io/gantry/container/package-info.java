/**
 * What is done with containers, from create to remove. {@link io.gantry.container.ContainerService}
 * is the door; below it are the packages of this one: what a container is, which there are, and
 * what each needs to run.
 */
@NullMarked
package io.gantry.container;

import org.jspecify.annotations.NullMarked;
