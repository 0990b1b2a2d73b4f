/** What a command line may say, and what one said: definitions, parser, help. */
@NullMarked
package io.gantry.console.line;

import org.jspecify.annotations.NullMarked;
