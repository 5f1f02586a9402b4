package dev.durableobjects.internal.engine;

/// Leaves the code of an object that has aborted itself. An error, so that no `catch (Exception)`
/// of an application holds it up; the engine turns it into the caller's exception.
final class Aborted extends Error {

    private static final long serialVersionUID = 1L;

    Aborted(String reason) {
        super(reason);
    }
}
