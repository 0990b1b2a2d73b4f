package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.image.DistributionInfo;
import io.gantry.image.HistoryItem;
import io.gantry.image.Platform;
import io.gantry.image.Removal;
import io.gantry.image.SearchHit;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The smaller answers about images. */
public final class ImageReplies {

  private ImageReplies() {}

  /** A step of {@code GET /images/{name}/history}. */
  public record History(
      String comment,
      long created,
      String createdBy,
      String id,
      long size,
      @Nullable List<String> tags) {

    public static History of(HistoryItem item) {
      return new History(
          item.comment(),
          item.created().map(Instant::getEpochSecond).orElse(0L),
          item.createdBy(),
          item.id(),
          item.size(),
          item.tags().isEmpty() ? null : item.tags());
    }
  }

  /** One of what a removal did (API v1.51, definitions/ImageDeleteResponseItem). */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Removed(@Nullable String untagged, @Nullable String deleted) {

    public static Removed of(Removal removal) {
      return switch (removal) {
        case Removal.Untagged untagged -> new Removed(untagged.reference(), null);
        case Removal.Deleted deleted -> new Removed(null, deleted.id());
      };
    }
  }

  /** The answer of {@code POST /images/prune}. */
  public record Pruned(@Nullable List<Removed> imagesDeleted, long spaceReclaimed) {}

  /** A repository found by {@code GET /images/search}. */
  public record Found(
      @JsonProperty("star_count") long starCount,
      @JsonProperty("is_official") boolean isOfficial,
      @JsonProperty("name") String name,
      @JsonProperty("is_automated") boolean isAutomated,
      @JsonProperty("description") String description) {

    public static Found of(SearchHit hit) {
      return new Found(hit.stars(), hit.official(), hit.name(), false, hit.description());
    }
  }

  /** The answer of {@code GET /distribution/{name}/json}. */
  public record Distribution(Descriptor descriptor, List<PlatformView> platforms) {

    /** What the registry has. */
    public record Descriptor(
        @JsonProperty("mediaType") String mediaType,
        @JsonProperty("digest") String digest,
        @JsonProperty("size") long size) {}

    /** What it is for. */
    public record PlatformView(
        @JsonProperty("architecture") String architecture,
        @JsonProperty("os") String os,
        @JsonProperty("variant") @JsonInclude(JsonInclude.Include.NON_EMPTY) String variant) {

      static PlatformView of(Platform platform) {
        return new PlatformView(platform.architecture(), platform.os(), platform.variant());
      }
    }

    public static Distribution of(DistributionInfo info) {
      return new Distribution(
          new Descriptor(info.mediaType(), info.digest(), info.size()),
          info.platforms().stream().map(PlatformView::of).toList());
    }
  }
}
