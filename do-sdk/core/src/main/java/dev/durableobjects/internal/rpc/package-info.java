/// Calls through a Java interface: the caller's proxy, the methods behind it, and the copying of
/// what crosses.
///
/// The door is [dev.durableobjects.internal.rpc.MethodTable].
@NullMarked
package dev.durableobjects.internal.rpc;

import org.jspecify.annotations.NullMarked;
