// A WebSocket that comes back: it reconnects with growing pauses, keeps what is sent meanwhile,
// says what state it is in, and brings the page a fresh snapshot after each connect.

import { Connection, Queue, QueueFullError } from "./connection.js";
import { bytesOf, checkClose, complete, FIRST_MESSAGE, socketUrl } from "./options.js";

export { FIRST_MESSAGE, QueueFullError };

const TRY_AGAIN_LATER = 1013;
const WAKE_PAUSE_MILLIS = 1_000;

/** Time, chance and the network. Tests pass another one. */
const BROWSER = Object.freeze({
  base: () => globalThis.document?.baseURI ?? globalThis.location?.href,
  now: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (run, millis) => setTimeout(run, millis),
  clearTimeout: (timer) => clearTimeout(timer),
  open: (url, protocols) => new WebSocket(url, protocols),
  fetch: (url, init) => fetch(url, init),
  report: (error) => (globalThis.reportError ?? console.error)(error), // Node has no reportError.

  /** Calls back when a new attempt has better chances; returns what stops that. */
  onWake(wake) {
    const shown = () => globalThis.document.visibilityState === "visible" && wake();
    globalThis.addEventListener?.("online", wake);
    globalThis.document?.addEventListener("visibilitychange", shown);
    return () => {
      globalThis.removeEventListener?.("online", wake);
      globalThis.document?.removeEventListener("visibilitychange", shown);
    };
  },
});

/** What listeners get: `state`, `snapshot` and `message` events, with their fields. */
class SocketEvent extends Event {
  constructor(type, fields) {
    super(type);
    Object.assign(this, fields);
  }
}

/** Thrown by `send` when the socket was closed for good. */
export class SocketClosedError extends Error {
  name = "SocketClosedError";
}

/**
 * A socket that is `connecting` (until the snapshot is there), `open`, `waiting` to reconnect, or
 * `closed` for good.
 *
 * Each change is a `state` event with `state`, and where they apply `code`, `reason`, `retryMillis`
 * and `unsent`. A `snapshot` and a `message` event have `data`. After each connect the snapshot
 * comes first, then what the socket brought meanwhile, then the state `open`.
 */
export class ReconnectingSocket extends EventTarget {
  #url;
  #options;
  #world;
  #queue;
  #state = "connecting";
  #connection = null;
  #failures = 0;
  #attemptAt = 0;
  #retryAt = 0;
  #timer;
  #isBusy = false;
  #stopListening;

  /**
   * Starts to connect.
   *
   * @param url where to: absolute, or relative to the page; or a function that returns it, or a
   *     promise of it, for each attempt
   * @param options the documented ones; an unknown one, or one of another type, is a TypeError, and
   *     a number out of its range a RangeError
   */
  constructor(url, options = {}, world = BROWSER) {
    super();
    this.#options = complete(options);
    this.#url = typeof url === "function" ? url : () => url;
    this.#world = world;
    this.#queue = new Queue(this.#options);
    if (typeof url !== "function") {
      socketUrl(url, world); // A mistake is told at once.
    }
    this.#stopListening = world.onWake(() => this.#wake());
    this.#connect();
  }

  /** `connecting`, `open`, `waiting` or `closed`. */
  get state() {
    return this.#state;
  }

  /** Milliseconds until the next attempt, 0 unless the socket is waiting. */
  get retryMillis() {
    return this.#state === "waiting" ? Math.max(0, this.#retryAt - this.#world.now()) : 0;
  }

  /** How many messages wait for the connection to open. */
  get queued() {
    return this.#queue.length;
  }

  /**
   * Sends a text, an ArrayBuffer, a view of one or a Blob; until the connection is open, it waits.
   *
   * What was handed to a connection that then breaks may have arrived or not; it is not sent again.
   *
   * @throws TypeError if the data is something else
   * @throws QueueFullError if too much is waiting already
   * @throws SocketClosedError if the socket is closed for good
   */
  send(data) {
    const bytes = bytesOf(data);
    if (this.#state === "closed") {
      throw new SocketClosedError("the socket is closed for good; make a new one");
    }
    if (this.#state !== "open" || !this.#connection?.send(data, bytes)) { // None while it asks `retries`.
      this.#queue.add(data, bytes);
    }
  }

  /** Tries to connect now, if it is waiting. */
  retry() {
    if (this.#state === "waiting") {
      this.#connect();
    }
  }

  /**
   * Closes the socket for good; what still waits to be sent is dropped.
   *
   * @param code 1000, or 3000 to 4999; anything else is a RangeError
   * @param reason at most 123 bytes in UTF-8; more is a RangeError
   */
  close(code = 1000, reason = "") {
    checkClose(code, reason);
    if (this.#state !== "closed") {
      this.#connection?.close(code, reason);
      this.#finish(code, reason);
    }
  }

  #connect() {
    this.#world.clearTimeout(this.#timer);
    this.#attemptAt = this.#world.now();
    const connection = new Connection(this.#world, this.#options, {
      opened: (hasSnapshot, snapshot, messages) => this.#opened(hasSnapshot, snapshot, messages),
      message: (data) => this.#emit("message", { data }),
      ended: (code, reason, openMillis) => this.#ended(code, reason, openMillis),
    });
    this.#connection = connection;
    this.#change("connecting");
    connection.open(this.#url);
  }

  #opened(hasSnapshot, snapshot, messages) {
    const connection = this.#connection;
    if (hasSnapshot) {
      this.#emit("snapshot", { data: snapshot });
    }
    for (const data of messages) {
      if (this.#connection === connection) { // A listener may have closed it.
        this.#emit("message", { data });
      }
    }
    if (this.#connection === connection) {
      this.#queue.drain((data, bytes) => connection.send(data, bytes));
      this.#change("open");
    }
  }

  #ended(code, reason, openMillis) {
    this.#connection = null;
    if (openMillis >= this.#options.stableMillis) {
      this.#failures = 0;
    }
    const retries = this.#retries(code, reason);
    if (this.#state === "closed") {
      return; // The application has closed it while it was asked.
    }
    if (!retries) {
      this.#finish(code, reason);
      return;
    }
    this.#isBusy = code === TRY_AGAIN_LATER;
    const retryMillis = this.#delayMillis();
    this.#failures += 1;
    this.#waitFor(retryMillis);
    this.#change("waiting", { code, reason, retryMillis });
  }

  /** Asks the application; one that fails has not said that this was the end. */
  #retries(code, reason) {
    try {
      return this.#options.retries(code, reason);
    } catch (error) {
      this.#world.report(error);
      return true;
    }
  }

  /** Doubles from attempt to attempt; half of it at random, so that not all return at once. */
  #delayMillis() {
    const { firstDelayMillis, longestDelayMillis, busyDelayMillis } = this.#options;
    const doubled = firstDelayMillis * 2 ** Math.min(this.#failures, 20);
    const grown = Math.min(longestDelayMillis, doubled);
    const longest = this.#isBusy ? Math.max(busyDelayMillis, grown) : grown;
    return longest / 2 + this.#world.random() * longest / 2;
  }

  #waitFor(millis) {
    this.#world.clearTimeout(this.#timer);
    this.#retryAt = this.#world.now() + millis;
    this.#timer = this.#world.setTimeout(() => this.#connect(), millis);
  }

  /** The network is back, or somebody looks at the page again. */
  #wake() {
    this.#connection?.check();
    if (this.#state !== "waiting" || this.#isBusy) {
      return; // A server that asked to be left alone is.
    }
    this.#failures = 0;
    const pause = Math.max(0, this.#attemptAt + WAKE_PAUSE_MILLIS - this.#world.now());
    if (pause < this.retryMillis) {
      this.#waitFor(pause);
      this.#change("waiting", { retryMillis: pause });
    }
  }

  #finish(code, reason) {
    this.#connection = null;
    this.#world.clearTimeout(this.#timer);
    this.#stopListening();
    const unsent = this.#queue.length;
    this.#queue.clear();
    this.#change("closed", { code, reason, unsent });
  }

  #change(state, fields = {}) {
    this.#state = state;
    this.#emit("state", { state, ...fields });
  }

  #emit(type, fields) {
    this.dispatchEvent(new SocketEvent(type, fields));
  }
}
