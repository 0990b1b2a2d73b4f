/**
 * Control groups of both versions (cgroups(7), Documentation/admin-guide/cgroup-v1 and
 * cgroup-v2.rst), as files.
 */
@NullMarked
package io.gantry.linux.cgroup;

import org.jspecify.annotations.NullMarked;
