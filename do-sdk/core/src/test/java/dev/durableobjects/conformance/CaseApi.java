package dev.durableobjects.conformance;

/// What can be called of a [CaseObject].
interface CaseApi {

    /// Runs one event, whose parts the runner hands over one after the other.
    void event(String key) throws Exception;

    String foo();

    boolean thisCheck();

    String throwingMethod();
}
