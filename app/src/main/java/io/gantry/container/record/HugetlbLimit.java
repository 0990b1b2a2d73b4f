package io.gantry.container.record;

/**
 * openEuler: how much of one huge page size a container may use.
 *
 * @param pageSize for instance 2MB
 * @param limit bytes
 */
public record HugetlbLimit(String pageSize, long limit) {

  public HugetlbLimit {
    pageSize = Lists.of(pageSize);
  }
}
