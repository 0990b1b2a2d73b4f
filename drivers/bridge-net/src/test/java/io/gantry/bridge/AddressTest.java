package io.gantry.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Address management without the kernel. */
class AddressTest {

  private static final Prefix SUBNET = Prefix.parse("10.0.0.0/29");

  private static String next(AddressTable table) {
    return table.next().toString();
  }

  @Test
  void lowestFreeAddressIsGivenNeitherNetworkNorBroadcast() {
    AddressTable table = new AddressTable(SUBNET, SUBNET, List.of(Prefix.address("10.0.0.1")));
    List<String> given = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      given.add(next(table));
    }
    assertThat(given)
        .containsExactly("10.0.0.2/29", "10.0.0.3/29", "10.0.0.4/29", "10.0.0.5/29", "10.0.0.6/29");
    assertThatThrownBy(table::next)
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("no available IPv4 addresses");
    table.release(Prefix.address("10.0.0.5"));
    table.release(Prefix.address("10.0.0.3"));
    assertThat(next(table)).isEqualTo("10.0.0.3/29");
    assertThat(next(table)).isEqualTo("10.0.0.5/29");
  }

  @Test
  void wantedAddressMayLieOutsideTheRangeButNotOutsideTheSubnet() {
    AddressTable table = new AddressTable(SUBNET, Prefix.parse("10.0.0.4/30"), List.of());
    assertThat(table.take(Prefix.address("10.0.0.2"))).hasToString("10.0.0.2/29");
    assertThat(next(table)).isEqualTo("10.0.0.4/29");
    assertThatThrownBy(() -> table.take(Prefix.address("10.0.0.4")))
        .hasMessage("Address already in use");
    assertThatThrownBy(() -> table.take(Prefix.address("10.0.0.8")))
        .isInstanceOf(DriverException.class);
    table.release(Prefix.address("10.0.0.2"));
    assertThat(next(table)).isEqualTo("10.0.0.5/29");
  }

  @Test
  void smallestAndLargestSubnetsWork() {
    Prefix two = Prefix.parse("10.0.0.0/31");
    AddressTable pair = new AddressTable(two, two, List.of());
    assertThat(next(pair)).isEqualTo("10.0.0.0/31");
    assertThat(next(pair)).isEqualTo("10.0.0.1/31");
    Prefix six = Prefix.parse("fd00::/48");
    AddressTable wide = new AddressTable(six, six, List.of(Prefix.address("fd00::1")));
    assertThat(next(wide)).isEqualTo("fd00::2/48");
    assertThat(wide.take(Prefix.address("fd00::ffff:ffff:ffff:ffff"))).isNotNull();
  }

  @Test
  void subnetsComeFromTheDefaultPoolsAndAvoidHostAndOthers() {
    AddressSpace space = new AddressSpace(AddressSpace.DEFAULT, "seed");
    List<Prefix> host = List.of(Prefix.parse("172.17.0.0/24"), Prefix.parse("172.18.0.0/15"));
    assertThat(space.choose(false, "a", host)).hasToString("172.20.0.0/16");
    assertThat(space.choose(false, "b", host)).hasToString("172.21.0.0/16");
    space.release("a");
    assertThat(space.choose(false, "c", host)).hasToString("172.20.0.0/16");
    assertThatThrownBy(() -> space.take(Prefix.parse("172.21.4.0/24"), "d"))
        .hasMessage("invalid pool request: Pool overlaps with other one on this address space");
    List<Prefix> allOfClassB = List.of(Prefix.parse("172.16.0.0/12"));
    assertThat(space.choose(false, "e", allOfClassB)).hasToString("192.168.0.0/20");
    assertThat(space.choose(false, "f", allOfClassB)).hasToString("192.168.16.0/20");
    assertThat(space.choose(true, "g", List.of()).toString()).startsWith("fd").endsWith("/64");
    assertThatThrownBy(() -> space.choose(false, "h", List.of(Prefix.parse("0.0.0.0/0"))))
        .hasMessageContaining("all predefined address pools have been fully subnetted");
  }

  @Test
  void poolsOfTheUserAreCutIntoTheirSize() {
    BridgeOptions options =
        BridgeOptions.of(Map.of("default-address-pools", "10.9.0.0/22,24;fd00:9::/62,64"));
    AddressSpace space = new AddressSpace(options.blocks(), "seed");
    List<String> chosen = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      chosen.add(space.choose(false, "n" + i, List.of()).toString());
    }
    assertThat(chosen).containsExactly("10.9.0.0/24", "10.9.1.0/24", "10.9.2.0/24", "10.9.3.0/24");
    assertThatThrownBy(() -> space.choose(false, "n5", List.of()))
        .isInstanceOf(DriverException.class);
    assertThat(space.choose(true, "s", List.of())).hasToString("fd00:9::/64");
    for (String wrong : List.of("10.0.0.0/8", "10.0.0.0/8,4", "x,24", "10.0.0.0/8,33")) {
      assertThatThrownBy(() -> BridgeOptions.of(Map.of("default-address-pools", wrong)))
          .as(wrong)
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("default-address-pools");
    }
  }

  @Test
  void namesOfInterfacesTellEnginesApart() {
    LinkNames one = new LinkNames("one");
    String id = "ab".repeat(32);
    assertThat(one.veth(id)).hasSize(15).startsWith("veth");
    assertThat(one.veth(id)).isNotEqualTo(new LinkNames("two").veth(id));
    assertThat(one.veth(id)).isNotEqualTo(one.veth("cd".repeat(32)));
  }
}
