/// The operator's command: lists, exports, imports, rewinds and deletes objects, backs up, restores
/// and verifies, from a shell.
///
/// Start at [dev.durableobjects.command.Main]; docs/operations/command.md describes it.
@NullMarked
package dev.durableobjects.command;

import org.jspecify.annotations.NullMarked;
