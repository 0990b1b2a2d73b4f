package io.gantry.container.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.Container;
import io.gantry.container.record.MountPoint;
import io.gantry.container.record.State;
import io.gantry.container.spec.Spec;
import io.gantry.error.EngineException;
import io.gantry.image.ImageHolds;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.linux.mount.Propagation;
import io.gantry.store.RecordJson;
import io.gantry.volume.CreateVolume;
import io.gantry.volume.Volume;
import io.gantry.volume.VolumeFilter;
import io.gantry.volume.VolumeFixture;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mounts from the plan at create to what is ready at start, on the real kernel. */
class ContainerMountsTest {

  private static final ImageHolds NO_IMAGES =
      new ImageHolds(
          name -> {
            throw EngineException.notFound("No such image: " + name);
          },
          chain -> {
            throw EngineException.notFound("No such image: " + chain);
          });

  @TempDir Path directory;
  private VolumeFixture fixture;
  private MountPlanner planner;
  private ContainerMounts mounts;
  private Path rootfs;
  private final Map<String, Container> containers = new HashMap<>();

  @BeforeEach
  void open() throws Exception {
    fixture = new VolumeFixture(directory);
    fixture.volumes.load(Set.of(), Set.of());
    List<Path> roots = List.of(directory.resolve("data"), directory.resolve("run"));
    planner =
        new MountPlanner(
            fixture.volumes,
            name -> Optional.ofNullable(containers.get(name)),
            roots,
            directory.resolve("run/image-mounts"));
    mounts =
        new ContainerMounts(
            fixture.volumes,
            new ImageMounts(fixture.storage, directory.resolve("run/image-mounts")),
            roots,
            directory.resolve("run/subpaths"));
    rootfs = Files.createDirectories(directory.resolve("rootfs"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private MountPlan plan(String config, String hostConfig) {
    return planner.plan(Spec.ID, Spec.config(config), Spec.hostConfig(hostConfig), NO_IMAGES);
  }

  private static Container container(MountPlan plan, String hostConfig) {
    List<String> json = new ArrayList<>();
    plan.mounts().forEach(mount -> json.add(RecordJson.write(mount)));
    return Spec.container("{}", hostConfig, json.toArray(String[]::new));
  }

  private Container planned(String config, String hostConfig) {
    return container(plan(config, hostConfig), hostConfig).with(State.CREATED);
  }

  private List<String> volumes() {
    return fixture.volumes.list(VolumeFilter.NONE).stream().map(Volume::name).toList();
  }

  @Test
  void twoThatStartAtOnceFillOneVolume() throws Exception {
    List<String> names = IntStream.range(0, 300).mapToObj(i -> i % 7 + "/file" + i).toList();
    for (String name : names) {
      Path file = rootfs.resolve("data").resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int round = 0; round < 5; round++) {
        Container container = planned("{}", "{'binds':['vol%d:/data']}".formatted(round));
        CountDownLatch together = new CountDownLatch(6);
        Callable<List<Boolean>> start =
            () -> {
              together.countDown();
              together.await();
              Path data = mounts.prepare(container, rootfs).get("/data");
              return names.stream().map(data::resolve).map(Files::exists).toList();
            };
        for (Future<List<Boolean>> whole : threads.invokeAll(Collections.nCopies(6, start))) {
          assertThat(whole.get()).hasSize(names.size()).containsOnly(true);
        }
      }
    }
  }

  @Test
  void plan() {
    MountPlan plan =
        plan(
            "{'volumes':['/anon','/data','/tmp/deep/']}",
            "{'binds':['/etc:/b/below:ro','vol1:/data:nocopy','/var'],'tmpfs':{'/tmp/deep':''},'mounts':[{'type':'tmpfs','target':'/b'},{'type':'volume','source':'vol2','target':'/v','readOnly':true,'volumeOptions':{'labels':{'a':'b'}}}]}");
    assertThat(plan.mounts().stream().map(MountPoint::destination))
        .containsExactly("/anon", "/b", "/data", "/v", "/var", "/b/below");
    Map<String, MountPoint> by = new HashMap<>();
    plan.mounts().forEach(mount -> by.put(mount.destination(), mount));
    assertThat(by.get("/anon").name()).matches("[0-9a-f]{64}");
    assertThat(by.get("/anon").anonymous()).isTrue();
    assertThat(by.get("/anon").mode()).isEmpty();
    assertThat(by.get("/var").mode()).isEqualTo("z");
    assertThat(by.get("/var").anonymous()).isTrue();
    assertThat(by.get("/data").copyUp()).isFalse();
    assertThat(by.get("/data").mode()).isEqualTo("nocopy");
    assertThat(by.get("/v").readWrite()).isFalse();
    assertThat(by.get("/v").copyUp()).isTrue();
    assertThat(by.get("/b/below").propagation()).isEqualTo("rprivate");
    assertThat(by.get("/b/below").readWrite()).isFalse();
    assertThat(by.get("/b").type()).isEqualTo("tmpfs");
    assertThat(fixture.volumes.get("vol2").labels()).isEqualTo(Map.of("a", "b"));
    assertThat(plan.created()).hasSize(4).contains("vol1", "vol2");
    assertThat(volumes()).hasSize(4);
    assertThatThrownBy(() -> fixture.volumes.remove("vol1", false))
        .hasMessage("remove vol1: volume is in use - [" + Spec.ID + "]");
    planner.undo(Spec.ID, plan);
    assertThat(volumes()).isEmpty();
  }

  @Test
  void aVolumeThatWasThereSurvivesUndo() {
    fixture.volumes.create(CreateVolume.named("vol1"));
    MountPlan plan = plan("{}", "{'binds':['vol1:/x','vol2:/y']}");
    assertThat(plan.created()).containsExactly("vol2");
    planner.undo(Spec.ID, plan);
    assertThat(volumes()).containsExactly("vol1");
    fixture.volumes.remove("vol1", false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'binds':['vol9:/a','/a:/b','/c:/b/']}|Duplicate mount point: /b",
        "{'binds':['vol9:/a','/a:/b'],'tmpfs':{'/b':''}}|Duplicate mount point: /b",
        "{'binds':['vol9:/a','/a:/b'],'mounts':[{'type':'bind','source':'/etc','target':'/b'}]}|Duplicate"
            + " mount point: /b",
        "{'binds':['vol9:/a','a:/b']}|create a: volume name is too short, names should be at least"
            + " two alphanumeric characters",
        "{'volumeDriver':'nosuch','binds':['vol8:/x']}|create vol8: error looking up volume plugin"
            + " nosuch: plugin \"nosuch\" not found",
        "{'binds':['vol9:/a','/a:/b'],'hostChannel':{'pathOnHost':'/c','pathInContainer':'/x/../b'}}|Duplicate"
            + " mount point: /b",
        "{'tmpfs':{'/b':''},'hostChannel':{'pathOnHost':'/c','pathInContainer':'/b'}}|Duplicate"
            + " mount point: /b",
        "{'binds':['vol9:/a'],'mounts':[{'type':'volume','source':'vol8','target':'/b','volumeOptions':{'driverConfig':{'name':'local','options':{'foo':'x'}}}}]}|create"
            + " vol8: invalid option: \"foo\"",
        "{'volumesFrom':['']}|volumes-from specification cannot be an empty string",
        "{'volumesFrom':['nope:ro']}|No such container: nope",
        "{'volumesFrom':['donor:zz']}|invalid mode: zz",
        "{'volumesFrom':['donor:ro:x']}|invalid mode: ro:x",
        "{'volumesFrom':['donor:nocopy']}|invalid mode: nocopy",
        "{'volumesFrom':['donor:rshared']}|invalid mode: rshared",
        "{'volumesFrom':[':ro']}|invalid name or ID supplied: \"\"",
      })
  void refusedWithNothingLeft(String hostConfig, String message) {
    assertThatThrownBy(() -> plan("{}", hostConfig)).hasMessage(message);
    assertThat(volumes()).isEmpty();
  }

  @Test
  void volumesFrom() {
    Container donor = planned("{}", "{'binds':['vol1:/data','/etc:/host:ro','/usr:/usr2']}");
    containers.put("donor", donor);
    MountPlan plan =
        planner.plan(
            "other",
            Spec.config("{'volumes':['/data']}"),
            Spec.hostConfig("{'volumesFrom':['donor:ro'],'binds':['/var:/usr2']}"),
            NO_IMAGES);
    assertThat(plan.mounts()).hasSize(3).noneMatch(mount -> mount.copyUp());
    assertThat(plan.mounts().stream().filter(MountPoint::readWrite).map(MountPoint::source))
        .containsExactly("/var");
    assertThat(plan.created()).isEmpty();
    assertThatThrownBy(() -> fixture.volumes.remove("vol1", false)).hasMessageContaining("other");
  }

  @Test
  void bindsOfWhatTheEngineIsIn() {
    MountPlan plan =
        plan(
            "{}",
            "{'binds':['/:/host','" + directory.resolve("data/x") + ":/d','/etc:/e:rshared']}");
    assertThat(plan.mounts().stream().map(MountPoint::propagation))
        .containsExactly("rslave", "rshared", "rslave");
  }

  @Test
  void sourcesOfBinds() {
    Path made = directory.resolve("new/dir");
    Container container = planned("{}", "{'binds':['" + made + ":/m']}");
    assertThat(mounts.prepare(container, rootfs)).isEqualTo(Map.of("/m", made));
    assertThat(made).isDirectory();
    Path absent = directory.resolve("absent");
    Container other =
        planned("{}", "{'mounts':[{'type':'bind','source':'" + absent + "','target':'/m'}]}");
    assertThatThrownBy(() -> mounts.prepare(other, rootfs))
        .hasMessage(
            "invalid mount config for type \"bind\": bind source path does not exist: " + absent);
    assertThat(absent).doesNotExist();
  }

  @Test
  void copyUp() throws Exception {
    Path image = Files.createDirectories(rootfs.resolve("srv/data/sub"));
    Files.writeString(image.resolve("f"), "content");
    Files.createLink(image.resolve("g"), image.resolve("f"));
    Files.createSymbolicLink(image.resolve("out"), Path.of("/etc/shadow"));
    Files.setPosixFilePermissions(image.getParent(), PosixFilePermissions.fromString("rwxr-x---"));
    Files.setAttribute(image.getParent(), "unix:uid", 1234);
    Files.setAttribute(image.resolve("f"), "unix:gid", 4321);
    Files.setAttribute(image.resolve("f"), "unix:mode", 04755);
    Container container = planned("{}", "{'binds':['vol1:/srv/data','vol2:/srv/data2']}");
    Path data = mounts.prepare(container, rootfs).get("/srv/data");
    assertThat(Files.getAttribute(data, "unix:uid")).isEqualTo(1234);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwxr-x---");
    assertThat(Files.readString(data.resolve("sub/f"))).isEqualTo("content");
    assertThat(Files.getAttribute(data.resolve("sub/f"), "unix:gid")).isEqualTo(4321);
    assertThat((int) Files.getAttribute(data.resolve("sub/f"), "unix:mode") & 07777)
        .isEqualTo(04755);
    assertThat(Files.isSameFile(data.resolve("sub/f"), data.resolve("sub/g"))).isTrue();
    assertThat(Files.readSymbolicLink(data.resolve("sub/out"))).isEqualTo(Path.of("/etc/shadow"));
    Files.delete(data.resolve("sub/g"));
    mounts.release(container);
    mounts.prepare(container, rootfs);
    assertThat(data.resolve("sub/g")).as("only an empty volume is filled").doesNotExist();
  }

  @Test
  void whatIsDeletedFromAVolumeDoesNotComeBackWithTheNextStart() throws Exception {
    Files.writeString(Files.createDirectories(rootfs.resolve("spool")).resolve("f"), "content");
    Container container = planned("{}", "{'binds':['spool:/spool']}");
    Path data = mounts.prepare(container, rootfs).get("/spool");
    Files.delete(data.resolve("f"));
    mounts.release(container);
    Container again = container.with(State.CREATED.running(7, Instant.now()));
    mounts.prepare(again, rootfs);
    assertThat(data).isEmptyDirectory();
    mounts.release(again);
  }

  @Test
  void volumeKeepsTheOwnerOfItsOptionsOverAPlaceThatWasMadeForIt() throws Exception {
    fixture.volumes.create(
        new CreateVolume(
            "vol1",
            "local",
            Map.of("type", "tmpfs", "device", "tmpfs", "o", "uid=44"),
            null,
            Optional.empty()));
    Files.createDirectory(rootfs.resolve("v"));
    Container container = planned("{}", "{'binds':['vol1:/v']}");
    Path data = mounts.prepare(container, rootfs).get("/v");
    assertThat(Files.getAttribute(data, "unix:uid")).isEqualTo(44);
    mounts.release(container);
  }

  @Test
  void copyUpStaysInTheImage() throws Exception {
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "x");
    Files.createSymbolicLink(rootfs.resolve("abs"), outside);
    Files.createSymbolicLink(rootfs.resolve("rel"), Path.of("../outside"));
    Files.createDirectories(rootfs.resolve("real"));
    Files.writeString(rootfs.resolve("real/f"), "y");
    Files.createSymbolicLink(rootfs.resolve("in"), Path.of("/real"));
    Container container = planned("{}", "{'binds':['va:/abs','vr:/rel','vi:/in','vf:/real/f']}");
    Map<String, Path> ready = mounts.prepare(container, rootfs);
    assertThat(ready.get("/abs")).isEmptyDirectory();
    assertThat(ready.get("/rel")).isEmptyDirectory();
    assertThat(ready.get("/real/f")).isEmptyDirectory();
    assertThat(ready.get("/in").resolve("f")).exists();
  }

  @Test
  void holesStayHoles() throws Exception {
    Path image = Files.createDirectories(rootfs.resolve("d"));
    try (var file = new RandomAccessFile(image.resolve("sparse").toFile(), "rw")) {
      file.seek(50L << 20);
      file.write(7);
      file.setLength(100L << 20);
    }
    Container container = planned("{}", "{'binds':['vol1:/d']}");
    Path copy = mounts.prepare(container, rootfs).get("/d").resolve("sparse");
    assertThat(Files.size(copy)).isEqualTo(100L << 20);
    assertThat(Files.mismatch(copy, image.resolve("sparse"))).isEqualTo(-1);
    Process du = new ProcessBuilder("du", "-k", copy.toString()).start();
    String taken = new String(du.getInputStream().readAllBytes());
    assertThat(Integer.parseInt(taken.split("\\s")[0])).isLessThan(1024);
  }

  @Test
  void aPartOfAVolume() throws Exception {
    Container container =
        planned(
            "{}",
            "{'mounts':[{'type':'volume','source':'vol1','target':'/m','volumeOptions':{'subpath':'a/b','noCopy':true}}]}");
    assertThatThrownBy(() -> mounts.prepare(container, rootfs))
        .hasMessageContaining("no such file or directory");
    Path data = Path.of(fixture.volumes.get("vol1").mountpoint());
    Files.createDirectories(data.resolve("a/b/c"));
    Path ready = mounts.prepare(container, rootfs).get("/m");
    try {
      assertThat(ready.resolve("c")).isDirectory();
      assertThat(ready.startsWith(data)).isFalse();
    } finally {
      mounts.release(container);
    }
    assertThat(ready).doesNotExist();
    assertThat(data.resolve("a/b/c")).isDirectory();
    Files.delete(data.resolve("a/b/c"));
    Files.delete(data.resolve("a/b"));
    Files.createSymbolicLink(data.resolve("a/b"), Path.of("/etc"));
    assertThatThrownBy(() -> mounts.prepare(container, rootfs))
        .as("a link out of the volume leads nowhere")
        .hasMessageContaining("no such file or directory");
    mounts.release(container);
  }

  @Test
  void propagationNeedsASharedSource() throws Exception {
    Path source = Files.createDirectories(directory.resolve("source"));
    Mounts.bind(source, source);
    try {
      Mounts.setPropagation(source, Propagation.PRIVATE, false);
      Container shared = planned("{}", "{'binds':['" + source + ":/m:rshared']}");
      assertThatThrownBy(() -> mounts.prepare(shared, rootfs))
          .hasMessage("path %s is mounted on %s but it is not a shared mount", source, source);
      Container slave = planned("{}", "{'binds':['" + source + ":/m:slave']}");
      assertThatThrownBy(() -> mounts.prepare(slave, rootfs))
          .hasMessage(
              "path %s is mounted on %s but it is not a shared or slave mount", source, source);
      Mounts.setPropagation(source, Propagation.SHARED, false);
      assertThat(mounts.prepare(shared, rootfs)).containsKey("/m");
      assertThat(mounts.prepare(slave, rootfs)).containsKey("/m");
    } finally {
      Mounts.detach(source);
    }
  }

  @Test
  void foreign() {
    assertThat(mounts.foreign(planned("{}", "{'binds':['vol1:/x']}"))).isFalse();
    assertThat(mounts.foreign(planned("{}", "{'binds':['/etc:/x']}"))).isTrue();
    assertThat(
            mounts.foreign(planned("{}", "{'binds':['" + directory.resolve("data/y") + ":/x']}")))
        .isFalse();
  }

  /** That has been started before, and whose path on the host may lead through links. */
  private static Container channel(Path place) {
    return Spec.container(
            "{}",
            "{'hostChannel':{'pathOnHost':'" + place + "','pathInContainer':'/c','size':1048576}}")
        .with(State.CREATED.running(7, Instant.now()));
  }

  @Test
  void hostChannel() throws Exception {
    Path place = directory.resolve("channel");
    Container container = channel(place);
    try {
      mounts.prepare(container, rootfs);
      assertThat(Files.getFileStore(place).getTotalSpace()).isEqualTo(1048576);
      Files.writeString(place.resolve("f"), "kept");
      mounts.release(container);
      mounts.prepare(container, rootfs);
      assertThat(place.resolve("f")).hasContent("kept");
      assertThat(mounts.foreign(container)).isTrue();
    } finally {
      mounts.remove(container);
    }
    assertThat(place).doesNotExist();
    mounts.remove(container);
  }

  @Test
  void hostChannelBehindALink() throws Exception {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    Container container = channel(link.resolve("new/channel"));
    Path place = real.resolve("new/channel");
    try {
      mounts.prepare(container, rootfs);
      Files.writeString(place.resolve("f"), "kept");
      mounts.release(container);
      mounts.prepare(container, rootfs);
      assertThat(place.resolve("f")).hasContent("kept");
      assertThat(MountInfo.list())
          .filteredOn(m -> Path.of(m.mountPoint()).equals(place))
          .hasSize(1);
    } finally {
      mounts.remove(container);
    }
    assertThat(Mounts.isMountPoint(place)).isFalse();
    assertThat(place).doesNotExist();
  }

  /** The host was started anew: only the directory is there. */
  @Test
  void hostChannelAfterTheHostsStart() throws Exception {
    Path place = directory.resolve("channel");
    Container container = channel(place);
    mounts.prepare(container, rootfs);
    Mounts.detach(place);
    mounts.prepare(container, rootfs);
    assertThat(Mounts.isMountPoint(place)).isTrue();
    Mounts.detach(place);
    Path others = Files.writeString(place.resolve("others"), "stays");
    mounts.remove(container);
    assertThat(others).exists();
    Files.delete(others);
    mounts.remove(container);
    assertThat(place).doesNotExist();
  }

  @Test
  void hostChannelOfAStartThatFailed() throws Exception {
    Path place = directory.resolve("channel");
    Container container = channel(place).with(State.CREATED);
    mounts.prepareFiles(container, rootfs);
    assertThat(place).doesNotExist();
    mounts.prepare(container, rootfs);
    assertThat(Mounts.isMountPoint(place)).isTrue();
    mounts.release(container);
    assertThat(place).doesNotExist();
    Files.createDirectory(place);
    assertThatThrownBy(() -> mounts.prepare(container, rootfs))
        .hasMessage("Host path '" + place + "' already exists");
    mounts.remove(container);
    assertThat(place).as("never the container's").exists();
  }

  @Test
  void sharedMemory() throws Exception {
    SharedMemory memory = new SharedMemory(directory.resolve("run/shm"));
    Container owner = Spec.container("{}", "{'ipcMode':'shareable','shmSize':1048576}");
    Container guest = Spec.container("{}", "{'ipcMode':'container:x'}");
    Container alone = Spec.container("{}", "{'ipcMode':'private'}");
    Path place = memory.prepare(owner, Optional.empty()).orElseThrow();
    try {
      assertThat(Mounts.isMountPoint(place)).isTrue();
      assertThat(Files.getFileStore(place).getTotalSpace()).isEqualTo(1048576);
      assertThat(memory.prepare(owner, Optional.empty())).contains(place);
      assertThat(memory.prepare(guest, Optional.of(owner))).contains(place);
      assertThat(memory.prepare(alone, Optional.empty())).isEmpty();
      assertThatThrownBy(() -> memory.prepare(guest, Optional.of(alone)))
          .hasMessage(
              "failed to join IPC namespace: container %s: non-shareable IPC (hint: use"
                  + " IpcMode:shareable for the donor container)",
              Spec.ID);
    } finally {
      memory.release(owner.id());
    }
    assertThat(place).doesNotExist();
    memory.release(owner.id());
  }

  @Test
  void filesKeepTheirIdentity() throws Exception {
    Path etc = directory.resolve("etc");
    Map<String, Path> files = ManagedFiles.write(etc, "box", "127.0.0.1 localhost\n", "# none\n");
    assertThat(files.keySet()).containsExactly("/etc/hostname", "/etc/hosts", "/etc/resolv.conf");
    Object inode = Files.getAttribute(files.get("/etc/hosts"), "unix:ino");
    ManagedFiles.write(etc, "hosts", "x\n");
    assertThat(Files.getAttribute(files.get("/etc/hosts"), "unix:ino")).isEqualTo(inode);
    assertThat(files.get("/etc/hosts")).hasContent("x\n");
    assertThat(files.get("/etc/hostname")).hasContent("box\n");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(files.get("/etc/hosts"))))
        .isEqualTo("rw-r--r--");
  }
}
