package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The driver's rules in the kernel, for one address family. Changes are made in the order in which
 * they were asked for, and those asked for at the same time by one {@code iptables-restore}. When a
 * change does not fit what is in the kernel, because somebody else flushed it, all of the driver's
 * chains are written anew.
 */
final class Firewall {

  private static final System.Logger LOG = System.getLogger(Firewall.class.getName());
  private static final List<String> TABLES = List.of("nat", "filter");

  /**
   * How long removals are gathered: the kernel waits for all its processors in each transaction
   * that removes something, ten times as long as one that only adds takes.
   */
  private static final long GATHER_MILLIS = 1000;

  private static final long AGAIN_MILLIS = 5000;

  private enum Kind {
    APPEND,
    INSERT,
    REMOVE
  }

  private record Change(Kind kind, List<Rule> rules, CompletableFuture<Boolean> done) {

    Change(Kind kind, List<Rule> rules) {
      this(kind, rules, new CompletableFuture<>());
    }

    List<String> lines(String table) {
      return rules.stream()
          .filter(rule -> rule.table().equals(table))
          .map(
              rule ->
                  switch (kind) {
                    case APPEND -> rule.append();
                    case INSERT -> rule.insert();
                    case REMOVE -> rule.delete();
                  })
          .toList();
    }
  }

  private record Removal(List<Rule> rules, Runnable after) {}

  private final Iptables iptables;
  private final Chains chains;
  private final Supplier<List<Rule>> desired;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Change> queue = new ConcurrentLinkedQueue<>();
  private final Queue<Removal> removals = new ConcurrentLinkedQueue<>();

  /** Whether the chains were there once, as far as this driver knows; guarded by the lock. */
  private boolean installed;

  /**
   * @param desired all rules there should be, in the order of their chains; includes a change
   *     before it is asked for here
   */
  Firewall(Iptables iptables, Chains chains, Supplier<List<Rule>> desired) {
    this.iptables = iptables;
    this.chains = chains;
    this.desired = desired;
  }

  Chains chains() {
    return chains;
  }

  /** Adds rules at the end of their chains; on return they are in force. */
  void append(List<Rule> rules) {
    change(new Change(Kind.APPEND, rules));
  }

  /** Adds rules that come before those that are in their chains; on return they are in force. */
  void insert(List<Rule> rules) {
    change(new Change(Kind.INSERT, rules));
  }

  /** Removes rules; on return they are gone. */
  void remove(List<Rule> rules) {
    change(new Change(Kind.REMOVE, rules));
  }

  /**
   * Removes rules soon.
   *
   * @param after is run when they are gone, or at once if there are none
   */
  void removeLater(List<Rule> rules, Runnable after) {
    if (rules.isEmpty()) {
      after.run();
      return;
    }
    removals.add(new Removal(rules, after));
    flushAfter(GATHER_MILLIS);
  }

  private void flushAfter(long millis) {
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Thread::startVirtualThread)
        .execute(this::flush);
  }

  /**
   * Removes now what was to be removed soon. What cannot be removed is kept and tried again: its
   * addresses stay taken, for the next who got them would get this one's traffic.
   *
   * @return whether anything was removed
   */
  boolean flush() {
    lock.lock();
    try {
      List<Removal> gone = new ArrayList<>();
      for (Removal r = removals.poll(); r != null; r = removals.poll()) {
        gone.add(r);
      }
      if (gone.isEmpty()) {
        return false;
      }
      List<Rule> rules = gone.stream().flatMap(r -> r.rules().stream()).toList();
      try {
        if (desired.get().stream().anyMatch(Set.copyOf(rules)::contains)) {
          rewrite();
        } else {
          carryOut(List.of(new Change(Kind.REMOVE, rules)));
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "Firewall rules could not be removed yet", e);
        removals.addAll(gone);
        flushAfter(AGAIN_MILLIS);
        return false;
      }
      gone.forEach(r -> r.after().run());
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void change(Change change) {
    if (change.rules().isEmpty()) {
      return;
    }
    queue.add(change);
    drain();
    try {
      change.done().join();
    } catch (CompletionException e) {
      throw new DriverException(
          DriverException.Kind.SYSTEM, "change the firewall: " + reason(e), e);
    }
  }

  private static String reason(CompletionException e) {
    Throwable cause = e.getCause();
    return String.valueOf((cause == null ? e : cause).getMessage());
  }

  /** Carries out what is waiting; whoever has the lock does it for all. */
  private void drain() {
    lock.lock();
    try {
      List<Change> batch = new ArrayList<>();
      for (Change c = queue.poll(); c != null; c = queue.poll()) {
        batch.add(c);
      }
      if (batch.isEmpty()) {
        return;
      }
      try {
        carryOut(batch);
        batch.forEach(c -> c.done().complete(true));
      } catch (IOException e) {
        batch.forEach(c -> c.done().completeExceptionally(e));
        LOG.log(System.Logger.Level.WARNING, "The firewall could not be changed", e);
      }
    } finally {
      lock.unlock();
    }
  }

  private void carryOut(List<Change> batch) throws IOException {
    if (installed) {
      try {
        iptables.restore(script(batch));
        return;
      } catch (IOException e) {
        LOG.log(System.Logger.Level.INFO, "Writing all firewall rules anew: {0}", e.getMessage());
      }
    }
    rewrite();
  }

  private static String script(List<Change> batch) {
    StringBuilder out = new StringBuilder();
    for (String table : TABLES) {
      List<String> lines = batch.stream().flatMap(c -> c.lines(table).stream()).toList();
      if (!lines.isEmpty()) {
        out.append('*').append(table).append('\n');
        lines.forEach(line -> out.append(line).append('\n'));
        out.append("COMMIT\n");
      }
    }
    return out.toString();
  }

  /**
   * Compares the kernel's rules with what should be and mends what differs.
   *
   * @return what was wrong, a sentence each; empty when all was right
   */
  List<String> repair() throws IOException {
    lock.lock();
    try {
      flush();
      return rewrite();
    } finally {
      lock.unlock();
    }
  }

  private List<String> rewrite() throws IOException {
    Map<String, Table> found = parse(iptables.save());
    List<Rule> wanted = new ArrayList<>(chains.base());
    wanted.addAll(desired.get());
    List<String> wrong = new ArrayList<>();
    StringBuilder out = new StringBuilder();
    for (String table : TABLES) {
      Table now = found.getOrDefault(table, new Table());
      List<String> lines = new ArrayList<>();
      rules(table, now, wanted, lines, wrong);
      hooks(table, now, lines, wrong);
      if (!lines.isEmpty()) {
        out.append('*').append(table).append('\n');
        lines.forEach(line -> out.append(line).append('\n'));
        out.append("COMMIT\n");
      }
    }
    if (!out.isEmpty()) {
      iptables.restore(out.toString());
    }
    installed = true;
    return wrong;
  }

  /**
   * A chain whose rules differ is emptied and filled again; declaring it in the script does the
   * one, and makes it where it is missing.
   */
  private void rules(
      String table, Table now, List<Rule> wanted, List<String> lines, List<String> wrong) {
    if (table.equals("filter") && !now.chains.containsKey(Chains.USER)) {
      lines.add(":" + Chains.USER + " - [0:0]");
    }
    List<String> fill = new ArrayList<>();
    for (String chain : chains.own(table)) {
      List<String> there = now.chains.get(chain);
      List<String> should =
          wanted.stream()
              .filter(r -> r.table().equals(table) && r.chain().equals(chain))
              .map(Rule::match)
              .toList();
      if (there == null || !same(there, should)) {
        lines.add(":" + chain + " - [0:0]");
        should.forEach(match -> fill.add("-A " + chain + " " + match));
        wrong.add(
            there == null
                ? "firewall chain %s/%s was missing".formatted(table, chain)
                : "firewall chain %s/%s had other rules than it should".formatted(table, chain));
      }
    }
    lines.addAll(fill);
  }

  private static boolean same(List<String> a, List<String> b) {
    String[] x = a.toArray(new String[0]);
    String[] y = b.toArray(new String[0]);
    Arrays.sort(x);
    Arrays.sort(y);
    return Arrays.equals(x, y);
  }

  /** The jumps stand before every rule of others that decides for itself. */
  private void hooks(String table, Table now, List<String> lines, List<String> wrong) {
    Set<String> broken = new HashSet<>();
    for (Rule hook : chains.hooks(table)) {
      List<String> there = now.chains.getOrDefault(hook.chain(), List.of());
      int place = there.indexOf(hook.match());
      boolean late =
          table.equals("filter")
              && there.subList(0, Math.max(place, 0)).stream().anyMatch(Firewall::decides);
      if (place < 0 || late) {
        broken.add(hook.chain());
      }
    }
    for (Rule hook : chains.hooks(table).reversed()) {
      if (broken.contains(hook.chain())) {
        List<String> there = now.chains.getOrDefault(hook.chain(), List.of());
        there.stream().filter(hook.match()::equals).forEach(m -> lines.add(hook.delete()));
        lines.add("-I " + hook.chain() + " 1 " + hook.match());
      }
    }
    broken.forEach(
        chain ->
            wrong.add(
                "the jump from %s/%s to this engine's rules was missing or too late"
                    .formatted(table, chain)));
  }

  private static boolean decides(String match) {
    return match.matches("(?:.* )?-j (?:ACCEPT|DROP|REJECT)(?: .*)?");
  }

  /**
   * Takes this engine's chains out of the kernel, if it has put any there. The administrator's
   * chain and the jump to it stay: they serve other engines too.
   */
  void uninstall() throws IOException {
    lock.lock();
    try {
      if (installed) {
        uninstall(iptables, chains);
        installed = false;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes an engine's chains out of the kernel, as far as they are there. */
  static void uninstall(Iptables iptables, Chains chains) throws IOException {
    Map<String, Table> found = parse(iptables.save());
    StringBuilder out = new StringBuilder();
    for (String table : TABLES) {
      Table now = found.getOrDefault(table, new Table());
      List<String> own = chains.own(table).stream().filter(now.chains::containsKey).toList();
      out.append('*').append(table).append('\n');
      for (Rule hook : chains.hooks(table)) {
        now.chains.getOrDefault(hook.chain(), List.of()).stream()
            .filter(match -> match.equals(hook.match()) && !match.endsWith(Chains.USER))
            .forEach(match -> out.append(hook.delete()).append('\n'));
      }
      own.forEach(chain -> out.append("-F ").append(chain).append('\n'));
      own.forEach(chain -> out.append("-X ").append(chain).append('\n'));
      out.append("COMMIT\n");
    }
    iptables.restore(out.toString());
  }

  /** The chains of a table, each with its rules without the leading {@code -A chain}. */
  private static final class Table {
    private final Map<String, List<String>> chains = new LinkedHashMap<>();
  }

  private static Map<String, Table> parse(String saved) {
    Map<String, Table> tables = new LinkedHashMap<>();
    Table current = new Table();
    for (String line : saved.split("\n")) {
      if (line.startsWith("*")) {
        current = tables.computeIfAbsent(line.substring(1), t -> new Table());
      } else if (line.startsWith(":")) {
        int space = line.indexOf(' ');
        current.chains.computeIfAbsent(
            line.substring(1, space < 0 ? line.length() : space), c -> new ArrayList<>());
      } else if (line.startsWith("-A ")) {
        int space = line.indexOf(' ', 3);
        if (space > 0) {
          current
              .chains
              .computeIfAbsent(line.substring(3, space), c -> new ArrayList<>())
              .add(line.substring(space + 1));
        }
      }
    }
    return tables;
  }
}
