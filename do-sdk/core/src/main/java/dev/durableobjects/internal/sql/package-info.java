/// SQL as text: its statements and tokens, and what of it an object may run. [SqlText] splits,
/// [SqlGuard] judges. Knows nothing of databases.
@NullMarked
package dev.durableobjects.internal.sql;

import org.jspecify.annotations.NullMarked;
