package dev.durableobjects.conformance;

import dev.durableobjects.DurableObjectState;

/// An operation of the cases.
sealed interface Op {

    /// What an object does in an event.
    @FunctionalInterface
    non-sealed interface Inside extends Op {
        Object run(CaseWorld world, DurableObjectState ctx, Step step) throws Exception;
    }

    /// What happens around an object.
    @FunctionalInterface
    non-sealed interface Outside extends Op {
        Object run(CaseWorld world, Step step) throws Exception;
    }
}
