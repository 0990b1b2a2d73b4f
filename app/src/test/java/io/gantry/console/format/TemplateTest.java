package io.gantry.console.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TemplateTest {

  private static final JsonNode DATA =
      new JsonMapper()
          .readTree(
              """
              {"ID": "abc", "State": {"Running": true, "Pid": 42, "Error": ""},
               "Env": ["A=1", "B=2"], "Labels": {"k": "v", "com.x": "y"}, "Nothing": null, "None": []}
              """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '~',
      value = {
        "{{.ID}}#abc",
        "{{ .State.Pid }} is {{.State.Running}}#42 is true",
        "{{json .State}}#{\"Running\":true,\"Pid\":42,\"Error\":\"\"}",
        "{{.Env}}#[A=1 B=2]",
        "{{.Labels}}#map[com.x:y k:v]",
        "{{.Nothing}}#<no value>",
        "{{json .Nothing}}#null",
        "{{upper .ID}}#ABC",
        "{{.ID | upper | lower}}#abc",
        "{{join .Env \", \"}}#A=1, B=2",
        "{{len .Env}}#2",
        "{{index .Labels \"com.x\"}}#y",
        "{{index .Env 1}}#B=2",
        "{{range .Env}}<{{.}}>{{end}}#<A=1><B=2>",
        "{{range .None}}x{{else}}none{{end}}#none",
        "{{range .Env}}{{$.ID}}{{end}}#abcabc",
        "{{if .State.Running}}yes{{else}}no{{end}}#yes",
        "{{if .State.Error}}yes{{else}}no{{end}}#no",
        "{{if eq .ID \"abc\"}}same{{end}}#same",
        "{{if (not .Env)}}x{{else}}y{{end}}#y",
        "{{split \"a,b\" \",\"}}#[a b]"
      })
  void templatesAreWritten(String template, String expected) {
    assertThat(Template.parse(template).apply(DATA)).isEqualTo(expected);
  }

  @Test
  void escapesStandForTabAndLine() {
    assertThat(Template.parse("{{.ID}}\\t{{.ID}}\\n").apply(DATA)).isEqualTo("abc\tabc\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{.ID",
        "{{}}",
        "{{end}}",
        "{{if .ID}}x",
        "{{foo .ID}}",
        "{{json}}",
        "{{.ID .ID}}",
        "{{(.ID}}",
        "{{.ID)}}",
        "{{if .ID}}a{{else}}b{{else}}c{{end}}",
        "{{.Foo}}",
        "{{.ID.Foo}}",
        "{{index .Env 9}}",
        "{{99999999999999999999}}",
        "{{\"open}}"
      })
  void whatCannotBeWrittenIsRefused(String template) {
    assertThatThrownBy(() -> Template.parse(template).apply(DATA))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("template parsing error: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void nestingHasALimit() {
    assertThatThrownBy(() -> Template.parse("{{if .ID}}".repeat(10_000)))
        .isInstanceOf(TemplateException.class);
    assertThatThrownBy(() -> Template.parse("{{" + "(".repeat(10_000) + "}}"))
        .isInstanceOf(TemplateException.class);
  }
}
