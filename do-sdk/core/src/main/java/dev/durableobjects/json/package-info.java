/// Values as JSON and back: records, enums, collections and the simple types of the JDK.
@NullMarked
package dev.durableobjects.json;

import org.jspecify.annotations.NullMarked;
