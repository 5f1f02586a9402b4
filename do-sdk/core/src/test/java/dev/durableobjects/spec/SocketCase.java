package dev.durableobjects.spec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One conversation of a client with a server, written in the way that `rfc6455.txt` explains.
///
/// @param name the section and what is shown
/// @param lines the steps, the opening handshake among them
record SocketCase(String name, List<String> lines) {

    private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|\\S+");

    private static final List<String> HANDSHAKE =
            List.of(
                    "GET /ws?room=$ HTTP/1.1",
                    "Host: 127.0.0.1:@",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Version: 13");

    /// Reads all cases of a file of the test's resources.
    static List<SocketCase> all(String resource) {
        List<SocketCase> cases = new ArrayList<>();
        try (var in = SocketCase.class.getResourceAsStream(resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().filter(SocketCase::says).toList()) {
                if (line.startsWith("[")) {
                    cases.add(new SocketCase(line, new ArrayList<>()));
                } else {
                    cases.getLast().lines.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    private static boolean says(String line) {
        return !line.isBlank() && !line.startsWith("#");
    }

    /// Returns whether it says what the object is told.
    boolean hasEvents() {
        return lines.stream().anyMatch(line -> line.startsWith("@"));
    }

    /// Returns the opening handshake.
    byte[] handshake(String room, int port) {
        List<String> head = new ArrayList<>(HANDSHAKE);
        for (String line : lines) {
            String rest = line.substring(line.indexOf(' ') + 1);
            switch (line.substring(0, line.indexOf(' '))) {
                case ":" -> head.set(0, rest);
                case "|+" -> head.add(rest);
                case "|" -> {
                    String name = rest.substring(0, rest.indexOf(':') + 1);
                    head.replaceAll(known -> known.startsWith(name) ? rest : known);
                    head.removeIf(known -> known.equals(name));
                }
                default -> {}
            }
        }
        String request = String.join("\r\n", head) + "\r\n\r\n";
        return request.replace("$", room)
                .replace("@", String.valueOf(port))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Returns the steps after the request.
    List<String> steps() {
        List<String> steps =
                new ArrayList<>(lines.stream().filter(line -> !line.matches("[:|].*")).toList());
        if (steps.stream().noneMatch(line -> line.startsWith("="))) {
            steps.addFirst("= 101");
        }
        return steps;
    }

    /// Returns the bytes that a step sends.
    static byte[] sent(String step) {
        List<String> tokens = tokens(step);
        return switch (tokens.getFirst()) {
            case "raw" -> payload(tokens.subList(1, tokens.size()));
            case "unmasked" -> {
                byte[] frame = frame(tokens.subList(1, tokens.size()));
                int payload = frame.length - 6;
                byte[] bare = new byte[2 + payload];
                bare[0] = frame[0];
                bare[1] = (byte) payload;
                System.arraycopy(payload(tokens.subList(2, tokens.size())), 0, bare, 2, payload);
                yield bare;
            }
            default -> frame(tokens);
        };
    }

    private static byte[] frame(List<String> tokens) {
        return RawWebSocket.frame(first(tokens), payload(tokens.subList(1, tokens.size())));
    }

    /// Returns how often a step is taken.
    static int times(String step) {
        String token = tokens(step).getFirst();
        return token.matches("\\d+x") ? Integer.parseInt(token.replace("x", "")) : 1;
    }

    /// Returns a step without how often it is taken.
    static String once(String step) {
        return step.replaceFirst(" \\d+x ", " ");
    }

    /// Returns the first byte of a frame.
    static int first(List<String> tokens) {
        return Integer.parseInt(tokens.getFirst(), 16);
    }

    /// Returns the words of a step after its sign.
    static List<String> tokens(String step) {
        Matcher words = TOKEN.matcher(step.substring(step.indexOf(' ') + 1));
        return words.results().map(word -> word.group()).toList();
    }

    @Override
    public String toString() {
        return name;
    }

    /// Returns the bytes that words stand for.
    static byte[] payload(List<String> tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token : tokens) {
            if (token.startsWith("\"")) {
                bytes.writeBytes(
                        token.substring(1, token.length() - 1).getBytes(StandardCharsets.UTF_8));
            } else if (token.startsWith("#")) {
                int code = Integer.parseInt(token.substring(1));
                bytes.write(code >> 8);
                bytes.write(code);
            } else {
                int star = token.indexOf('*');
                int value = Integer.parseInt(star < 0 ? token : token.substring(0, star), 16);
                int times = star < 0 ? 1 : Integer.parseInt(token.substring(star + 1));
                for (int i = 0; i < times; i++) {
                    bytes.write(value);
                }
            }
        }
        return bytes.toByteArray();
    }
}
