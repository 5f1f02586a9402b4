/// The seam behind which commits become durable.
@NullMarked
package dev.durableobjects.spi;

import org.jspecify.annotations.NullMarked;
