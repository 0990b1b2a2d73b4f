package io.gantry.layers;

import io.gantry.layers.tar.TarEntry;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileTimes;
import java.io.IOException;
import java.util.Optional;

/** In what a layer's tree and the tree of somebody's container are written differently. */
interface TreePolicy {

  /** Whether a character device 0:0 in the tree is a whiteout of overlayfs. */
  boolean overlay();

  Owner owner(TarEntry entry);

  /** Whether a directory that is there loses the extended attributes its entry does not have. */
  boolean replacesXattrs();

  /** Whether nothing may be written in a directory that is there, nor its attributes be changed. */
  default boolean isTabu(Directory directory) throws ErrnoException {
    return false;
  }

  /** Whether a link to nothing, in the place of a parent, gets a directory to lead to. */
  default boolean makesWhatLinksName() {
    return false;
  }

  /** Throws when what is there must stay. */
  void mayReplace(TarEntry entry, FileStat there) throws IOException;

  /**
   * Gives a directory that no entry described its attributes.
   *
   * @return the times it shall have in the end
   */
  Optional<FileTimes> madeParent(String path, Directory made) throws IOException;

  /**
   * Attributes in the {@code trusted} name space steer overlayfs itself: an archive must not bring
   * them.
   */
  default boolean takes(String xattr) {
    return !xattr.startsWith("trusted.") && !xattr.startsWith("user.overlay.");
  }
}
