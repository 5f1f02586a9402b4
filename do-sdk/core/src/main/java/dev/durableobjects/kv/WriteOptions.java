package dev.durableobjects.kv;

/// How a write is made. Immutable.
///
/// @param allowUnconfirmed whether nothing waits for this write: responses, messages and calls may
///   leave before it is durable, and it may be lost if the machine fails just then
public record WriteOptions(boolean allowUnconfirmed) {

    /// A write that everything behind it waits for; the default.
    public static final WriteOptions CONFIRMED = new WriteOptions(false);

    /// A write that nothing waits for.
    public static final WriteOptions UNCONFIRMED = new WriteOptions(true);
}
