/// SQL inside an object: statements, cursors, rows and their errors. Interfaces and values only.
@NullMarked
package dev.durableobjects.sql;

import org.jspecify.annotations.NullMarked;
