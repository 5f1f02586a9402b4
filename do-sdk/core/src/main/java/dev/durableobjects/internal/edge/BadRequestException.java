package dev.durableobjects.internal.edge;

import dev.durableobjects.http.Response;

/// A client sent something that is not a request. Immutable.
final class BadRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Response response;

    /// Refuses a request that leaves nothing unread on the connection.
    ///
    /// @param text what was expected; the client gets it
    BadRequestException(int status, String text) {
        this(Response.text(status, text));
    }

    private BadRequestException(Response response) {
        super(response.text());
        this.response = response;
    }

    /// Returns a refusal that ends the connection, because the rest of what the client has sent
    /// would be taken for the next request.
    static BadRequestException ending(int status, String text) {
        return new BadRequestException(
                Response.text(status, text).withHeader("connection", "close"));
    }

    /// Returns a refusal of a WebSocket of another version than ours.
    static BadRequestException upgradeRequired(String text) {
        return new BadRequestException(OpeningHandshake.upgradeRequired(text));
    }

    /// Returns the answer.
    Response response() {
        return response;
    }
}
