package io.gantry.logging;

import static io.gantry.logging.FileLogOptions.invalid;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The driver {@code local}: {@code <directory>/local-container.log}, in the form of {@link
 * LocalLine}. Options, their checks, texts and defaults are Docker's (moby {@code
 * daemon/logger/local}); unlike json-file it bounds a log without being told to, and keeps no
 * labels, variables or tag.
 */
final class LocalLog implements FileLogKind {

  private static final Set<String> KNOWN = Set.of("max-file", "max-size", "compress");
  private static final long DEFAULT_SIZE = 20L << 20;
  private static final int DEFAULT_FILES = 5;

  @Override
  public void validate(Map<String, String> options) {
    FileLogOptions.requireKnown(options, KNOWN, "log driver local");
  }

  @Override
  public FileLogOptions options(Map<String, String> options) {
    validate(options);
    int maxFiles = DEFAULT_FILES;
    if (options.containsKey("max-file")) {
      maxFiles = value(options, "max-file", FileLogOptions::parseInt);
    }
    long maxSize = DEFAULT_SIZE;
    if (options.containsKey("max-size")) {
      maxSize = value(options, "max-size", HumanSize::parse);
    }
    boolean compress = compress(options);
    if (maxFiles < 0) {
      throw invalid("max file count cannot be less than 0");
    }
    if (compress && maxFiles <= 1) {
      throw invalid("compression cannot be enabled when max file count is 1");
    }
    return new FileLogOptions(maxSize, Math.max(maxFiles, 1), compress);
  }

  private static <T> T value(
      Map<String, String> options, String option, Function<String, T> parser) {
    String text = options.getOrDefault(option, "");
    try {
      return parser.apply(text);
    } catch (DriverException e) {
      throw invalid("invalid value for " + option + ": " + text + ": " + e.getMessage());
    }
  }

  private static boolean compress(Map<String, String> options) {
    try {
      return FileLogOptions.parseBoolean(options.getOrDefault("compress", "true"));
    } catch (DriverException e) {
      throw invalid("error reading compress log option: " + e.getMessage());
    }
  }

  @Override
  public LineEncoder encoder(LogContext context) {
    return new LocalLine();
  }

  @Override
  public LineDecoder decoder() {
    return new LocalLine();
  }

  @Override
  public Path file(LogContext context) {
    return context.directory().resolve("local-container.log");
  }

  @Override
  public boolean shown() {
    return false;
  }
}
