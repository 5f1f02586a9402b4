/// The web server's side: HTTP requests and WebSocket upgrades become calls of a Worker, and its
/// responses go back over the wire. Only this package and the runtime know Helidon's WebServer.
///
/// The door is [dev.durableobjects.internal.edge.WorkerRouting].
@NullMarked
package dev.durableobjects.internal.edge;

import org.jspecify.annotations.NullMarked;
