package io.gantry.logging;

import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/** Which files of a log a query needs, and from where on. */
final class LogPlan {

  private final LogQuery query;
  private final LineDecoder decoder;

  LogPlan(LogQuery query, LineDecoder decoder) {
    this.query = query;
    this.decoder = decoder;
  }

  /**
   * Orders the files by age, the oldest first, and closes those the query has nothing in. The
   * youngest always stays: it may be followed.
   */
  Deque<LogPart> of(List<LogPart> youngestFirst) throws IOException {
    Deque<LogPart> needed = new ArrayDeque<>();
    if (query.tail().isPresent()) {
      addTail(youngestFirst, query.tail().getAsLong(), needed);
    } else {
      youngestFirst.forEach(needed::addFirst);
    }
    if (query.since().isPresent()) {
      beginAt(query.since().getAsLong(), needed);
    }
    return needed;
  }

  private void addTail(List<LogPart> youngestFirst, long lines, Deque<LogPart> needed)
      throws IOException {
    TailCounter counter = new TailCounter(lines);
    boolean complete = false;
    for (LogPart part : youngestFirst) {
      if (complete) {
        part.close();
        continue;
      }
      OptionalLong start = tail(part, counter);
      complete = start.isPresent();
      needed.addFirst(part.from(start.orElse(0)));
    }
  }

  private OptionalLong tail(LogPart part, TailCounter counter) throws IOException {
    return part.compressed()
        ? new GzipTail(decoder).find(part.channel(), counter)
        : search(part).tail(counter);
  }

  /** Drops what comes before the first record of a time or later. */
  private void beginAt(long time, Deque<LogPart> needed) throws IOException {
    OptionalLong start = OptionalLong.empty();
    while (start.isEmpty() && !needed.isEmpty()) {
      LogPart part = needed.removeFirst();
      start = since(part, time);
      if (start.isEmpty() && needed.isEmpty()) {
        start = OptionalLong.of(search(part).endOfLastLine());
      }
      if (start.isPresent()) {
        needed.addFirst(part.from(Math.max(part.start(), start.getAsLong())));
      } else {
        part.close();
      }
    }
  }

  private OptionalLong since(LogPart part, long time) throws IOException {
    if (part.compressed()) {
      long last = GzipFile.lastTime(part.channel());
      return last == LogTime.INVALID || last >= time ? OptionalLong.of(0) : OptionalLong.empty();
    }
    return search(part).since(time, part.steps());
  }

  private LogSearch search(LogPart part) {
    return new LogSearch(part.channel(), decoder, part.size());
  }
}
