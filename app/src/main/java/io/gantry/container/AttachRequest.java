package io.gantry.container;

/**
 * What a client wants of a container's streams ({@code POST /containers/{id}/attach}).
 *
 * @param stream follow the streams from now on
 * @param logs first what was logged so far
 */
public record AttachRequest(
    boolean stdin, boolean stdout, boolean stderr, boolean stream, boolean logs) {}
