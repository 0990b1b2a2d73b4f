/**
 * Which containers there are: in memory, in the database and on the disk, and what is told of them.
 * Knows their records and streams; what is done with containers is above.
 */
@NullMarked
package io.gantry.container.index;

import org.jspecify.annotations.NullMarked;
