package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.listen.Connection;
import io.gantry.api.stream.ValueStream;
import io.gantry.api.wire.ContainerRow;
import io.gantry.api.wire.CredentialsRequest;
import io.gantry.api.wire.DiskUsageView;
import io.gantry.api.wire.EventView;
import io.gantry.api.wire.ImageRow;
import io.gantry.api.wire.Replies;
import io.gantry.api.wire.VolumeView;
import io.gantry.container.index.Containers;
import io.gantry.error.EngineException;
import io.gantry.event.Event;
import io.gantry.event.EventFilter;
import io.gantry.event.EventJournal;
import io.gantry.event.EventStream;
import io.gantry.event.EventType;
import io.gantry.image.ImageService;
import io.gantry.image.ImageUsage;
import io.gantry.image.LoginResult;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/**
 * {@code /version}, {@code /info}, {@code /events}, {@code /system/df}, {@code /auth} (tag System).
 */
@Component
final class SystemController implements Controller {

  private static final Set<String> KINDS = Set.of("container", "image", "volume", "build-cache");
  private static final int VIRTUAL_SIZE_GONE = 44;

  /** Clients since 1.42 may ask for the usage of some kinds of objects only. */
  private static final int CHOSEN_KINDS = 42;

  /** Clients since 1.46 are told that an image was made. */
  private static final int IMAGE_CREATE = 46;

  private static final Duration UNTIL_SOMETHING_HAPPENS = Duration.ofDays(1);

  private final EngineViews engine;
  private final ContainerViews views;
  private final Containers containers;
  private final ImageService images;
  private final VolumeService volumes;
  private final EventJournal events;

  /** Clients that follow events now. */
  private final AtomicInteger listeners = new AtomicInteger();

  SystemController(
      EngineViews engine,
      ContainerViews views,
      Containers containers,
      ImageService images,
      VolumeService volumes,
      EventJournal events) {
    this.engine = engine;
    this.views = views;
    this.containers = containers;
    this.images = images;
    this.volumes = volumes;
    this.events = events;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .get("/version", exchange -> exchange.ok(engine.version()))
        .get("/info", exchange -> exchange.ok(engine.info(exchange.version(), listeners.get())))
        .get("/system/df", this::diskUsage)
        .post("/auth", this::auth)
        .post("/build/prune", SystemController::pruneCache)
        .stream("GET", "/events", this::events);
  }

  private void diskUsage(Exchange exchange) throws IOException {
    List<String> kinds =
        exchange.version().atLeast(CHOSEN_KINDS) ? exchange.query().all("type") : List.of();
    for (String kind : kinds) {
      if (!KINDS.contains(kind)) {
        throw EngineException.invalid("unknown object type: " + kind);
      }
    }
    boolean all = kinds.isEmpty();
    long layers = 0;
    List<ImageRow> imageRows = null;
    if (all || kinds.contains("image")) {
      ImageUsage usage = images.usage();
      boolean virtualSize = exchange.version().before(VIRTUAL_SIZE_GONE);
      layers = usage.layersSize();
      imageRows =
          usage.images().stream()
              .map(summary -> ImageRow.of(summary, virtualSize, ImageRow.None.NULL))
              .toList();
    }
    List<ContainerRow> containerRows =
        all || kinds.contains("container")
            ? views.rows(containers.all(), true, exchange.version())
            : null;
    List<VolumeView> volumeViews =
        all || kinds.contains("volume")
            ? volumes.usage().stream().map(VolumeView::of).toList()
            : null;
    exchange.ok(
        new DiskUsageView(
            layers,
            imageRows,
            containerRows,
            volumeViews,
            all || kinds.contains("build-cache") ? List.of() : null));
  }

  /** There is no build cache: nothing is pruned. */
  private static void pruneCache(Exchange exchange) throws IOException {
    exchange.ok(new Replies.CachePruned(null, 0));
  }

  private void auth(Exchange exchange) throws IOException {
    LoginResult result = images.checkAuth(credentials(exchange).config());
    exchange.ok(new Replies.LoggedIn(result.identityToken(), result.status()));
  }

  /** Here dockerd does not look at the content type, and calls a bad body its own fault. */
  private static CredentialsRequest credentials(Exchange exchange) throws IOException {
    try {
      return exchange.anyJson(CredentialsRequest.class);
    } catch (EngineException e) {
      String message = String.valueOf(e.getMessage()).replaceFirst("^invalid JSON: ", "");
      throw EngineException.system(message.startsWith("got EOF") ? "EOF" : message, e);
    }
  }

  private void events(Exchange exchange) throws Exception {
    Query query = exchange.query();
    OptionalLong since = UnixTime.nanos(query.text("since"));
    OptionalLong until = UnixTime.nanos(query.text("until"));
    if (since.isPresent() && until.isPresent() && since.getAsLong() > until.getAsLong()) {
      throw EngineException.invalid(
          "`since` time (%s) cannot be after `until` time (%s)"
              .formatted(query.text("since"), query.text("until")));
    }
    EventFilter filter = new EventFilter(query.filters().values());
    listeners.incrementAndGet();
    try (EventStream stream = events.subscribe(filter, since, until);
        Connection.Watch watch = exchange.connection().onDeparture(stream::close)) {
      ValueStream answer = new ValueStream(exchange);
      while (!stream.ended()) {
        for (Event event : stream.next(UNTIL_SOMETHING_HAPPENS)) {
          if (!isImageMade(event) || exchange.version().atLeast(IMAGE_CREATE)) {
            answer.write(EventView.of(event));
          }
        }
        answer.flush();
      }
    } finally {
      listeners.decrementAndGet();
    }
  }

  private static boolean isImageMade(Event event) {
    return event.type().equals(EventType.IMAGE.text()) && event.action().equals("create");
  }
}
