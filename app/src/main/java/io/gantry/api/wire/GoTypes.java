package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Device;
import io.gantry.container.record.DeviceRequest;
import io.gantry.container.record.Healthcheck;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.LogConfig;
import io.gantry.container.record.Mount;
import io.gantry.container.record.PortBinding;
import io.gantry.container.record.Resources;
import io.gantry.container.record.RestartPolicy;
import io.gantry.container.record.ThrottleDevice;
import io.gantry.container.record.Ulimit;
import io.gantry.container.record.WeightDevice;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What dockerd calls the types of request fields: its errors name them, so ours do. Used only for
 * error messages.
 */
public final class GoTypes {

  /**
   * The type a value had to have.
   *
   * @param numeric whether numbers fit it, so that a number that does not is shown
   */
  public record Target(String type, boolean numeric) {}

  private static final Map<Class<?>, String> NAMES =
      Map.ofEntries(
          Map.entry(String.class, "string"),
          Map.entry(boolean.class, "bool"),
          Map.entry(Boolean.class, "bool"),
          Map.entry(int.class, "int"),
          Map.entry(Integer.class, "int"),
          Map.entry(long.class, "int64"),
          Map.entry(Long.class, "int64"),
          Map.entry(ContainerConfig.class, "container.Config"),
          Map.entry(HostConfig.class, "container.HostConfig"),
          Map.entry(Healthcheck.class, "v1.HealthcheckConfig"),
          Map.entry(RestartPolicy.class, "container.RestartPolicy"),
          Map.entry(LogConfig.class, "container.LogConfig"),
          Map.entry(PortBinding.class, "nat.PortBinding"),
          Map.entry(Device.class, "container.DeviceMapping"),
          Map.entry(DeviceRequest.class, "container.DeviceRequest"),
          Map.entry(Ulimit.class, "units.Ulimit"),
          Map.entry(WeightDevice.class, "blkiodev.WeightDevice"),
          Map.entry(ThrottleDevice.class, "blkiodev.ThrottleDevice"),
          Map.entry(Mount.class, "mount.Mount"),
          Map.entry(Mount.BindOptions.class, "mount.BindOptions"),
          Map.entry(Mount.VolumeOptions.class, "mount.VolumeOptions"),
          Map.entry(Mount.DriverConfig.class, "mount.Driver"),
          Map.entry(Mount.TmpfsOptions.class, "mount.TmpfsOptions"),
          Map.entry(Mount.ImageOptions.class, "mount.ImageOptions"));

  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("ContainerConfig.exposedPorts", "nat.PortSet"),
          Map.entry("ContainerConfig.volumes", "map[string]struct {}"),
          Map.entry("HostConfig.portBindings", "nat.PortMap"),
          Map.entry("HostConfig.networkMode", "container.NetworkMode"),
          Map.entry("HostConfig.ipcMode", "container.IpcMode"),
          Map.entry("HostConfig.pidMode", "container.PidMode"),
          Map.entry("HostConfig.utsMode", "container.UTSMode"),
          Map.entry("HostConfig.usernsMode", "container.UsernsMode"),
          Map.entry("HostConfig.cgroup", "container.CgroupSpec"),
          Map.entry("HostConfig.cgroupnsMode", "container.CgroupnsMode"),
          Map.entry("HostConfig.isolation", "container.Isolation"),
          Map.entry("HostConfig.consoleSize", "[2]uint"),
          Map.entry("RestartPolicy.name", "container.RestartPolicyMode"),
          Map.entry("Resources.blkioWeight", "uint16"),
          Map.entry("WeightDevice.weight", "uint16"),
          Map.entry("ThrottleDevice.rate", "uint64"),
          Map.entry("Healthcheck.interval", "time.Duration"),
          Map.entry("Healthcheck.timeout", "time.Duration"),
          Map.entry("Healthcheck.startPeriod", "time.Duration"),
          Map.entry("Healthcheck.startInterval", "time.Duration"),
          Map.entry("Mount.type", "mount.Type"),
          Map.entry("Mount.consistency", "mount.Consistency"),
          Map.entry("BindOptions.propagation", "mount.Propagation"),
          Map.entry("TmpfsOptions.mode", "fs.FileMode"),
          Map.entry("ExecRequest.consoleSize", "[2]uint"),
          Map.entry("Start.consoleSize", "[2]uint"),
          Map.entry("NetworkingConfig.endpointsConfig", "map[string]*network.EndpointSettings"));

  private static final Set<Class<?>> NUMBERS =
      Set.of(int.class, Integer.class, long.class, Long.class);

  private GoTypes() {}

  /** The struct at the root as dockerd's messages name it: without its package. */
  public static String root(Class<?> type) {
    GoName named = type.getAnnotation(GoName.class);
    if (named != null && named.unnamed()) {
      return "";
    }
    String name = name(type);
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** What the value at a path had to be. */
  public static Target target(Class<?> root, List<String> path) {
    Type type = root;
    String name = name(root);
    for (String step : path) {
      if (type instanceof Class<?> record && record.isRecord()) {
        RecordComponent component = component(record, step);
        if (component == null) {
          return new Target("string", false);
        }
        type = component.getGenericType();
        String field = component.getDeclaringRecord().getSimpleName() + "." + component.getName();
        name = FIELDS.getOrDefault(field, name(type));
      } else if (type instanceof ParameterizedType generic) {
        Type[] arguments = generic.getActualTypeArguments();
        boolean set = generic.getRawType() == Set.class;
        boolean size = name.equals("[2]uint");
        type = set ? Object.class : arguments[arguments.length - 1];
        name = set ? "struct {}" : size ? "uint" : name(type);
      } else {
        return new Target(name, false);
      }
    }
    return new Target(name, type instanceof Class<?> plain && NUMBERS.contains(plain));
  }

  /** The component a JSON name stands for, also inside components that are written flat. */
  private static @Nullable RecordComponent component(Class<?> record, String name) {
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.getName().equalsIgnoreCase(name)) {
        return component;
      }
    }
    for (RecordComponent component : record.getRecordComponents()) {
      boolean flat =
          component.getType() == Resources.class
              || component.getAccessor().isAnnotationPresent(JsonUnwrapped.class);
      RecordComponent inner = flat ? component(component.getType(), name) : null;
      if (inner != null) {
        return inner;
      }
    }
    return null;
  }

  private static String name(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      String element = name(arguments[arguments.length - 1]);
      return generic.getRawType() == Map.class ? "map[string]" + element : "[]" + element;
    }
    if (!(type instanceof Class<?> plain)) {
      return "string";
    }
    GoName named = plain.getAnnotation(GoName.class);
    return named != null ? named.value() : NAMES.getOrDefault(plain, plain.getSimpleName());
  }
}
