package io.gantry.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/**
 * What this program was built of. Written by the build; what it did not know is empty.
 *
 * @param version the release; {@code development} when it does not run from its jar
 * @param commit the full hash
 * @param time when the commit was made, RFC 3339
 */
public record Build(String version, String commit, String time) {

  private static final String FILE = "build.properties";

  /** Reads the file that lies beside this class. */
  public static Build read() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream(FILE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
    return new Build(
        Optional.ofNullable(Build.class.getPackage().getImplementationVersion())
            .orElse("development"),
        properties.getProperty("commit", ""),
        properties.getProperty("time", ""));
  }
}
