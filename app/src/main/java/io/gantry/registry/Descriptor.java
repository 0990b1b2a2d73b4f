package io.gantry.registry;

import java.util.List;

/**
 * Points at content by its digest (OCI image specification, descriptor.md).
 *
 * @param mediaType of the content
 * @param digest of the content; checked to be one
 * @param size of the content in bytes
 * @param urls other places to get it from, for layers that a registry may not distribute
 * @param os of the platform it is for; empty when not said
 * @param architecture likewise
 * @param variant likewise
 * @param attestation whether it describes another image instead of being one
 */
public record Descriptor(
    String mediaType,
    String digest,
    long size,
    List<String> urls,
    String os,
    String architecture,
    String variant,
    boolean attestation) {

  public Descriptor {
    urls = List.copyOf(urls);
  }

  public Descriptor(String mediaType, String digest, long size) {
    this(mediaType, digest, size, List.of(), "", "", "", false);
  }
}
