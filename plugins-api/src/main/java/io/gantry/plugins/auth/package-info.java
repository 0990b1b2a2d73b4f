/**
 * Authorization drivers: who may call what of the API. They are asked in the order in which they
 * are configured, and each must allow.
 */
@NullMarked
package io.gantry.plugins.auth;

import org.jspecify.annotations.NullMarked;
