/**
 * The Docker Engine API 1.24 to 1.51: one controller a resource, each thin: it reads the request,
 * calls one service and writes the answer.
 */
@NullMarked
package io.gantry.api;

import org.jspecify.annotations.NullMarked;
