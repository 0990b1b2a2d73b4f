package io.gantry.linux.file;

/**
 * A name in a directory.
 *
 * @param type one of the types of {@link FileStat}; 0 when the file system does not tell
 */
public record DirectoryEntry(String name, int type, long inode) {}
