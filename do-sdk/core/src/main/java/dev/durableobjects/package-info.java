/// Durable Objects: small, named, single-threaded objects with a transactional database each.
///
/// A *namespace* holds all objects of one class. A name gives an *id* (`idFromName`), an id gives a
/// *stub*, and a call on the stub runs inside the one live instance of that object. While one event
/// runs, no other event of the same object does (the *input gate*), and nothing that an event sends
/// out leaves before its writes are on disk (the *output gate*). Objects are created by their first
/// call and leave memory when they are idle; their database stays.
///
/// This package holds what applications write against: interfaces and values, no engine. Start at
/// [dev.durableobjects.DurableObject] and `dev.durableobjects.runtime.DurableObjects`.
@NullMarked
package dev.durableobjects;

import org.jspecify.annotations.NullMarked;
