/**
 * The registry protocol (OCI distribution spec 1.1, Docker registry API v2): one class an endpoint,
 * no policy.
 */
@NullMarked
package io.gantry.registry;

import org.jspecify.annotations.NullMarked;
