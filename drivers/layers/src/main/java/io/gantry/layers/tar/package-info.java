/**
 * The tar format: reading from anybody ({@link io.gantry.layers.tar.TarReader}), writing what
 * everybody reads ({@link io.gantry.layers.tar.TarWriter}). Why not a library: extended attributes
 * and names are bytes, which the PAX parsers of the libraries at hand turn into text and lose; and
 * a hostile archive must meet limits before it meets memory.
 */
@NullMarked
package io.gantry.layers.tar;

import org.jspecify.annotations.NullMarked;
