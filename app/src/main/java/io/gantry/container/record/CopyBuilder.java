package io.gantry.container.record;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Has the compiler write a {@code …Builder} for a record too long to be copied by hand: {@code
 * StateBuilder.from(state).status(DEAD).build()} is the state with another status and all else as
 * it was. Only the records themselves use their builders: what can change has a method there.
 */
@RecordBuilder.Template(
    options =
        @RecordBuilder.Options(
            copyMethodName = "from",
            enableWither = false,
            enableGetters = false,
            addStaticBuilder = false))
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE)
@interface CopyBuilder {}
