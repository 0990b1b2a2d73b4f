package io.gantry.api.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What dockerd calls the type of a request. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface GoName {
  String value();

  /** Whether dockerd's messages leave it out before the names of fields. */
  boolean unnamed() default false;
}
