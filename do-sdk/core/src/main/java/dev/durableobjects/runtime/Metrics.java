package dev.durableobjects.runtime;

import dev.durableobjects.internal.engine.AlarmCounters;
import dev.durableobjects.internal.socket.SocketCounters;
import dev.durableobjects.internal.socket.SocketCounters.Count;

/// What a runtime counts, at one moment. Counts of things that happened grow from the start of the
/// runtime; those of things that are there are of now. Immutable.
///
/// @param liveObjects objects in memory now
/// @param connections WebSocket connections now, opening handshakes included
/// @param upgradesAccepted opening handshakes that were answered with 101
/// @param upgradesRefused opening handshakes that were answered with anything else
/// @param framesReceived frames of peers, fragments and control frames included
/// @param bytesReceived bytes of payload of these
/// @param framesSent frames that were given to the network, control frames included
/// @param bytesSent bytes of these
/// @param bytesQueued bytes that wait to be sent now
/// @param messagesCoalesced messages that were dropped because a newer one replaced them
/// @param closedTooSlow connections that were closed with 1013: the peer read too slowly, or sent
///   more of a message when those of all peers were at their bound
/// @param closedTooFast connections that were closed with 1008: the peer sent too much
/// @param closedInvalid connections that were closed with 1002, 1007 or 1009: the peer broke a rule
/// @param cutOff connections that were ended because the peer was silent, or did not answer a Close
/// @param broken connections that were ended by a fault of the runtime itself, which is logged
/// @param alarmRuns runs of alarms and schedules that have begun, repetitions included
/// @param alarmFailures runs that have failed; those for which the node was at fault do not count
/// @param alarmsGivenUp alarms and times of schedules that were given up: after their last
///   repetition, by an abort without one, or because the class has no handler
public record Metrics(
        int liveObjects,
        int connections,
        long upgradesAccepted,
        long upgradesRefused,
        long framesReceived,
        long bytesReceived,
        long framesSent,
        long bytesSent,
        long bytesQueued,
        long messagesCoalesced,
        long closedTooSlow,
        long closedTooFast,
        long closedInvalid,
        long cutOff,
        long broken,
        long alarmRuns,
        long alarmFailures,
        long alarmsGivenUp) {

    static Metrics of(
            int liveObjects, int connections, SocketCounters sockets, AlarmCounters alarms) {
        return new Metrics(
                liveObjects,
                connections,
                sockets.get(Count.UPGRADED),
                sockets.get(Count.REFUSED),
                sockets.get(Count.FRAMES_RECEIVED),
                sockets.get(Count.BYTES_RECEIVED),
                sockets.get(Count.FRAMES_SENT),
                sockets.get(Count.BYTES_SENT),
                sockets.get(Count.BYTES_QUEUED),
                sockets.get(Count.COALESCED),
                sockets.get(Count.TOO_SLOW),
                sockets.get(Count.TOO_FAST),
                sockets.get(Count.INVALID),
                sockets.get(Count.CUT_OFF),
                sockets.get(Count.BROKEN),
                alarms.runs(),
                alarms.failures(),
                alarms.givenUp());
    }
}
