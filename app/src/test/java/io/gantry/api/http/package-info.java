/** Tests on a real Tomcat and raw bytes. */
@NullMarked
package io.gantry.api.http;

import org.jspecify.annotations.NullMarked;
