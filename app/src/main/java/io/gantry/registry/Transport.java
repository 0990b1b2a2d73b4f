package io.gantry.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 for everything that is said to registries. Clients are made when first needed and kept;
 * follows no redirects by itself, because credentials must not follow them.
 */
final class Transport implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  /** After this a server is not waited for while a body comes. */
  private static final Duration STANDSTILL = Duration.ofMinutes(1);

  private final Duration standstill;
  private final ReentrantLock lock = new ReentrantLock();
  private final ProxyFromEnvironment proxy = new ProxyFromEnvironment(System.getenv());
  private @Nullable HttpClient verified;
  private @Nullable HttpClient unverified;

  Transport() {
    this(STANDSTILL);
  }

  /**
   * @param standstill how long a body may stand still while it is read
   */
  Transport(Duration standstill) {
    this.standstill = standstill;
  }

  /**
   * Sends a request and returns when the head of the answer is there. The body must be read to its
   * end or closed; one that breaks off or stands still ends with an exception, never early.
   *
   * @param checkCertificate false for insecure registries only
   * @throws RegistryException CONNECTION
   */
  HttpResponse<InputStream> send(HttpRequest request, boolean checkCertificate) {
    try {
      return client(checkCertificate)
          .send(
              request,
              head ->
                  HttpResponse.BodySubscribers.mapping(
                      HttpResponse.BodySubscribers.ofInputStream(),
                      body -> new StallGuard(body, standstill)));
    } catch (IOException e) {
      throw RegistryErrors.connection(request.method(), request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RegistryErrors.connection(
          request.method(), request.uri(), new IOException("context canceled", e));
    }
  }

  private HttpClient client(boolean checkCertificate) {
    lock.lock();
    try {
      HttpClient client = checkCertificate ? verified : unverified;
      if (client == null) {
        client = build(checkCertificate);
        if (checkCertificate) {
          verified = client;
        } else {
          unverified = client;
        }
      }
      return client;
    } finally {
      lock.unlock();
    }
  }

  private HttpClient build(boolean checkCertificate) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .proxy(proxy)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    if (!checkCertificate) {
      SSLParameters parameters = new SSLParameters();
      parameters.setEndpointIdentificationAlgorithm("");
      builder.sslContext(trustingEverybody()).sslParameters(parameters);
    }
    return builder.build();
  }

  private static SSLContext trustingEverybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustEverybody()}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS without certificates", e);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (verified != null) {
        verified.shutdownNow();
      }
      if (unverified != null) {
        unverified.shutdownNow();
      }
      verified = null;
      unverified = null;
    } finally {
      lock.unlock();
    }
  }
}
