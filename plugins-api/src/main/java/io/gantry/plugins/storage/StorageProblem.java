package io.gantry.plugins.storage;

/**
 * Something wrong with a driver's storage that the administrator should know of.
 *
 * @param id says which problem it is, for {@link StorageDriver#repair}; the same as long as the
 *     problem lasts
 * @param description what is wrong; names the objects
 * @param remedy what to do, for instance the command to run
 * @param repairable whether {@link StorageDriver#repair} can do it
 */
public record StorageProblem(String id, String description, String remedy, boolean repairable) {}
