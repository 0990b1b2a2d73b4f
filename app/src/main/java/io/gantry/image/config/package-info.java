/**
 * What an image's configuration says (OCI image spec, config.md): reading and writing its JSON, and
 * the changes Dockerfile instructions make to it.
 */
@NullMarked
package io.gantry.image.config;

import org.jspecify.annotations.NullMarked;
