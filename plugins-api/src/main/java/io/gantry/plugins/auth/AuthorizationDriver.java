package io.gantry.plugins.auth;

import io.gantry.plugins.Driver;

/**
 * Decides about calls of the API. Anything a method throws denies the call. The engine gives up
 * waiting after its own time limit and denies as well.
 */
public interface AuthorizationDriver extends Driver {

  /** Decides before the call is carried out. */
  Decision request(ApiRequest request);

  /**
   * Decides after the call was carried out, before the client sees the answer. Not called for
   * streams the client has taken over (attach, exec).
   */
  Decision response(ApiRequest request, ApiResponse response);
}
