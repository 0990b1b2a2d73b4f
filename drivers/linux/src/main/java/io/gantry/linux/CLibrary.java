package io.gantry.linux;

import com.sun.jna.Native;

/**
 * The C library, under the name the dynamic linker knows it by. For any other name JNA would run
 * {@code ldconfig} and search directories, in every process that starts.
 */
public final class CLibrary {

  private static final String NAME = "libc.so.6";
  private static final String SEARCHED = "jna.platform.library.path";

  static {
    if (System.getProperty(SEARCHED) == null) {
      System.setProperty(SEARCHED, "");
    }
  }

  private CLibrary() {}

  /** Binds the native methods of a class to the functions of the same names. */
  public static void bind(Class<?> functions) {
    Native.register(functions, NAME);
  }
}
