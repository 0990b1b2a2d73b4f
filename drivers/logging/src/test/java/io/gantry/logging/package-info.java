@org.jspecify.annotations.NullMarked
package io.gantry.logging;
