/** Further processes in running containers (API v1.51, /exec). */
@NullMarked
package io.gantry.container.exec;

import org.jspecify.annotations.NullMarked;
