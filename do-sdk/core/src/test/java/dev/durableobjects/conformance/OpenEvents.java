package dev.durableobjects.conformance;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The events that are under way, by the key that crosses to the object. Safe for use by many
/// threads.
final class OpenEvents {

    private final Map<String, OpenEvent> events = new ConcurrentHashMap<>();

    String add(OpenEvent event) {
        String key = "event-" + events.size();
        events.put(key, event);
        return key;
    }

    OpenEvent get(String key) {
        return events.get(key);
    }
}
