/** What every log driver has to fulfil. */
@NullMarked
package io.gantry.plugins.log;

import org.jspecify.annotations.NullMarked;
