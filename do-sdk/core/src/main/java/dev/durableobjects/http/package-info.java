/// Requests and responses as values: complete, bounded, the same on one machine and on many.
@NullMarked
package dev.durableobjects.http;

import org.jspecify.annotations.NullMarked;
