package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of few fields. */
public final class Replies {

  private Replies() {}

  /** The id of what was made. */
  public record Id(String id) {}

  /** The answer of {@code POST /containers/create}. */
  public record Created(String id, List<String> warnings) {}

  /** The answer of {@code POST /networks/create}. */
  public record CreatedNetwork(String id, String warning) {}

  /** The answer of {@code POST /containers/{id}/update}. */
  public record Warnings(@Nullable List<String> warnings) {}

  /** The answer of {@code POST /containers/{id}/wait}. */
  public record Exit(
      int statusCode, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Failure error) {}

  /** Why a container could not be waited for. */
  public record Failure(String message) {}

  /** The answer of {@code GET /containers/{id}/top}. */
  public record Top(List<List<String>> processes, List<String> titles) {}

  /** A file that differs from the image: 0 modified, 1 added, 2 deleted. */
  public record Changed(String path, int kind) {}

  /** The answer of {@code POST /containers/prune}. */
  public record ContainersPruned(@Nullable List<String> containersDeleted, long spaceReclaimed) {}

  /** The answer of {@code POST /volumes/prune}. */
  public record VolumesPruned(@Nullable List<String> volumesDeleted, long spaceReclaimed) {}

  /** The answer of {@code POST /networks/prune}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record NetworksPruned(@Nullable List<String> networksDeleted) {}

  /** The answer of {@code POST /build/prune}. */
  public record CachePruned(@Nullable List<String> cachesDeleted, long spaceReclaimed) {}

  /** The answer of {@code POST /auth}. */
  public record LoggedIn(String identityToken, String status) {}
}
