/** Tests on a real Tomcat and raw bytes. */
@NullMarked
package io.gantry.api.stream;

import org.jspecify.annotations.NullMarked;
