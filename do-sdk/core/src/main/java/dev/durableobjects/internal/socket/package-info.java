/// WebSocket connections: RFC 6455 frames in and out, and the queue between an object and its peer.
///
/// The door is [dev.durableobjects.internal.socket.HeldSocket], one connection that an object has
/// accepted. Nothing here knows the web server; it reads and writes a
/// [dev.durableobjects.internal.socket.Transport].
@NullMarked
package dev.durableobjects.internal.socket;

import org.jspecify.annotations.NullMarked;
