package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.Container;
import io.gantry.container.record.Resources;
import io.gantry.container.record.RestartPolicy;
import io.gantry.error.EngineException;
import io.gantry.store.RecordJson;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers are those of dockerd 28.5 on a host like {@link Spec#HOST}, except where a comment says
 * why not.
 */
class HostChecksTest {

  private final HostChecks checks =
      new HostChecks(Spec.HOST, Spec.SUPPORT, List.of("crun", "runc"), () -> Spec.MEMORY);

  private Checked check(String config, String hostConfig) {
    return checks.check(Spec.config(config), Spec.hostConfig(hostConfig));
  }

  private static Resources resources(String json) {
    return RecordJson.read(json.replace('\'', '"'), Resources.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'memory':1|Minimum memory limit allowed is 6MB",
        "'memory':6291455|Minimum memory limit allowed is 6MB",
        "'memory':-1|Minimum memory limit allowed is 6MB",
        "'memorySwap':67108864|You should always set the Memory limit when using Memoryswap limit,"
            + " see usage",
        "'memory':67108864,'memorySwap':33554432|Minimum memoryswap limit should be larger than"
            + " memory limit, see usage",
        "'memoryReservation':4194304|Minimum memory reservation allowed is 6MB",
        "'memory':67108864,'memoryReservation':68157440|Minimum memory limit can not be less than"
            + " memory reservation limit, see usage",
        "'memorySwappiness':101|Invalid value: 101, valid memory swappiness range is 0-100",
        "'memorySwappiness':-2|Invalid value: -2, valid memory swappiness range is 0-100",
        "'nanoCpus':500000000,'cpuQuota':1000|Conflicting options: Nano CPUs and CPU Quota cannot"
            + " both be set",
        "'nanoCpus':500000000,'cpuPeriod':1000|Conflicting options: Nano CPUs and CPU Period cannot"
            + " both be set",
        "'nanoCpus':3000000000|range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs"
            + " available",
        "'nanoCpus':-1|range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
        "'cpuShares':-1|invalid CPU shares (-1): value must be a positive integer",
        "'cpuPeriod':999|CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s"
            + " (i.e. 1000000)",
        "'cpuPeriod':-1|CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e."
            + " 1000000)",
        "'cpuQuota':999|CPU cfs quota can not be less than 1ms (i.e. 1000)",
        "'cpusetCpus':'5'|Requested CPUs are not available - requested 5, available: 0-1",
        "'cpusetCpus':'0-1,9'|Requested CPUs are not available - requested 0-1,9, available: 0-1",
        "'cpusetCpus':'a'|Invalid value a for cpuset cpus: invalid format: a",
        "'cpusetCpus':'1-0'|Invalid value 1-0 for cpuset cpus: invalid format: 1-0",
        "'cpusetCpus':'0,,1'|Invalid value 0,,1 for cpuset cpus: invalid format: 0,,1",
        "'cpusetCpus':'99999999'|Invalid value 99999999 for cpuset cpus: value of out range,"
            + " maximum is 8192",
        "'cpusetMems':'3'|Requested memory nodes are not available - requested 3, available: 0",
        "'cpusetMems':'x'|Invalid value x for cpuset mems: invalid format: x",
        "'cpuRealtimeRuntime':2000,'cpuRealtimePeriod':1000|cpu real-time runtime cannot be higher"
            + " than cpu real-time period",
        "'ioMaximumIOps':10|invalid option: QoS maximum IOPs configuration is not supported on"
            + " linux",
      })
  void limitsRefused(String limits, String message) {
    assertThatThrownBy(() -> check("{}", "{'resources':{" + limits + "}}"))
        .hasMessage(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'memory':6291456",
        "'memorySwap':-1",
        "'memory':67108864,'memorySwap':-1",
        "'memorySwappiness':-1",
        "'pidsLimit':-5",
        "'nanoCpus':1",
        "'cpuShares':1",
        "'cpuQuota':-1",
        "'cpusetCpus':'0-1','cpusetMems':'+0'",
        "'cpuRealtimePeriod':1000",
        "'kernelMemory':1048576",
      })
  void limitsAccepted(String limits) {
    assertThat(check("{}", "{'resources':{" + limits + "}}").warnings()).isEmpty();
  }

  @Test
  void swapFollowsMemory() {
    assertThat(
            check("{}", "{'resources':{'memory':67108864}}").hostConfig().resources().memorySwap())
        .isEqualTo(134217728);
  }

  @Test
  void anyNumberBelowOneIsNoLimitOfProcesses() {
    assertThat(check("{}", "{'resources':{'pidsLimit':-1}}").hostConfig().resources().pidsLimit())
        .isNull();
    Container container = Spec.container("{}", "{'resources':{'pidsLimit':5}}");
    CheckedUpdate update =
        checks.checkUpdate(container, resources("{'pidsLimit':-1}"), Optional.empty());
    assertThat(update.hostConfig().resources().pidsLimit()).isZero();
    assertThat(update.change().pidsLimit()).hasValue(-1);
  }

  @Test
  void whatTheKernelLacksIsDroppedWithAWarning() {
    Checked checked =
        check(
            "{}",
            "{'resources':{'blkioWeight':100,'blkioWeightDevice':[{'path':'/dev/vda','weight':100}]}}");
    assertThat(checked.warnings())
        .containsExactly(
            "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight"
                + " discarded.",
            "Your kernel does not support Block I/O weight_device or the cgroup is not mounted."
                + " Weight-device discarded.");
    assertThat(checked.hostConfig().resources().blkioWeight()).isZero();
    assertThat(checked.hostConfig().resources().blkioWeightDevice()).isEmpty();
  }

  @Test
  void aKernelWithoutLimits() {
    HostChecks poor =
        new HostChecks(Spec.HOST, Spec.support(false, "", ""), List.of(), () -> Spec.MEMORY);
    Checked checked =
        poor.check(
            Spec.config("{}"),
            Spec.hostConfig(
                "{'resources':{'memory':67108864,'memoryReservation':8388608,'cpuShares':5,'cpuQuota':5000,'pidsLimit':5,'oomKillDisable':true,'memorySwappiness':5,'kernelMemoryTCP':4096,'cpusetCpus':'0','blkioDeviceReadBps':[{'path':'/dev/x','rate':1}]}}"));
    assertThat(checked.warnings())
        .containsExactly(
            "Your kernel does not support memory limit capabilities or the cgroup is not mounted."
                + " Limitation discarded.",
            "Your kernel does not support memory swappiness capabilities or the cgroup is not"
                + " mounted. Memory swappiness discarded.",
            "Your kernel does not support memory soft limit capabilities or the cgroup is not"
                + " mounted. Limitation discarded.",
            "Your kernel does not support kernel memory TCP limit capabilities or the cgroup is not"
                + " mounted. Limitation discarded.",
            "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
            "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted."
                + " PIDs limit discarded.",
            "Your kernel does not support CPU shares or the cgroup is not mounted. Shares"
                + " discarded.",
            "Your kernel does not support CPU CFS scheduler or the cgroup is not mounted. CPU"
                + " period/quota discarded.",
            "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
            "Your kernel does not support BPS Block I/O read limit or the cgroup is not mounted."
                + " Block I/O BPS read limit discarded.");
    Resources left = checked.hostConfig().resources();
    assertThat(left.memory()).isZero();
    assertThat(left.kernelMemoryTCP()).isNull();
    assertThat(left.cpusetCpus()).isEmpty();
    assertThat(left.pidsLimit()).isNull();
    assertThat(left.blkioDeviceReadBps()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|{'oomScoreAdj':1001}|Invalid value 1001, range for oom score adj is [-1000, 1000]",
        "{}|{'shmSize':-1}|SHM size can not be less than 0",
        "{}|{'restartPolicy':{'name':'foo'}}|invalid restart policy: unknown policy 'foo'; use one"
            + " of 'no', 'always', 'on-failure', or 'unless-stopped'",
        "{}|{'restartPolicy':{'name':'always','maximumRetryCount':3}}|invalid restart policy:"
            + " maximum retry count can only be used with 'on-failure'",
        "{}|{'restartPolicy':{'name':'on-failure','maximumRetryCount':-3}}|invalid restart policy:"
            + " maximum retry count cannot be negative",
        "{}|{'restartPolicy':{'name':'unless-stopped','maximumRetryCount':-1}}|invalid restart"
            + " policy: maximum retry count can only be used with 'on-failure' and cannot be"
            + " negative",
        "{}|{'restartPolicy':{'name':'always'},'autoRemove':true}|can't create 'AutoRemove'"
            + " container with restart policy",
        "{}|{'networkMode':'host','links':['a:b']}|conflicting options: host type networking can't"
            + " be used with links. This would result in undefined behavior",
        "{'hostname':'x'}|{'utsMode':'host'}|conflicting options: hostname and the UTS mode",
        "{'hostname':'x'}|{'networkMode':'container:a'}|conflicting options: hostname and the"
            + " network mode",
        "{}|{'networkMode':'container:a','links':['a:b']}|conflicting options: container type"
            + " network can't be used with links. This would result in undefined behavior",
        "{}|{'networkMode':'container:a','dns':['1.1.1.1']}|conflicting options: dns and the"
            + " network mode",
        "{}|{'networkMode':'container:a','extraHosts':['a:1.1.1.1']}|conflicting options: custom"
            + " host-to-IP mapping and the network mode",
        "{}|{'networkMode':'container:a','portBindings':{'80/tcp':[]}}|conflicting options: port"
            + " publishing and the container type network mode",
        "{}|{'networkMode':'container:a','publishAllPorts':true}|conflicting options: port"
            + " publishing and the container type network mode",
        "{'exposedPorts':['80/tcp']}|{'networkMode':'container:a'}|conflicting options: port"
            + " exposing and the container type network mode",
        "{}|{'pidMode':'foo'}|invalid PID mode: foo",
        "{}|{'pidMode':'container:'}|invalid PID mode: container:",
        "{}|{'ipcMode':'foo'}|invalid IPC mode: foo",
        "{}|{'utsMode':'private'}|invalid UTS mode: private",
        "{}|{'cgroupnsMode':'foo'}|invalid cgroup namespace mode: foo",
        "{}|{'isolation':'hyperv'}|invalid isolation (hyperv): linux only supports 'default'",
        "{}|{'runtime':'nosuch'}|unknown or invalid runtime name: nosuch",
        "{}|{'capAdd':['FOO']}|invalid CapAdd: unknown capability: \"CAP_FOO\"",
        "{}|{'capDrop':['SYS_RESOURCE']}|invalid CapDrop: capability not supported by your kernel"
            + " or not available in the current environment: \"CAP_SYS_RESOURCE\"",
        "{}|{'annotations':{'':'x'}}|invalid Annotations: the empty string is not permitted as an"
            + " annotation key",
        "{}|{'annotations':{'native.umask':'x'}}|native.umask option x not supported",
        "{'annotations':{'native.umask':'y'}}|{}|native.umask option y not supported",
        "{}|{'extraHosts':['foo']}|bad format for add-host: \"foo\"",
        "{}|{'extraHosts':[':1.1.1.1']}|bad format for add-host: \":1.1.1.1\"",
        "{}|{'extraHosts':['foo=1.1.1.1']}|bad format for add-host: \"foo=1.1.1.1\"",
        "{}|{'extraHosts':['foo:bar']}|invalid IP address in add-host: \"bar\"",
        "{}|{'extraHosts':['foo:1.1.1']}|invalid IP address in add-host: \"1.1.1\"",
        "{}|{'portBindings':{'foo':[]}}|invalid port specification: \"foo\"",
        "{}|{'portBindings':{'99999/tcp':[]}}|invalid port specification: \"99999\"",
        "{}|{'portBindings':{'80-81/tcp':[]}}|invalid port specification: \"80-81\"",
        "{}|{'portBindings':{'80/tcp':[{'hostPort':'foo'}]}}|invalid port specification: \"foo\"",
        "{}|{'portBindings':{'80/tcp':[{'hostPort':'99999'}]}}|invalid port specification:"
            + " \"99999\"",
        "{}|{'tmpfs':{'x':''}}|invalid mount path: 'x' mount path must be absolute",
        "{}|{'tmpfs':{'/':''}}|invalid specification: destination can't be '/'",
        "{}|{'mounts':[{'type':'foo','target':'/x'}]}|invalid mount config for type \"foo\": mount"
            + " type unknown",
        "{}|{'hostChannel':{'pathOnHost':'x','pathInContainer':'/y'}}|Host channel host path should"
            + " be absolute: x",
        "{}|{'hostChannel':{'pathOnHost':'/x','pathInContainer':'y'}}|Host channel container path"
            + " should be absolute: y",
        "{}|{'hostChannel':{'pathOnHost':'/x','pathInContainer':'/y','permissions':'z'}}|Invalid"
            + " mount mode for host channel: z",
        "{}|{'hostChannel':{'pathOnHost':'/x','pathInContainer':'/y','size':4095}}|Invalid size,"
            + " larger than 4KB is allowed",
        "{}|{'hostChannel':{'pathOnHost':'/x','pathInContainer':'/y','size':3000000000}}|Required"
            + " host channel size 3000000000 is larger than half of total memory 4294967296",
        "{}|{'hostChannel':{'pathOnHost':'/x','pathInContainer':'/y','size':1500000000}}|Required"
            + " host channel size 1500000000 is larger than available memory 1073741824",
        "{}|{'hostChannel':{'pathOnHost':'/x','pathInContainer':'/y/..'}}|invalid specification:"
            + " destination can't be '/'",
        "{}|{'hostChannel':{'pathOnHost':'/etc','pathInContainer':'/y'}}|Host path '/etc' already"
            + " exists",
        "{'workingDir':'rel'}|{}|the working directory 'rel' is invalid, it needs to be an absolute"
            + " path",
        "{'stopSignal':'FOO'}|{}|invalid signal: FOO",
        "{'stopSignal':'0'}|{}|invalid signal: 0",
        "{'env':['=b']}|{}|invalid environment variable: =b",
        "{'healthcheck':{'test':['CMD','x'],'interval':1}}|{}|Interval in Healthcheck cannot be"
            + " less than 1ms",
        "{'healthcheck':{'test':['CMD','x'],'timeout':-1}}|{}|Timeout in Healthcheck cannot be less"
            + " than 1ms",
        "{'healthcheck':{'test':['CMD','x'],'startPeriod':5}}|{}|StartPeriod in Healthcheck cannot"
            + " be less than 1ms",
        "{'healthcheck':{'test':['CMD','x'],'startInterval':5}}|{}|StartInterval in Healthcheck"
            + " cannot be less than 1ms",
        "{'healthcheck':{'test':['CMD','x'],'retries':-1}}|{}|Retries in Healthcheck cannot be"
            + " negative",
      })
  void refused(String config, String hostConfig, String message) {
    assertThatThrownBy(() -> check(config, hostConfig))
        .hasMessage(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.INVALID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'links':['']}|empty string specified for links",
        "{'links':['a:b:c']}|bad format for links: a:b:c",
        "{'securityOpt':['foo']}|invalid --security-opt 1: \"foo\"",
        "{'securityOpt':['']}|invalid --security-opt 1: \"\"",
        "{'securityOpt':['foo=bar']}|invalid --security-opt 2: \"foo=bar\"",
        "{'securityOpt':['systempaths=unconfined']}|invalid --security-opt 2:"
            + " \"systempaths=unconfined\"",
        "{'securityOpt':['no-new-privileges=foo']}|invalid --security-opt 2:"
            + " \"no-new-privileges=foo\"",
      })
  void refusedAsTheEnginesFault(String hostConfig, String message) {
    assertThatThrownBy(() -> check("{}", hostConfig))
        .hasMessage(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.SYSTEM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'hostname':'x'}|{'networkMode':'host'}",
        "{'domainname':'x'}|{'networkMode':'container:a'}",
        "{}|{'networkMode':'none','links':['a:b']}",
        "{}|{'ipcMode':'container:'}",
        "{}|{'usernsMode':'foo'}",
        "{}|{'securityOpt':['no-new-privileges','label=disable','apparmor=x','seccomp=unconfined','writable-cgroups=false']}",
        "{}|{'portBindings':{'80':[{'hostPort':'9000-9005'}],'/tcp':[]}}",
        "{}|{'extraHosts':['a:::1','b:host-gateway']}",
        "{'stopSignal':'RTMIN+3'}|{}",
        "{'stopSignal':'usr1'}|{}",
        "{'env':['A',' ']}|{}",
        "{'healthcheck':{'test':['FOO'],'interval':1000000}}|{}",
      })
  void accepted(String config, String hostConfig) {
    assertThat(check(config, hostConfig).warnings()).isEmpty();
  }

  @Test
  void refusedWithOtherCharacters() {
    assertThatThrownBy(() -> check("{}", "{'networkMode':'container:'}"))
        .hasMessage("invalid network mode: invalid container format container:<name|id>");
    assertThatThrownBy(() -> check("{'env':['']}", "{}"))
        .hasMessage("invalid environment variable: ");
  }

  @Test
  void warnings() {
    assertThat(check("{}", "{'networkMode':'host','portBindings':{'80/tcp':[]}}").warnings())
        .containsExactly("Published ports are discarded when using host network mode");
    assertThat(check("{}", "{'resources':{'oomKillDisable':true,'cpuPercent':10}}").warnings())
        .containsExactly(
            "OOM killer is disabled for the container, but no memory limit is set, this can result"
                + " in the system running out of resources.",
            "linux does not support CPU percent. Percent discarded.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|'memory':67108864|Memory limit should be smaller than already set memoryswap limit,"
            + " update the memoryswap at the same time",
        "{'memory':67108864,'memorySwap':134217728}|'memory':209715200|Memory limit should be"
            + " smaller than already set memoryswap limit, update the memoryswap at the same time",
        "{'nanoCpus':1000000000}|'cpuQuota':20000|Conflicting options: CPU Quota cannot be updated"
            + " as NanoCPUs has already been set",
        "{'cpuQuota':20000}|'nanoCpus':1000000000|Conflicting options: Nano CPUs cannot be updated"
            + " as CPU Quota has already been set",
        "{'cpuPeriod':20000}|'nanoCpus':1000000000|Conflicting options: Nano CPUs cannot be updated"
            + " as CPU Period has already been set",
      })
  void updatesInConflict(String now, String change, String message) {
    Container container = Spec.container("{}", "{'resources':" + now + "}");
    assertThatThrownBy(
            () -> checks.checkUpdate(container, resources("{" + change + "}"), Optional.empty()))
        .hasMessage("Cannot update container " + Spec.ID + ": " + message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.CONFLICT);
  }

  @Test
  void updates() {
    Container container =
        Spec.container(
            "{}",
            "{'resources':{'memory':67108864,'memorySwap':134217728,'pidsLimit':5,'cpuShares':7}}");
    CheckedUpdate update =
        checks.checkUpdate(
            container,
            resources("{'memory':33554432,'pidsLimit':0,'nanoCpus':500000000}"),
            Optional.of(new RestartPolicy("always", 0)));
    Resources then = update.hostConfig().resources();
    assertThat(then.memory()).isEqualTo(33554432);
    assertThat(then.memorySwap()).isEqualTo(134217728);
    assertThat(then.cpuShares()).isEqualTo(7);
    assertThat(update.hostConfig().restartPolicy().name()).isEqualTo("always");
    assertThat(update.change().memory()).hasValue(33554432);
    assertThat(update.change().memorySwap()).hasValue(134217728);
    assertThat(update.change().pidsLimit()).hasValue(-1);
    assertThat(update.change().cpuQuota()).hasValue(50000);
    assertThat(update.change().cpuPeriod()).hasValue(100000);
    assertThat(update.change().cpuShares()).isEmpty();
  }

  @Test
  void updatesOfAContainerWithSwapWithoutAnEnd() {
    Container container = Spec.container("{}", "{'resources':{'memory':67108864,'memorySwap':-1}}");
    CheckedUpdate shares =
        checks.checkUpdate(container, resources("{'cpuShares':512}"), Optional.empty());
    assertThat(shares.hostConfig().resources().memorySwap()).isEqualTo(-1);
    assertThat(shares.change().memory()).isEmpty();
    CheckedUpdate more =
        checks.checkUpdate(
            container, resources("{'memory':134217728,'memorySwap':-1}"), Optional.empty());
    assertThat(more.change().memory()).hasValue(134217728);
    assertThatThrownBy(
            () ->
                checks.checkUpdate(container, resources("{'memory':134217728}"), Optional.empty()))
        .hasMessageContaining("update the memoryswap at the same time");
  }

  @Test
  void restartPolicyOfAContainerThatRemovesItself() {
    Container container = Spec.container("{}", "{'autoRemove':true}");
    assertThatThrownBy(
            () ->
                checks.checkUpdate(
                    container, Resources.NONE, Optional.of(new RestartPolicy("always", 0))))
        .hasMessageEndingWith(
            "Restart policy cannot be updated because AutoRemove is enabled for the container");
  }
}
