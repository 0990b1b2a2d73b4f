package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.wire.PathStatHeader;
import io.gantry.api.wire.Replies;
import io.gantry.container.ContainerFiles;
import io.gantry.container.record.ContainerConfig;
import io.gantry.error.EngineException;
import io.gantry.image.Reference;
import io.gantry.layers.Compression;
import io.gantry.plugins.storage.Change;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The files of containers: archive, export, changes, commit (API v1.51, tags Container, Image). */
@Component
final class ContainerFilesController implements Controller {

  private static final String STAT_HEADER = "X-Docker-Container-Path-Stat";

  private final ContainerFiles files;

  ContainerFilesController(ContainerFiles files) {
    this.files = files;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .head("/containers/{name}/archive", this::stat)
        .get("/containers/{name}/changes", this::changes)
        .stream("GET", "/containers/{name}/archive", this::archive)
        .stream("GET", "/containers/{name}/export", this::export)
        .stream("PUT", "/containers/{name}/archive", this::extract)
        .stream("POST", "/commit", this::commit);
  }

  private static String path(Exchange exchange) {
    return exchange
        .query()
        .given("path")
        .orElseThrow(() -> EngineException.invalid("bad parameter: pathcannot be empty"));
  }

  private void stat(Exchange exchange) throws IOException {
    String path = path(exchange);
    exchange
        .answerHeader(STAT_HEADER, PathStatHeader.of(files.stat(exchange.name(), path)))
        .status(200);
  }

  private void archive(Exchange exchange) throws IOException {
    files.archive(
        exchange.name(),
        path(exchange),
        stat ->
            exchange
                .answerHeader(STAT_HEADER, PathStatHeader.of(stat))
                .bytes(200, "application/x-tar"));
  }

  private void extract(Exchange exchange) throws IOException {
    Query query = exchange.query();
    String path = path(exchange);
    Compression.Detected body = Compression.detect(exchange.body());
    try (InputStream tar = body.compression().decompress(body.stream())) {
      files.extract(
          exchange.name(), path, tar, query.flag("noOverwriteDirNonDir"), query.flag("copyUIDGID"));
    }
    exchange.status(200);
  }

  private void export(Exchange exchange) throws IOException {
    files.export(exchange.name(), exchange.bytes(200, "application/octet-stream"));
  }

  private void changes(Exchange exchange) throws IOException {
    List<Change> changes = files.changes(exchange.name());
    List<Replies.Changed> answer =
        changes.stream()
            .map(change -> new Replies.Changed(change.path(), change.kind().ordinal()))
            .toList();
    exchange.ok(answer.isEmpty() ? null : answer);
  }

  private void commit(Exchange exchange) throws IOException {
    Query query = exchange.query();
    String container = query.text("container");
    if (container.isEmpty()) {
      throw EngineException.invalid("invalid name or ID supplied: \"\"");
    }
    Optional<Reference> target =
        query.given("repo").map(repo -> Reference.target(repo, query.text("tag")));
    Optional<ContainerConfig> override =
        exchange.bodyEmpty()
            ? Optional.empty()
            : Optional.ofNullable(exchange.json(ContainerConfig.class));
    String id =
        files.commit(
            container,
            target,
            query.text("author"),
            query.text("comment"),
            query.all("changes"),
            query.flag("pause", true),
            override);
    exchange.json(201, new Replies.Id(id));
  }
}
