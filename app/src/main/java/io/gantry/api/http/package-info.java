/**
 * The Engine API's use of HTTP: versions in the path, routes, Docker's way of reading queries and
 * JSON bodies and of telling errors. Knows no resource.
 */
@NullMarked
package io.gantry.api.http;

import org.jspecify.annotations.NullMarked;
