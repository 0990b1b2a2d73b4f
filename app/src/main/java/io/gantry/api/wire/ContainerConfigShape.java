package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gantry.container.record.Healthcheck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;

/** How {@code Config} is written (API v1.51, definitions/ContainerConfig). */
interface ContainerConfigShape {

  @JsonDeserialize(using = KeySet.Reader.class)
  @JsonSerialize(using = KeySet.Writer.class)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  Set<String> exposedPorts();

  @JsonSerialize(using = NullIfEmpty.class)
  List<String> env();

  @JsonDeserialize(using = StringOrList.class)
  @Nullable List<String> cmd();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable Healthcheck healthcheck();

  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  boolean argsEscaped();

  @JsonDeserialize(using = KeySet.Reader.class)
  @JsonSerialize(using = KeySet.NullableWriter.class)
  Set<String> volumes();

  @JsonDeserialize(using = StringOrList.class)
  @Nullable List<String> entrypoint();

  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  boolean networkDisabled();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  String macAddress();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  String stopSignal();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable Integer stopTimeout();

  @JsonDeserialize(using = StringOrList.class)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Nullable List<String> shell();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  Map<String, String> annotations();
}
