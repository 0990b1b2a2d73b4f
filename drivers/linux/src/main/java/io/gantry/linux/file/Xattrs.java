package io.gantry.linux.file;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The extended attributes of one file; of a symbolic link: the link's own. Where the file system
 * has none there are none to read.
 */
public final class Xattrs {

  private static final int FIRST_TRY = 256;
  private static final int MAX = 64 * 1024;

  private final byte[] path;
  private final String shown;

  Xattrs(String path, String shown) {
    this.path = FileName.toC(path);
    this.shown = shown;
  }

  public List<String> names() throws ErrnoException {
    byte[] list = fetch(LibC::llistxattr);
    List<String> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < list.length; i++) {
      if (list[i] == 0) {
        names.add(FileName.fromBytes(list, start, i - start));
        start = i + 1;
      }
    }
    return names;
  }

  public Optional<byte[]> get(String name) throws ErrnoException {
    byte[] cName = FileName.toC(name);
    byte[] buffer = new byte[FIRST_TRY];
    long length = LibC.lgetxattr(path, cName, buffer, buffer.length);
    if (length < 0 && Native.getLastError() == Errno.ERANGE) {
      buffer = new byte[MAX];
      length = LibC.lgetxattr(path, cName, buffer, buffer.length);
    }
    if (length >= 0) {
      return Optional.of(Arrays.copyOf(buffer, (int) length));
    }
    int errno = Native.getLastError();
    if (errno == Errno.ENODATA || errno == Errno.EOPNOTSUPP) {
      return Optional.empty();
    }
    throw new ErrnoException("read attribute " + name + " of " + shown, errno);
  }

  public void set(String name, byte[] value) throws ErrnoException {
    if (LibC.lsetxattr(path, FileName.toC(name), value, value.length, 0) < 0) {
      throw ErrnoException.last("set attribute " + name + " of " + shown);
    }
  }

  public void remove(String name) throws ErrnoException {
    if (LibC.lremovexattr(path, FileName.toC(name)) < 0) {
      throw ErrnoException.last("remove attribute " + name + " of " + shown);
    }
  }

  private interface Fetch {
    long into(byte[] path, byte[] buffer, long size);
  }

  private byte[] fetch(Fetch call) throws ErrnoException {
    byte[] buffer = new byte[FIRST_TRY];
    long length = call.into(path, buffer, buffer.length);
    if (length < 0 && Native.getLastError() == Errno.ERANGE) {
      buffer = new byte[MAX];
      length = call.into(path, buffer, buffer.length);
    }
    if (length >= 0) {
      return Arrays.copyOf(buffer, (int) length);
    }
    if (Native.getLastError() == Errno.EOPNOTSUPP) {
      return new byte[0];
    }
    throw ErrnoException.last("list attributes of " + shown);
  }
}
