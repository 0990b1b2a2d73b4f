package io.gantry.logging;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The option {@code tag}: Go templates as far as they name a field of the container (moby {@code
 * daemon/logger/loggerutils/log_tag.go}).
 */
final class LogTag {

  private static final Pattern ACTION = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}");
  private static final int SHORT_ID = 12;
  private static final int SHORT_COMMAND = 20;

  private LogTag() {}

  static String expand(String template, LogContext context) {
    Matcher actions = ACTION.matcher(template);
    StringBuilder text = new StringBuilder();
    while (actions.find()) {
      actions.appendReplacement(
          text, Matcher.quoteReplacement(field(actions.group(1), actions.start(), context)));
    }
    int end = text.length();
    actions.appendTail(text);
    if (text.indexOf("{{", end) >= 0) {
      throw invalid("template: log-tag:1: unclosed action");
    }
    return text.toString();
  }

  private static String field(String name, int position, LogContext context) {
    return switch (name) {
      case ".ID" -> first(SHORT_ID, context.id());
      case ".FullID", ".ContainerID" -> context.id();
      case ".Name" -> context.name();
      case ".ContainerName" -> "/" + context.name();
      case ".ImageID" -> first(SHORT_ID, context.imageId());
      case ".ImageFullID", ".ContainerImageID" -> context.imageId();
      case ".ImageName", ".ContainerImageName" -> context.imageName();
      case ".Command" -> first(SHORT_COMMAND, String.join(" ", context.command()));
      case ".DaemonName" -> context.daemonName();
      default ->
          throw invalid(
              "template: log-tag:1:"
                  + (position + 2)
                  + ": executing \"log-tag\" at <"
                  + name
                  + ">: can't evaluate field "
                  + (name.startsWith(".") ? name.substring(1) : name)
                  + " in type *logger.Info");
    };
  }

  private static String first(int length, String text) {
    return text.substring(0, Math.min(length, text.length()));
  }

  private static DriverException invalid(String message) {
    return new DriverException(DriverException.Kind.INVALID, message);
  }
}
