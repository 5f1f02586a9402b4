package dev.durableobjects.command;

import static java.time.format.DateTimeFormatter.ISO_LOCAL_DATE_TIME;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Times as operators write and read them. Immutable.
///
/// @param zone of the machine, for times that do not say theirs
record Times(ZoneId zone) {

    /// Reads `2026-03-02T09:41:59Z`, `2026-03-02T10:41:59+01:00`, or `2026-03-02T10:41:59` in the
    /// zone.
    ///
    /// @throws UsageException if it is no time, or not one time of the zone
    Instant read(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return local(text);
        }
    }

    private Instant local(String text) {
        LocalDateTime local;
        try {
            local = LocalDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new UsageException(
                    ("a time is written 2026-03-02T09:41:59Z, or 2026-03-02T10:41:59 in the"
                                    + " zone of this machine (%s), was '%s'")
                            .formatted(zone, text),
                    e);
        }
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            throw new UsageException(
                    "%s was skipped by the clocks of %s; write it with its offset"
                            .formatted(text, zone));
        }
        if (offsets.size() > 1) {
            throw new UsageException(
                    "%s occurred twice in %s; write %s%s or %s%s"
                            .formatted(
                                    text, zone, text, offsets.getFirst(), text, offsets.getLast()));
        }
        return local.toInstant(offsets.getFirst());
    }

    /// Returns a time in the zone, and what it is in UTC.
    String shown(Instant time) {
        Instant seconds = time.truncatedTo(ChronoUnit.MILLIS);
        return "%s %s (%s)"
                .formatted(
                        LocalDateTime.ofInstant(seconds, zone).format(ISO_LOCAL_DATE_TIME),
                        zone,
                        seconds);
    }
}
