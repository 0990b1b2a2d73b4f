package io.gantry.layers;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * SHA-256 by OpenSSL's libcrypto, which every distribution has, or by the JDK where it is missing.
 * The JDK's is as fast only when the code is compiled by C2, which the daemon does not use: layers
 * are hashed at 100 MB/s by the one and 1.6 GB/s by the other.
 */
public final class Sha256 extends MessageDigest {

  private static final int DIGEST = 32;
  private static final int CONTEXT = 128;
  private static final int BUFFER = 64 * 1024;
  private static final List<String> LIBRARIES =
      List.of("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so");
  private static final boolean NATIVE = bind();

  private final Memory context = new Memory(CONTEXT);
  private final Memory buffer = new Memory(BUFFER);

  private Sha256() {
    super("SHA-256");
    engineReset();
  }

  /** A new sum. */
  public static MessageDigest create() {
    if (NATIVE) {
      return new Sha256();
    }
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static boolean bind() {
    for (String name : LIBRARIES) {
      try {
        Native.register(LibCrypto.class, NativeLibrary.getInstance(name));
        return true;
      } catch (UnsatisfiedLinkError e) {
        // the next one
      }
    }
    return false;
  }

  /** Three functions of libcrypto, the same since OpenSSL 0.9.8. */
  private static final class LibCrypto {

    private LibCrypto() {}

    static native int SHA256_Init(Pointer context);

    static native int SHA256_Update(Pointer context, Pointer data, long length);

    static native int SHA256_Final(Pointer digest, Pointer context);
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    for (int at = 0; at < length; at += BUFFER) {
      int n = Math.min(BUFFER, length - at);
      buffer.write(0, input, offset + at, n);
      LibCrypto.SHA256_Update(context, buffer, n);
    }
  }

  @Override
  protected byte[] engineDigest() {
    LibCrypto.SHA256_Final(buffer, context);
    byte[] digest = buffer.getByteArray(0, DIGEST);
    engineReset();
    return digest;
  }

  @Override
  protected int engineGetDigestLength() {
    return DIGEST;
  }

  @Override
  protected void engineReset() {
    LibCrypto.SHA256_Init(context);
  }
}
