/**
 * Waiting for file descriptors without a native thread each: one epoll thread wakes virtual
 * threads. Descriptors are counted, so that none is closed while a call uses it.
 */
@NullMarked
package io.gantry.linux.poll;

import org.jspecify.annotations.NullMarked;
