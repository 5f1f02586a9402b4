package dev.durableobjects;

import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;
import dev.durableobjects.websocket.WebSocket;
import dev.durableobjects.websocket.WebSocketMessage;

/// The base class of objects. Extend it, take the two constructor arguments, and implement the
/// interface of the namespace's [Binding].
///
/// The constructor and every handler run one at a time: fields need no locks. What a handler writes
/// to [DurableObjectState#storage] is committed when it ends, as one transaction, and its result
/// leaves once that commit is durable. An exception out of a handler does not undo its writes; wrap
/// them in [DurableObjectStorage#transactionSync] for that. Only the object's thread may use it.
public abstract class DurableObject {

    /// The object's own state: its id, its storage, its sockets.
    protected final DurableObjectState ctx;

    /// The namespaces that the object may call.
    protected final Env env;

    /// Keeps the two arguments. The constructor of a subclass runs before the first event of each
    /// life of the object, and is the place for its schema and for loading fields.
    protected DurableObject(DurableObjectState ctx, Env env) {
        this.ctx = ctx;
        this.env = env;
    }

    /// Answers a request sent through [DurableObjectStub#fetch]. To accept a WebSocket, make a
    /// [dev.durableobjects.websocket.WebSocketPair], give its server half to
    /// [DurableObjectState#acceptWebSocket] and return its client half.
    ///
    /// @throws Exception anything; the caller gets it
    public Response fetch(Request request) throws Exception {
        throw new UnsupportedOperationException("Handler does not export a fetch() function.");
    }

    /// Runs when the alarm is due that [DurableObjectStorage#setAlarm] has set: at least once, and
    /// not again once a run has succeeded and what it wrote is durable. When it throws, breaks the
    /// object or takes longer than `Limit.ALARM_SECONDS`, it runs again after 2 seconds, then after
    /// 4, 8, 16, 32 and 64, each up to a quarter longer; then the alarm is given up. For unlimited
    /// retries, catch what goes wrong and set the alarm anew.
    ///
    /// @throws Exception anything; it is logged, and what was written before stays
    public void alarm(AlarmInvocationInfo info) throws Exception {
        throw new UnsupportedOperationException("Handler does not export an alarm() function.");
    }

    /// Runs when a schedule of [DurableObjectState#schedules] is due, under the rules of [#alarm].
    ///
    /// @throws Exception anything; it is logged, and what was written before stays
    public void scheduled(Schedule schedule) throws Exception {
        throw new UnsupportedOperationException("Handler does not export a scheduled() function.");
    }

    /// Receives a text or binary message of an accepted socket. Messages of one socket arrive in
    /// order. An exception is logged and the socket stays open.
    public void webSocketMessage(WebSocket socket, WebSocketMessage message) throws Exception {}

    /// Tells that an accepted socket has closed. It is called once, after the last message, unless
    /// [#webSocketError] was called instead.
    ///
    /// @param code the peer's close code; 1005 if it sent none, 1006 if the connection was lost
    /// @param reason the peer's reason, or an explanation of code 1006
    /// @param wasClean whether the peer sent a Close frame
    public void webSocketClose(WebSocket socket, int code, String reason, boolean wasClean)
            throws Exception {}

    /// Tells that the object is about to leave memory, after the last event of this life: because
    /// it was idle, or because the runtime closes. Never called after a crash or a reset. What it
    /// writes is durable before the next constructor runs. It may call other objects and wait; no
    /// other event enters meanwhile, not even a call that comes back from an object that it called.
    /// What it sends to sockets leaves before a runtime that closes says 1001 to them. It has
    /// `Limit.PRE_SHUTDOWN_SECONDS`; what it throws is logged and changes nothing.
    public void preShutdown(ShutdownReason reason) throws Exception {}

    /// Tells that an accepted socket broke, for example because the peer violated RFC 6455.
    public void webSocketError(WebSocket socket, Throwable error) throws Exception {}
}
