/** The suite every network driver passes. */
@NullMarked
package io.gantry.plugins.network;

import org.jspecify.annotations.NullMarked;
