package dev.durableobjects.internal.engine;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.DurableObject;
import dev.durableobjects.Schedule;
import dev.durableobjects.ShutdownReason;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A handler that a class of objects may have or not. Immutable.
enum Handler {
    PRE_SHUTDOWN("a", "preShutdown", ShutdownReason.class, "be told of its end"),
    ALARM("an", "alarm", AlarmInvocationInfo.class, "call setAlarm()"),
    SCHEDULED("a", "scheduled", Schedule.class, "call schedules()");

    private static final ClassValue<Set<Handler>> OF_CLASS =
            new ClassValue<>() {
                @Override
                protected Set<Handler> computeValue(Class<?> type) {
                    return Stream.of(values())
                            .filter(handler -> handler.isOverriddenIn(type))
                            .collect(Collectors.toUnmodifiableSet());
                }
            };

    private final String article;
    private final String method;
    private final Class<?> parameter;
    private final String purpose;

    Handler(String article, String method, Class<?> parameter, String purpose) {
        this.article = article;
        this.method = method;
        this.parameter = parameter;
        this.purpose = purpose;
    }

    /// Returns whether a class of objects has it.
    boolean isIn(Class<?> type) {
        return OF_CLASS.get(type).contains(this);
    }

    /// Refuses to set what a class of objects could not run.
    ///
    /// @throws IllegalStateException if it does not have the handler
    void check(Class<?> type) {
        if (!isIn(type)) {
            throw new IllegalStateException(
                    "Your Durable Object class must have %s %s() handler in order to %s"
                            .formatted(article, method, purpose));
        }
    }

    private boolean isOverriddenIn(Class<?> type) {
        try {
            return type.getMethod(method, parameter).getDeclaringClass() != DurableObject.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every object has " + method, e);
        }
    }
}
