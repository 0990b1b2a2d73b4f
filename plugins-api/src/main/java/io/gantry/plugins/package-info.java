/**
 * What every kind of driver has in common: how it is found, probed and opened. Each kind's own
 * contract is in a package of its own; the author of a driver reads this package and that one.
 */
@NullMarked
package io.gantry.plugins;

import org.jspecify.annotations.NullMarked;
