package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.wire.ImageInspect;
import io.gantry.api.wire.ImageReplies;
import io.gantry.api.wire.ImageRow;
import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.ImageDetails;
import io.gantry.image.ImageQuery;
import io.gantry.image.ImageService;
import io.gantry.image.Platform;
import io.gantry.image.PruneReport;
import io.gantry.image.Removal;
import io.gantry.image.SearchHit;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** {@code /images} and {@code /distribution}: what is known of images (API v1.51, tag Image). */
@Component
final class ImagesController implements Controller {

  /** Clients before 1.41 may give the filter {@code reference} as a parameter of its own. */
  private static final int NO_FILTER = 41;

  /** Clients since 1.42 may ask for the shared sizes. */
  private static final int SHARED_SIZE = 42;

  /** Clients before 1.43 want a name for what has none. */
  private static final int NO_PLACEHOLDERS = 43;

  /** Clients before 1.44 look at the virtual size. */
  private static final int NO_VIRTUAL_SIZE = 44;

  /** Clients before 1.45 look at the container an image was committed from. */
  private static final int NO_CONTAINER = 45;

  /** Clients may say the platform an image must be for since 1.48, 1.49 and 1.50. */
  private static final int HISTORY_PLATFORM = 48;

  private static final int INSPECTED_PLATFORM = 49;
  private static final int REMOVED_PLATFORM = 50;

  /** Since this version an image's configuration is only what containers get of it. */
  private static final int OWN_CONFIG = 50;

  /** Clients since 1.51 are told how many containers use an image. */
  private static final int CONTAINERS = 51;

  private static final int MOST_HITS = 100;
  private static final int HITS = 25;

  private final ImageService images;

  ImagesController(ImageService images) {
    this.images = images;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .get("/images/json", this::list)
        .get("/images/search", this::search)
        .get("/images/{name}/json", this::inspect)
        .get("/images/{name}/history", this::history)
        .get("/distribution/{name}/json", this::distribution)
        .post("/images/prune", this::prune)
        .post("/images/{name}/tag", this::tag)
        .delete("/images/{name}", this::remove);
  }

  private void list(Exchange exchange) throws IOException {
    Query query = exchange.query();
    ApiVersion version = exchange.version();
    List<ImageRow> rows =
        images
            .list(
                new ImageQuery(
                    query.flag("all"),
                    filters(exchange),
                    query.flag("shared-size") && version.atLeast(SHARED_SIZE),
                    version.atLeast(CONTAINERS)))
            .stream()
            .map(
                summary ->
                    ImageRow.of(
                        summary,
                        version.before(NO_VIRTUAL_SIZE),
                        version.before(NO_PLACEHOLDERS)
                            ? ImageRow.None.PLACEHOLDER
                            : ImageRow.None.EMPTY))
            .toList();
    exchange.ok(rows);
  }

  private static Filters filters(Exchange exchange) {
    Filters filters = exchange.query().filters();
    return exchange.version().before(NO_FILTER)
        ? exchange
            .query()
            .given("filter")
            .map(pattern -> filters.and("reference", pattern))
            .orElse(filters)
        : filters;
  }

  private void inspect(Exchange exchange) throws IOException {
    ApiVersion version = exchange.version();
    Optional<Platform> platform = Platforms.one(exchange, INSPECTED_PLATFORM);
    if (platform.isPresent() && exchange.query().flag("manifests")) {
      throw EngineException.invalid(
          "conflicting options: manifests and platform options cannot both be set");
    }
    ImageDetails details = images.inspect(exchange.name(), platform);
    exchange.ok(
        ImageInspect.of(
            details,
            version.before(NO_VIRTUAL_SIZE),
            version.before(NO_CONTAINER),
            version.before(OWN_CONFIG) ? images.document(details.image()) : null));
  }

  private void history(Exchange exchange) throws IOException {
    Optional<Platform> platform = Platforms.one(exchange, HISTORY_PLATFORM);
    exchange.ok(
        images.history(exchange.name(), platform).stream().map(ImageReplies.History::of).toList());
  }

  private void tag(Exchange exchange) {
    images.tag(exchange.name(), exchange.query().text("repo"), exchange.query().text("tag"));
    exchange.status(201);
  }

  private void remove(Exchange exchange) throws IOException {
    Query query = exchange.query();
    Optional<Platform> platform = Platforms.ofMany(exchange, REMOVED_PLATFORM);
    List<Removal> removals =
        images.remove(exchange.name(), platform, query.flag("force"), !query.flag("noprune"));
    exchange.ok(removals.stream().map(ImageReplies.Removed::of).toList());
  }

  private void prune(Exchange exchange) throws IOException {
    PruneReport report = images.prune(exchange.query().filters());
    List<ImageReplies.Removed> removed =
        report.removals().stream().map(ImageReplies.Removed::of).toList();
    exchange.ok(
        new ImageReplies.Pruned(removed.isEmpty() ? null : removed, report.spaceReclaimed()));
  }

  private void search(Exchange exchange) throws IOException {
    Query query = exchange.query();
    List<SearchHit> hits =
        images.search(
            query.text("term"),
            limit(query.text("limit")),
            query.filters(),
            Credentials.of(exchange));
    exchange.ok(hits.stream().map(ImageReplies.Found::of).toList());
  }

  private static int limit(String text) {
    if (text.isEmpty()) {
      return HITS;
    }
    int limit;
    try {
      limit = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "invalid limit specified: strconv.Atoi: parsing \"" + text + "\": invalid syntax",
          e);
    }
    if (limit == 0) {
      return HITS;
    }
    if (limit < 0 || limit > MOST_HITS) {
      throw EngineException.invalid(
          "limit " + limit + " is outside the range of [1, " + MOST_HITS + "]");
    }
    return limit;
  }

  private void distribution(Exchange exchange) throws IOException {
    exchange.ok(
        ImageReplies.Distribution.of(
            images.distribution(exchange.name(), Credentials.of(exchange))));
  }
}
