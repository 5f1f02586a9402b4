package dev.durableobjects.internal.engine;

import dev.durableobjects.Limits;
import dev.durableobjects.internal.gate.Waiting;
import dev.durableobjects.internal.socket.SocketKeeper;
import dev.durableobjects.internal.storage.DataDirectory;
import dev.durableobjects.spi.CommitLog;
import java.util.random.RandomGenerator;

/// What all objects of a runtime share. Immutable; the parts are safe for use by many threads.
///
/// @param limits every bound
/// @param waiting how the engine waits
/// @param random where ids come from
/// @param directory where the files are
/// @param log makes commits durable
/// @param sockets watches over the connections
public record Node(
        Limits limits,
        Waiting waiting,
        RandomGenerator random,
        DataDirectory directory,
        CommitLog log,
        SocketKeeper sockets) {}
