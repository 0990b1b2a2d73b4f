package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.Nulls;
import io.gantry.container.record.HostChannel;
import io.gantry.container.record.Mount;
import io.gantry.container.record.PortBinding;
import io.gantry.container.record.Resources;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;

/** How {@code HostConfig} is written (API v1.51, definitions/HostConfig). */
interface HostConfigShape {

  @JsonSetter(contentNulls = Nulls.AS_EMPTY)
  Map<String, List<PortBinding>> portBindings();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  List<Mount> mounts();

  @JsonSerialize(using = ConsoleSizeWriter.class)
  List<Integer> consoleSize();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  Map<String, String> annotations();

  @JsonDeserialize(using = StringOrList.class)
  List<String> capAdd();

  @JsonDeserialize(using = StringOrList.class)
  List<String> capDrop();

  @JsonSerialize(using = NullIfEmpty.class)
  List<String> links();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  Map<String, String> storageOpt();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  Map<String, String> tmpfs();

  @JsonProperty("UTSMode")
  String utsMode();

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  Map<String, String> sysctls();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable Boolean init();

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Nullable HostChannel hostChannel();

  @JsonUnwrapped
  @JsonDeserialize(using = Flat.OfResources.class)
  Resources resources();
}
