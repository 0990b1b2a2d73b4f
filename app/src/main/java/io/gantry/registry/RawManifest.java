package io.gantry.registry;

/**
 * A manifest or index as the registry sent it.
 *
 * @param mediaType as the server declared it
 * @param digest of the bytes
 * @param bytes not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record RawManifest(String mediaType, String digest, byte[] bytes) {

  /** Read; the document's own media type wins over the server's. */
  public Manifest parse() {
    return Manifest.parse(bytes, mediaType);
  }
}
