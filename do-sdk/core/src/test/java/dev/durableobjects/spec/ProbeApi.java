package dev.durableobjects.spec;

/// How a test reaches a [Probe].
interface ProbeApi {

    /// Runs a script of the test inside the object.
    Object run(String script, String argument) throws Exception;
}
