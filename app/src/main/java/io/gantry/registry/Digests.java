package io.gantry.registry;

import io.gantry.layers.Sha256;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Digests in the spelling {@code algorithm:hex}. */
public final class Digests {

  private static final String SHA512 = "sha512:";
  private static final Pattern DIGEST = Pattern.compile("sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}");

  private Digests() {}

  /** Whether the text is a digest of an algorithm that is known here, in full. */
  public static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  /** A new sum for the algorithm that the digest names. */
  public static MessageDigest sumFor(String digest) {
    if (!digest.startsWith(SHA512)) {
      return sha256();
    }
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }

  /** A new SHA-256 sum. */
  public static MessageDigest sha256() {
    return Sha256.create();
  }

  /** Ends the sum and spells it. */
  public static String text(MessageDigest sum) {
    String name = sum.getAlgorithm().equals("SHA-512") ? SHA512 : "sha256:";
    return name + HexFormat.of().formatHex(sum.digest());
  }

  /** The SHA-256 digest of the bytes. */
  public static String sha256(byte[] bytes) {
    MessageDigest sum = sha256();
    sum.update(bytes);
    return text(sum);
  }

  /** The digest of the bytes, by the algorithm that another digest names. */
  public static String of(String like, byte[] bytes) {
    MessageDigest sum = sumFor(like);
    sum.update(bytes);
    return text(sum);
  }
}
