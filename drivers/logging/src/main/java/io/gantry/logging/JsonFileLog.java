package io.gantry.logging;

import static io.gantry.logging.FileLogOptions.invalid;

import io.gantry.plugins.log.LogContext;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Docker's json-file log (moby {@code daemon/logger/jsonfilelog}): {@code
 * <directory>/<id>-json.log}, one file that grows without limit unless {@code max-size} is set.
 */
final class JsonFileLog implements FileLogKind {

  private static final Set<String> KNOWN =
      Set.of(
          "max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag");

  @Override
  public void validate(Map<String, String> options) {
    FileLogOptions.requireKnown(options, KNOWN, "json-file log driver");
  }

  @Override
  public FileLogOptions options(Map<String, String> options) {
    validate(options);
    long maxSize = Long.MAX_VALUE;
    if (options.containsKey("max-size")) {
      maxSize = HumanSize.parse(options.getOrDefault("max-size", ""));
      if (maxSize <= 0) {
        throw invalid("max-size must be a positive number");
      }
    }
    int maxFiles = FileLogOptions.parseInt(options.getOrDefault("max-file", "1"));
    if (maxFiles < 1) {
      throw invalid("max-file cannot be less than 1");
    }
    boolean compress = FileLogOptions.parseBoolean(options.getOrDefault("compress", "false"));
    if (compress && (maxFiles < 2 || maxSize == Long.MAX_VALUE)) {
      throw invalid("compress cannot be true when max-file is less than 2 or max-size is not set");
    }
    return new FileLogOptions(maxSize, maxFiles, compress);
  }

  @Override
  public LineEncoder encoder(LogContext context) {
    return new JsonLogEncoder(LogAttributes.of(context));
  }

  @Override
  public LineDecoder decoder() {
    return new JsonLogDecoder();
  }

  @Override
  public Path file(LogContext context) {
    return context.directory().resolve(context.id() + "-json.log");
  }

  @Override
  public boolean shown() {
    return true;
  }
}
