// What a ReconnectingSocket is made of: one connection after the other, and what waits for them.

import { copyOf, FIRST_MESSAGE, socketUrl } from "./options.js";

/** Thrown by `send` when more waits to be sent than the options allow. */
export class QueueFullError extends Error {
  name = "QueueFullError";
}

const OPEN = 1;
const HELD_MESSAGES_MAX = 1_000;

/** One WebSocket from its attempt to its end, which it tells once. */
export class Connection {
  #world;
  #options;
  #owner;
  #socket = null;
  #isLive = false;
  #hasEnded = false;
  #openedAt = 0;
  #held = [];
  #abort = new AbortController();
  #deadline;
  #nextPing;

  constructor(world, options, owner) {
    this.#world = world;
    this.#options = options;
    this.#owner = owner;
  }

  async open(url) {
    if (this.#hasEnded) {
      return; // A listener has closed it.
    }
    this.#failAfter(this.#options.connectMillis, "the connection did not open");
    try {
      const target = socketUrl(await url(), this.#world);
      if (this.#hasEnded) {
        return;
      }
      const socket = this.#world.open(target, this.#options.protocols);
      this.#socket = socket;
      socket.binaryType = this.#options.binaryType;
      socket.onopen = () => this.#begin();
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = ({ code, reason }) => this.#end(code, reason);
    } catch (error) {
      this.#fail(`cannot connect: ${error?.message ?? error}`);
    }
  }

  /** Returns whether it took the data; if not, it is about to end. */
  send(data, bytes) {
    if (this.#hasEnded || this.#socket?.readyState !== OPEN) {
      return false;
    }
    if (this.#socket.bufferedAmount + bytes > this.#options.queueBytes) {
      throw new QueueFullError(`more than ${this.#options.queueBytes} bytes wait for the network`);
    }
    this.#socket.send(data);
    return true;
  }

  close(code, reason) {
    this.#socket?.close(code, reason);
    this.#stop();
  }

  /** Asks whether the peer is still there, if there is a way to ask. */
  check() {
    const { ping, pingMillis, pongMillis } = this.#options;
    if (ping === undefined || !this.#isLive || this.#hasEnded) {
      return;
    }
    this.#world.clearTimeout(this.#nextPing);
    this.#nextPing = this.#world.setTimeout(() => this.check(), pingMillis);
    if (this.#deadline === undefined && this.#socket.readyState === OPEN) {
      this.#failAfter(pongMillis, "no answer to a ping");
      this.#socket.send(ping);
    }
  }

  /** The socket is open: the snapshot is read after that, so nothing falls between the two. */
  async #begin() {
    const { snapshot, connectMillis } = this.#options;
    if (snapshot === undefined) {
      this.#ready(false);
      return;
    }
    this.#failAfter(connectMillis, "the snapshot did not come");
    if (snapshot === FIRST_MESSAGE) {
      return;
    }
    try {
      const { signal } = this.#abort;
      const data = await (typeof snapshot === "function"
        ? snapshot(signal)
        : this.#json(snapshot, signal));
      if (!this.#hasEnded) {
        this.#ready(true, data);
      }
    } catch (error) {
      this.#fail(`no snapshot: ${error?.message ?? error}`);
    }
  }

  async #json(url, signal) {
    const response = await this.#world.fetch(new URL(url, this.#world.base()), {
      cache: "no-store",
      signal,
    });
    if (!response.ok) {
      throw new Error(`status ${response.status} from ${url}`);
    }
    return response.json();
  }

  #ready(hasSnapshot, snapshot) {
    this.#world.clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#isLive = true;
    this.#openedAt = this.#world.now();
    if (this.#options.ping !== undefined) {
      this.#nextPing = this.#world.setTimeout(() => this.check(), this.#options.pingMillis);
    }
    const held = this.#held;
    this.#held = [];
    this.#owner.opened(hasSnapshot, snapshot, held);
  }

  #receive(data) {
    if (this.#isLive) {
      this.#world.clearTimeout(this.#deadline); // Whatever comes, the peer is there.
      this.#deadline = undefined;
    }
    if (this.#options.ping !== undefined && data === this.#options.pong) {
      return;
    }
    if (this.#isLive) {
      this.#owner.message(data);
    } else if (this.#options.snapshot === FIRST_MESSAGE) {
      this.#ready(true, data);
    } else if (this.#held.push(data) > HELD_MESSAGES_MAX) {
      this.#fail(`more than ${HELD_MESSAGES_MAX} messages came before the snapshot`);
    }
  }

  #failAfter(millis, what) {
    this.#world.clearTimeout(this.#deadline);
    this.#deadline = this.#world.setTimeout(
      () => this.#fail(`${what} within ${millis / 1000} s`), millis);
  }

  /** Gives up by itself, without waiting for a peer that may not be there. */
  #fail(reason) {
    if (!this.#hasEnded) {
      const socket = this.#socket;
      this.#end(1006, reason);
      socket?.close();
    }
  }

  #end(code, reason) {
    if (!this.#hasEnded) {
      const openMillis = this.#isLive ? this.#world.now() - this.#openedAt : 0;
      this.#stop();
      this.#owner.ended(code, reason, openMillis);
    }
  }

  #stop() {
    this.#hasEnded = true;
    this.#held = [];
    this.#world.clearTimeout(this.#deadline);
    this.#world.clearTimeout(this.#nextPing);
    this.#abort.abort();
    if (this.#socket !== null) {
      this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    }
  }
}

/** What waits for a connection, in order and bounded. */
export class Queue {
  #messages = [];
  #bytes = 0;
  #options;

  constructor(options) {
    this.#options = options;
  }

  get length() {
    return this.#messages.length;
  }

  add(data, bytes) {
    const { queueMessages, queueBytes } = this.#options;
    if (this.#messages.length >= queueMessages || this.#bytes + bytes > queueBytes) {
      throw new QueueFullError(
        `at most ${queueMessages} messages and ${queueBytes} bytes may wait for the connection`);
    }
    this.#messages.push({ data: copyOf(data), bytes });
    this.#bytes += bytes;
  }

  /** Hands on what a connection takes, oldest first. */
  drain(take) {
    const isTaken = ({ data, bytes }) => take(data, bytes);
    while (this.#messages.length > 0 && isTaken(this.#messages[0])) {
      this.#bytes -= this.#messages.shift().bytes;
    }
  }

  clear() {
    this.#messages = [];
    this.#bytes = 0;
  }
}
