/**
 * Where clients come in: the engine's sockets, and Tomcat's connectors on them. Requests are served
 * on virtual threads; nothing here knows a resource of the API.
 */
@NullMarked
package io.gantry.api.listen;

import org.jspecify.annotations.NullMarked;
