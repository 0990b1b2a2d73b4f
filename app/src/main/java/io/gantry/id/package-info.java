/** Ids as Docker makes and shows them. */
@NullMarked
package io.gantry.id;

import org.jspecify.annotations.NullMarked;
