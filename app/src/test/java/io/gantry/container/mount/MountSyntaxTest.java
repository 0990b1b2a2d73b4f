package io.gantry.container.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.Mount;
import io.gantry.error.EngineException;
import io.gantry.store.RecordJson;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages and kinds are those of dockerd 28.5. */
class MountSyntaxTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a|volume||/a||true",
        "/a:/b|bind|/a|/b||true",
        "name:/b|volume|name|/b||true",
        "/a:/b:|bind|/a|/b||true",
        "/a:/b:ro|bind|/a|/b|ro|false",
        "/a:/b:ro,z,rslave,cached|bind|/a|/b|ro,z,rslave,cached|false",
        "v1:/b:nocopy|volume|v1|/b|nocopy|true",
        "./x:/b|volume|./x|/b||true",
        "/a b:/c|bind|/a b|/c||true",
      })
  void shortForms(
      String text, String type, String source, String target, String mode, boolean writable) {
    MountSyntax.Bind bind = MountSyntax.parse(text, "");
    assertThat(bind.mount().type()).isEqualTo(type);
    assertThat(bind.mount().source()).isEqualTo(source == null ? "" : source);
    assertThat(bind.mount().target()).isEqualTo(target);
    assertThat(bind.mode()).isEqualTo(mode == null ? "" : mode);
    assertThat(bind.mount().readOnly()).isEqualTo(!writable);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a:b|invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid"
            + " mount path: 'b' mount path must be absolute",
        "a|invalid volume specification: 'a': invalid mount config for type \"volume\": invalid"
            + " mount path: 'a' mount path must be absolute",
        "x:/b:zz|invalid mode: zz",
        "/a:/b:ro,rw|invalid mode: ro,rw",
        "/a:/b:ro,ro|invalid mode: ro,ro",
        "/a:/b:RO|invalid mode: RO",
        "/a:/b:z,Z|invalid mode: z,Z",
        "/a:/b:shared,slave|invalid mode: shared,slave",
        "/a:/b:bind-nonrecursive|invalid mode: bind-nonrecursive",
        "/a:/b:rro|invalid mode: rro",
        "/a:/|invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid"
            + " specification: destination can't be '/'",
        "/a:/b:ro:x|invalid volume specification: '/a:/b:ro:x'",
        "''|invalid volume specification: ''",
        "/a:|invalid volume specification: '/a:'",
        "/a:rw|invalid volume specification: '/a:rw'",
        "::|invalid volume specification: '::'",
        ":/b|invalid volume specification: ':/b'",
        "/a:/b:nocopy|invalid volume specification: '/a:/b:nocopy': invalid mount config for type"
            + " \"bind\": field VolumeOptions must not be specified",
        "v1:/b:rshared|invalid volume specification: 'v1:/b:rshared': invalid mount config for type"
            + " \"volume\": field BindOptions must not be specified",
      })
  void shortFormsRefused(String text, String message) {
    assertThatThrownBy(() -> MountSyntax.parse(text, ""))
        .hasMessage(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.SYSTEM);
  }

  @Test
  void volumeDriverIsForNamedVolumesOnly() {
    assertThat(MountSyntax.parse("v:/x", "acme").mount().volumeOptions().driverConfig().name())
        .isEqualTo("acme");
    assertThat(MountSyntax.parse("/v:/x", "acme").mount().volumeOptions()).isNull();
  }

  private static Mount mount(String json) {
    return RecordJson.read(json.replace('\'', '"'), Mount.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|invalid mount config for type \"\": field Target must not be empty",
        "{'type':'foo','target':'/x'}|invalid mount config for type \"foo\": mount type unknown",
        "{'type':'','source':'/etc','target':'/x'}|invalid mount config for type \"\": mount type"
            + " unknown",
        "{'type':'bind','target':'/x'}|invalid mount config for type \"bind\": field Source must"
            + " not be empty",
        "{'type':'bind','source':'/etc'}|invalid mount config for type \"bind\": field Target must"
            + " not be empty",
        "{'type':'bind','source':'etc','target':'/x'}|invalid mount config for type \"bind\":"
            + " invalid mount path: 'etc' mount path must be absolute",
        "{'type':'bind','source':'/etc','target':'x'}|invalid mount config for type \"bind\":"
            + " invalid mount path: 'x' mount path must be absolute",
        "{'type':'bind','source':'/etc','target':'/'}|invalid mount config for type \"bind\":"
            + " invalid specification: destination can't be '/'",
        "{'type':'bind','source':'/no/such','target':'/x'}|invalid mount config for type \"bind\":"
            + " bind source path does not exist: /no/such",
        "{'type':'bind','source':'/etc','target':'/x','bindOptions':{'propagation':'foo'}}|invalid"
            + " mount config for type \"bind\": invalid propagation mode: foo",
        "{'type':'bind','source':'/etc','target':'/x','imageOptions':{'subpath':'a'}}|invalid mount"
            + " config for type \"bind\": field ImageOptions must not be specified",
        "{'type':'volume','source':'v','target':'/x','volumeOptions':{'subpath':'../x'}}|invalid"
            + " mount config for type \"volume\": subpath must be a relative path within the"
            + " volume",
        "{'type':'volume','source':'v','target':'/x','volumeOptions':{'subpath':'/x'}}|invalid"
            + " mount config for type \"volume\": subpath must be a relative path within the"
            + " volume",
        "{'type':'volume','target':'/x','volumeOptions':{'subpath':'a'}}|invalid mount config for"
            + " type \"volume\": must not set Subpath when using anonymous volumes",
        "{'type':'volume','target':'/x','readOnly':true}|invalid mount config for type \"volume\":"
            + " must not set ReadOnly mode when using anonymous volumes",
        "{'type':'tmpfs','source':'a','target':'/x'}|invalid mount config for type \"tmpfs\": field"
            + " Source must not be specified",
        "{'type':'tmpfs','target':'/x','tmpfsOptions':{'options':[['uid','5']]}}|invalid mount"
            + " config for type \"tmpfs\": invalid option: uid",
        "{'type':'image','target':'/x'}|invalid mount config for type \"image\": field Source must"
            + " not be empty",
        "{'type':'image','source':'a','target':'/x','imageOptions':{'subpath':'a/../../b'}}|invalid"
            + " mount config for type \"image\": subpath must be a relative path within the volume",
        "{'type':'npipe','source':'a','target':'/x'}|invalid mount config for type \"npipe\": mount"
            + " type unknown",
      })
  void longFormsRefused(String json, String message) {
    assertThatThrownBy(() -> MountSyntax.checkWithSource(mount(json)))
        .hasMessage(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'bind','source':'/no/such','target':'/x','bindOptions':{'createMountpoint':true}}",
        "{'type':'bind','source':'/etc','target':'/x','bindOptions':{'propagation':'rshared'}}",
        "{'type':'volume','source':'v','target':'/x','volumeOptions':{'subpath':'a/b'}}",
        "{'type':'volume','target':'/x'}",
        "{'type':'tmpfs','target':'/x','readOnly':true,'tmpfsOptions':{'sizeBytes':1048576,'mode':1016}}",
        "{'type':'image','source':'a:1','target':'/x','readOnly':true,'imageOptions':{'subpath':'a/../b'}}",
      })
  void longForms(String json) {
    MountSyntax.checkWithSource(mount(json));
  }

  @Test
  void optionsOfAnotherType() {
    assertThatThrownBy(
            () ->
                MountSyntax.checkOptionsFit(
                    mount("{'type':'bind','target':'/x','tmpfsOptions':{}}")))
        .hasMessage("TmpfsOptions must not be specified on mount type \"bind\"");
  }

  @Test
  void tmpfsOptions() {
    assertThat(
            TmpfsOptions.of(
                mount(
                    "{'type':'tmpfs','target':'/x','readOnly':true,'tmpfsOptions':{'sizeBytes':2097152,'mode':1016}}")))
        .isEqualTo("ro,mode=1770,size=2m");
    assertThat(TmpfsOptions.merged("")).containsExactly("noexec", "nosuid", "nodev", "rprivate");
    assertThat(TmpfsOptions.merged("exec,rw,size=3m,size=4m"))
        .isEqualTo(List.of("nosuid", "nodev", "rprivate", "exec", "rw", "size=4m"));
    assertThatThrownBy(() -> TmpfsOptions.merged("rw,foo"))
        .hasMessage("invalid tmpfs option \"foo\"");
    assertThatThrownBy(() -> TmpfsOptions.merged("huge=always"))
        .hasMessage("invalid tmpfs option \"huge=always\"");
  }
}
