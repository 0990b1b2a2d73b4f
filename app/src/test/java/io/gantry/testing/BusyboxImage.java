package io.gantry.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A small root file system of the host's static busybox (Debian: busybox-static). */
public final class BusyboxImage {

  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final List<String> APPLETS =
      List.of(
          "sh",
          "cat",
          "echo",
          "sleep",
          "true",
          "false",
          "ls",
          "id",
          "env",
          "pwd",
          "touch",
          "mkdir",
          "rm",
          "ln",
          "cp",
          "mv",
          "chmod",
          "chown",
          "stat",
          "grep",
          "sed",
          "awk",
          "head",
          "tail",
          "wc",
          "dd",
          "yes",
          "seq",
          "date",
          "kill",
          "ps",
          "mount",
          "umount",
          "ip",
          "ping",
          "nc",
          "wget",
          "httpd",
          "nslookup",
          "hostname",
          "stty",
          "tty",
          "sha256sum",
          "od",
          "test",
          "find",
          "tar",
          "readlink",
          "usleep",
          "sync",
          "trap",
          "unshare",
          "cut",
          "tr",
          "sort");

  private BusyboxImage() {}

  /** The tar of the file system. */
  public static byte[] rootfs() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String directory :
          List.of("bin/", "etc/", "tmp/", "root/", "var/", "proc/", "sys/", "dev/")) {
        TarArchiveEntry entry = new TarArchiveEntry(directory);
        entry.setMode(directory.equals("tmp/") ? 01777 : 0755);
        put(tar, entry, new byte[0]);
      }
      TarArchiveEntry program = new TarArchiveEntry("bin/busybox");
      program.setMode(0755);
      put(tar, program, Files.readAllBytes(BUSYBOX));
      for (String applet : APPLETS) {
        TarArchiveEntry link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
        link.setLinkName("busybox");
        put(tar, link, new byte[0]);
      }
      put(
          tar,
          file("etc/passwd"),
          "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
      put(tar, file("etc/group"), "root:x:0:\nnogroup:x:65534:\n");
    }
    return bytes.toByteArray();
  }

  private static TarArchiveEntry file(String name) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(0644);
    return entry;
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, String content)
      throws IOException {
    put(tar, entry, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content)
      throws IOException {
    if (!entry.isSymbolicLink()) {
      entry.setSize(content.length);
    }
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  static void importInto(EngineClient client) throws IOException {
    client
        .send(
            "POST",
            "/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sh%22%5D",
            "application/x-tar",
            rootfs())
        .expectOk();
  }
}
