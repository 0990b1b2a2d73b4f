package io.gantry.image;

/**
 * A registry accepted the credentials (API v1.51, {@code POST /auth}).
 *
 * @param status for the user
 * @param identityToken to be kept by the client instead of the password; may be empty
 */
public record LoginResult(String status, String identityToken) {}
