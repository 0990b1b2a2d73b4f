package io.gantry.layers.tar;

/**
 * How large the parts of an archive may be. More is refused before memory is taken for it.
 *
 * @param headerBytes all extension headers of one entry together (PAX records, GNU long names,
 *     sparse maps)
 * @param nameBytes a name or a link's target
 * @param entries entries in the archive
 */
public record TarLimits(int headerBytes, int nameBytes, long entries) {

  /**
   * What Go's tar reader, and so Docker, allows for headers; the kernel's longest path; more files
   * than any image has.
   */
  public static final TarLimits DEFAULT = new TarLimits(1 << 20, 4095, 20_000_000);
}
