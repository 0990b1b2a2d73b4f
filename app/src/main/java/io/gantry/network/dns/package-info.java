/**
 * The resolver that containers of user-defined networks find at 127.0.0.11 (RFC 1035, the part of
 * it that is needed).
 */
@NullMarked
package io.gantry.network.dns;

import org.jspecify.annotations.NullMarked;
