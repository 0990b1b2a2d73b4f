package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.stream.ProgressStream;
import io.gantry.image.ImageService;
import io.gantry.image.ImportRequest;
import io.gantry.image.Platform;
import io.gantry.image.Reference;
import io.gantry.registry.AuthConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** {@code /images}: images that come and go: pull, import, push, load, save (API v1.51). */
@Component
final class ImageTransfersController implements Controller {

  /** Clients since 1.32 may say which platform they want. */
  private static final int PLATFORM = 32;

  /** Clients since 1.46 may say the platform of what they push. */
  private static final int PUSHED_PLATFORM = 46;

  /** Clients since 1.48 may say the platform of what they save and load. */
  private static final int SAVED_PLATFORM = 48;

  private final ImageService images;

  ImageTransfersController(ImageService images) {
    this.images = images;
  }

  @Override
  public void routes(Routes routes) {
    routes.stream("POST", "/images/create", this::create).stream("POST", "/images/load", this::load)
        .stream("POST", "/images/{name}/push", this::push)
        .stream("GET", "/images/get", this::saveMany)
        .stream("GET", "/images/{name}/get", this::saveOne);
  }

  private void create(Exchange exchange) throws Exception {
    Query query = exchange.query();
    Optional<Platform> platform =
        exchange.version().atLeast(PLATFORM)
            ? query.given("platform").map(Platform::parse)
            : Optional.empty();
    if (query.given("fromImage").isPresent()) {
      pull(exchange, platform);
    } else {
      importTar(exchange, platform);
    }
  }

  private void pull(Exchange exchange, Optional<Platform> platform) throws Exception {
    Query query = exchange.query();
    Reference reference = Reference.parse(query.text("fromImage").strip());
    String tag = query.text("tag");
    if (!tag.isEmpty()) {
      reference = tag.contains(":") ? reference.withDigest(tag) : reference.withTag(tag);
    }
    Reference wanted = reference;
    AuthConfig credentials = Credentials.of(exchange);
    // a repository without tag and digest means all of its tags; the CLI always sends one
    boolean all = wanted.isNameOnly();
    ProgressStream.sendWhileThere(
        exchange, progress -> images.pull(wanted, all, platform, credentials, progress));
  }

  private void importTar(Exchange exchange, Optional<Platform> platform) throws Exception {
    Query query = exchange.query();
    String source = query.text("fromSrc");
    ImportRequest request =
        new ImportRequest(
            source,
            query.given("repo").map(repo -> Reference.target(repo, query.text("tag"))),
            query.text("message"),
            query.all("changes"),
            platform);
    ProgressStream.send(
        exchange,
        progress -> progress.status(images.importTar(request, exchange.body(), progress)));
  }

  private void load(Exchange exchange) throws Exception {
    boolean quiet = exchange.query().flag("quiet", true);
    Optional<Platform> platform = Platforms.only(exchange, SAVED_PLATFORM);
    ProgressStream.send(
        exchange, progress -> images.load(exchange.body(), platform, quiet, progress));
  }

  private void push(Exchange exchange) throws Exception {
    String tag = exchange.query().text("tag");
    Reference wanted =
        tag.isEmpty() ? Reference.parse(exchange.name()) : Reference.target(exchange.name(), tag);
    AuthConfig credentials = Credentials.of(exchange);
    Optional<Platform> platform = Platforms.one(exchange, PUSHED_PLATFORM);
    ProgressStream.sendWhileThere(
        exchange, progress -> images.push(wanted, platform, credentials, progress));
  }

  private void saveMany(Exchange exchange) throws IOException {
    save(exchange, exchange.query().all("names"));
  }

  private void saveOne(Exchange exchange) throws IOException {
    save(exchange, List.of(exchange.name()));
  }

  private void save(Exchange exchange, List<String> names) throws IOException {
    Optional<Platform> platform = Platforms.only(exchange, SAVED_PLATFORM);
    images.save(names, platform, exchange.bytes(200, "application/x-tar"));
  }
}
