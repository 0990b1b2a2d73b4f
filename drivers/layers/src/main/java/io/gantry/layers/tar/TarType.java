package io.gantry.layers.tar;

/** What an entry of a tar is ({@code tar(5)}). */
public enum TarType {
  REGULAR('0'),
  HARD_LINK('1'),
  SYMBOLIC_LINK('2'),
  CHARACTER_DEVICE('3'),
  BLOCK_DEVICE('4'),
  DIRECTORY('5'),
  FIFO('6');

  private final char flag;

  TarType(char flag) {
    this.flag = flag;
  }

  char flag() {
    return flag;
  }
}
