// Time, chance and the network as a ReconnectingSocket sees them, moved by hand.

/** A WebSocket whose server is the test. */
export class ManualSocket {
  readyState = 0;
  bufferedAmount = 0;
  sent = [];
  closedWith = null;

  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
  }

  opens() {
    this.readyState = 1;
    this.onopen?.({});
  }

  says(data) {
    this.onmessage?.({ data });
  }

  ends(code, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(data) {
    this.sent.push(data);
  }

  close(code = 1005, reason = "") {
    if (code !== 1005 && code !== 1000 && code < 3000) {
      throw new RangeError(`a page may not close with ${code}`);
    }
    this.readyState = 2;
    this.closedWith = [code, reason];
  }
}

export class ManualWorld {
  time = 0;
  chance = 1;
  timers = new Set();
  sockets = [];
  fetched = [];
  reported = [];
  answer = { ok: true, json: async () => "fetched" };
  wakers = new Set();

  base = () => "https://example.org/app/page?x=1";
  now = () => this.time;
  random = () => this.chance;
  clearTimeout = (timer) => this.timers.delete(timer);
  report = (error) => this.reported.push(error.message);

  setTimeout = (run, millis) => {
    const timer = { run, at: this.time + millis };
    this.timers.add(timer);
    return timer;
  };

  open = (url, protocols) => {
    this.sockets.push(new ManualSocket(url, protocols));
    return this.sockets.at(-1);
  };

  fetch = async (url, init) => {
    this.fetched.push({ url: url.href, cache: init.cache, signal: init.signal });
    return this.answer;
  };

  onWake = (wake) => {
    this.wakers.add(wake);
    return () => this.wakers.delete(wake);
  };

  wake() {
    this.wakers.forEach((wake) => wake());
  }

  /** The socket of the latest attempt. */
  get socket() {
    return this.sockets.at(-1);
  }

  /** Lets everything run that waits for nothing but its turn. */
  async settle() {
    for (let i = 0; i < 20; i++) {
      await null;
    }
  }

  /** Moves the time, and runs what is due on the way, in order. */
  async pass(millis) {
    await this.settle();
    const end = this.time + millis;
    for (;;) {
      const due = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (due.length === 0) {
        break;
      }
      this.time = Math.max(this.time, due[0].at);
      this.timers.delete(due[0]);
      due[0].run();
      await this.settle();
    }
    this.time = end;
  }
}
