package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;

/** What is false, zero, empty or absent is left out, as Go's {@code omitempty} does. */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
interface OmitEmpty {}
