package dev.durableobjects.example.seatbooking;

import java.text.Normalizer;
import java.util.regex.Pattern;

/// What a passenger asks for. Nothing else than this is ever stored.
///
/// @param seatNumber row and letter, for example `1A`
/// @param name of the passenger: 1 to 64 characters, in Unicode's normal form C
/// @param holder the secret of a [Hold] on the seat; empty without one
record Booking(String seatNumber, String name, String holder) {

    private static final Pattern SEAT_NUMBER = Pattern.compile("[0-9]{1,2}[A-Z]");
    private static final int NAME_CHARACTERS_MAX = 64;

    /// Control characters, line ends, and the marks that turn the direction of text around.
    private static final Pattern CONTROLS =
            Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\u202A-\\u202E\\u2066-\\u2069]");

    /// Checks and normalizes the components; the messages go to the passenger.
    Booking {
        checkSeatNumber(seatNumber);
        holder = holder == null ? "" : holder;
        name = name == null ? "" : Normalizer.normalize(name.strip(), Normalizer.Form.NFC);
        int characters = name.codePointCount(0, name.length());
        if (characters < 1 || characters > NAME_CHARACTERS_MAX) {
            throw new IllegalArgumentException(
                    "name must have 1 to %d characters, had %d"
                            .formatted(NAME_CHARACTERS_MAX, characters));
        }
        if (CONTROLS.matcher(name).find()) {
            throw new IllegalArgumentException("name must not contain control characters");
        }
    }

    static void checkSeatNumber(String seatNumber) {
        if (seatNumber == null || !SEAT_NUMBER.matcher(seatNumber).matches()) {
            throw new IllegalArgumentException(
                    "seatNumber must be a row and a letter, for example 1A");
        }
    }
}
