package io.gantry.logging;

import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which files of a log a query needs, and from where on. Times are taken to grow from line to line.
 */
final class LogPlan {

  private final LogQuery query;
  private final JsonLogDecoder decoder;

  LogPlan(LogQuery query, JsonLogDecoder decoder) {
    this.query = query;
    this.decoder = decoder;
  }

  /**
   * Orders the files by age, the oldest first, and closes those the query has nothing in. The
   * youngest always stays: it may be followed.
   */
  Deque<LogPart> of(List<LogPart> youngestFirst) throws IOException {
    Deque<LogPart> needed = new ArrayDeque<>();
    TailCounter counter = new TailCounter(query.tail().orElse(0));
    boolean complete = false;
    for (LogPart part : youngestFirst) {
      if (complete || !needed.isEmpty() && endsBeforeSince(part)) {
        part.close();
        complete = true;
        continue;
      }
      OptionalLong tail = query.tail().isPresent() ? tail(part, counter) : OptionalLong.empty();
      complete = tail.isPresent();
      needed.addFirst(part.from(Math.max(tail.orElse(0), since(part))));
    }
    return needed;
  }

  private boolean endsBeforeSince(LogPart part) throws IOException {
    if (query.since().isEmpty()) {
      return false;
    }
    FileChannel file = part.channel();
    long last =
        part.compressed()
            ? GzipFile.lastTime(file)
            : new LogSearch(file, decoder).lastTime(file.size());
    return last != LogTime.INVALID && last < query.since().getAsLong();
  }

  private long since(LogPart part) throws IOException {
    if (query.since().isEmpty() || part.compressed()) {
      return 0;
    }
    FileChannel file = part.channel();
    return new LogSearch(file, decoder).before(query.since().getAsLong(), file.size());
  }

  private OptionalLong tail(LogPart part, TailCounter counter) throws IOException {
    FileChannel file = part.channel();
    if (part.compressed()) {
      return new GzipTail(decoder).find(file, query.until().orElse(Long.MAX_VALUE), counter);
    }
    LogSearch search = new LogSearch(file, decoder);
    long end = search.endOfLastLine(file.size());
    if (query.until().isPresent()) {
      end = search.after(query.until().getAsLong(), end);
    }
    return search.tail(end, counter);
  }
}
