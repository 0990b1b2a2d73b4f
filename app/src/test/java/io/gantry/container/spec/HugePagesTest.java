package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.HugetlbLimit;
import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of huge pages, as openEuler's docker takes them. */
class HugePagesTest {

  private final HugePages pages = new HugePages(List.of("1GB", "2MB"), "2MB");
  private final List<String> warnings = new ArrayList<>();

  private List<HugetlbLimit> checked(HugetlbLimit... limits) {
    return pages.checked(List.of(limits), warnings::add);
  }

  @ParameterizedTest
  @CsvSource({"2MB,2MB", "2m,2MB", "2048k,2MB", "2MiB,2MB", "2097152,2MB", "1g,1GB", "'',2MB"})
  void sizes(String asked, String kernels) {
    assertThat(checked(new HugetlbLimit(asked, 2L << 30)))
        .containsExactly(new HugetlbLimit(kernels, 2L << 30));
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"7MB,7MB", "4MB,4MB", "x,x", "-2MB,-2MB", "0,0"})
  void sizesThatAreNotThere(String asked, String named) {
    assertThatThrownBy(() -> checked(new HugetlbLimit(asked, 0)))
        .hasMessage("Invalid hugepage size:" + named + ", shoud be one of [1GB 2MB]")
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.INVALID);
  }

  @Test
  void aKernelWithoutThem() {
    HugePages none = new HugePages(List.of(), "");
    assertThatThrownBy(() -> none.checked(List.of(new HugetlbLimit("", 1)), warnings::add))
        .hasMessage("Invalid hugepage size:, shoud be one of []");
  }

  @Test
  void aLimitThatIsNoMultipleIsWarnedAbout() {
    checked(new HugetlbLimit("2MB", 3 << 20));
    assertThat(warnings)
        .containsExactly(
            "HugeTlb limit should be times of hugepage size. cgroup will down round to the nearest"
                + " multiple");
  }

  @Test
  void ofSeveralForOneSizeTheLastCounts() {
    assertThat(
            checked(
                new HugetlbLimit("2MB", 2 << 20),
                new HugetlbLimit("1GB", 1 << 30),
                new HugetlbLimit("", 4 << 20)))
        .containsExactly(new HugetlbLimit("2MB", 4 << 20), new HugetlbLimit("1GB", 1 << 30));
  }

  @Test
  void ofThisHost() throws Exception {
    HugePages here = HugePages.read();
    assertThat(here.standard().isEmpty() ? List.of() : List.of(here.standard()))
        .isSubsetOf(here.sizes());
  }
}
