package dev.durableobjects.example.seatbooking;

import java.util.regex.Pattern;

/// What a page asks for while its passenger fills in the form.
///
/// @param seatNumber row and letter, for example `1A`
/// @param holder a random text that only this page knows: who has it may book and release the seat
record Hold(String seatNumber, String holder) {

    private static final Pattern HOLDER = Pattern.compile("[A-Za-z0-9-]{16,64}");

    /// Checks the components; the messages go to the page.
    Hold {
        Booking.checkSeatNumber(seatNumber);
        if (holder == null || !HOLDER.matcher(holder).matches()) {
            throw new IllegalArgumentException(
                    "holder must be 16 to 64 random letters, digits or hyphens");
        }
    }
}
