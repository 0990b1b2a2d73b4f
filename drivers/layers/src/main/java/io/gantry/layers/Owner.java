package io.gantry.layers;

/** A user and a group by number. */
public record Owner(int uid, int gid) {}
