/// WebSockets as an object sees them: a pair of ends, messages, states.
@NullMarked
package dev.durableobjects.websocket;

import org.jspecify.annotations.NullMarked;
