/// The journal: one append-only log for the commits of all objects, made durable together, from
/// which databases are rebuilt after a crash. [dev.durableobjects.internal.journal.Journal] is the
/// door; `docs/file-format.md` describes its files byte by byte.
@NullMarked
package dev.durableobjects.internal.journal;

import org.jspecify.annotations.NullMarked;
