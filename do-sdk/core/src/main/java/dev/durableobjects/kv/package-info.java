/// Keys and values in an object's database: [KvStorage] is the door.
@NullMarked
package dev.durableobjects.kv;

import org.jspecify.annotations.NullMarked;
