// What a ReconnectingSocket does, case by case, in a world that is moved by hand.

import { ManualWorld } from "./manual-world.js";

/** Runs all cases and returns a list of {name, failure}; an empty failure is none. */
export async function runAll(client) {
  const results = [];
  for (const [name, run] of Object.entries(CASES)) {
    try {
      await run(client);
      results.push({ name, failure: "" });
    } catch (error) {
      results.push({ name, failure: String(error?.stack ?? error) });
    }
  }
  return results;
}

/** A socket in a world of its own, with everything that it told. */
async function begin(client, options = {}, url = "ws?room=1") {
  const world = new ManualWorld();
  const socket = new client.ReconnectingSocket(url, options, world);
  const told = [];
  socket.addEventListener("state", ({ state }) => told.push(state));
  socket.addEventListener("snapshot", ({ data }) => told.push(`snapshot ${data}`));
  socket.addEventListener("message", ({ data }) => told.push(`message ${data}`));
  await world.settle();
  return { world, socket, told };
}

async function beginOpen(client, options) {
  const begun = await begin(client, options);
  begun.world.socket.opens();
  await begun.world.settle();
  return begun;
}

function equal(actual, expected, what = "") {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) {
    throw new Error(`${what} expected ${wanted}, was ${found}`);
  }
}

function thrown(run) {
  try {
    run();
  } catch (error) {
    return error.name;
  }
  return "nothing";
}

const CASES = {
  async connectsRelativeToThePage(client) {
    const { world, socket } = await begin(client, { protocols: ["seats"] }, "ws?room=1#top");

    equal(world.socket.url, "wss://example.org/app/ws?room=1");
    equal([world.socket.protocols, world.socket.binaryType], [["seats"], "arraybuffer"]);
    equal(socket.state, "connecting");
  },

  async anAddressOrAnOptionThatIsNoneIsToldAtOnce(client) {
    const world = new ManualWorld();
    equal(thrown(() => new client.ReconnectingSocket("http://", {}, world)), "TypeError");
    equal(thrown(() => new client.ReconnectingSocket("ws", { pings: 1 }, world)), "TypeError");
  },

  async onlyAnAddressThatASocketMayHaveIsTaken(client) {
    const world = new ManualWorld();
    const begins = (url) => thrown(() => new client.ReconnectingSocket(url, {}, world));

    equal(["ftp://example.org/ws", "file:///ws", "mailto:a@b", "wsx://a/"].map(begins),
      ["TypeError", "TypeError", "TypeError", "TypeError"]);
    equal(["ws://a/", "wss://a/", "http://a/", "https://a/", "/ws", "?x"].map(begins),
      ["nothing", "nothing", "nothing", "nothing", "nothing", "nothing"]);
  },

  async anOptionThatCannotBeIsToldAtOnce(client) {
    const world = new ManualWorld();
    const begins = (options) => thrown(() => new client.ReconnectingSocket("ws", options, world));
    const mistakes = {
      TypeError: [
        null, "ping", { ping: 1 }, { pong: null }, { pingMillis: "25000" }, { retries: true },
        { snapshot: 7 }, { protocols: ["a", "a"] }, { protocols: "a b" }, { binaryType: "text" },
        { queueBytes: 10n },
      ],
      RangeError: [
        { pingMillis: 0 }, { pongMillis: NaN }, { connectMillis: -1 }, { firstDelayMillis: 0 },
        { longestDelayMillis: Infinity }, { busyDelayMillis: 2 ** 31 }, { stableMillis: -1 },
        { queueMessages: 1.5 }, { queueBytes: -1 },
      ],
      nothing: [
        undefined, {}, { stableMillis: 0, queueMessages: 0, queueBytes: 0, protocols: "seats" },
        { snapshot: new URL("https://example.org/"), binaryType: "blob", ping: undefined },
        { busyDelayMillis: 2 ** 31 - 1, pingMillis: 1, pongMillis: 0.5 + 0.5 },
      ],
    };
    for (const [mistake, all] of Object.entries(mistakes)) {
      all.forEach((options) => equal(begins(options), mistake, JSON.stringify(options,
        (key, value) => typeof value === "bigint" ? `${value}n` : value)));
    }
  },

  async theAddressMayBeAFunctionThatIsAskedForEachAttempt(client) {
    let asked = 0;
    const { world } = await begin(client, {}, async () => `ws?token=${++asked}`);
    world.socket.ends(1006);
    await world.pass(500);

    equal(world.sockets.map(({ url }) => url), [
      "wss://example.org/app/ws?token=1",
      "wss://example.org/app/ws?token=2",
    ]);
  },

  async anAddressThatCannotBeHadIsTriedAgain(client) {
    let asked = 0;
    const { world, socket } = await begin(client, {}, async () => {
      if (++asked === 1) {
        throw new Error("no token");
      }
      return "ws";
    });

    equal(socket.state, "waiting");
    await world.pass(500);
    equal(world.sockets.length, 1);
  },

  async anAddressThatComesAfterTheEndIsNotConnectedTo(client) {
    let give;
    const { world, socket } = await begin(client, {}, () => new Promise((url) => (give = url)));
    socket.close();
    give("ws");
    await world.settle();

    equal(world.sockets.length, 0);
  },

  async withoutASnapshotItIsOpenWhenTheSocketIs(client) {
    const { world, socket, told } = await beginOpen(client);
    world.socket.says("a");

    equal(socket.state, "open");
    equal(told, ["open", "message a"]);
  },

  async theSnapshotComesFirstThenWhatCameMeanwhile(client) {
    let give;
    const { world, socket, told } = await beginOpen(client, {
      snapshot: () => new Promise((resolve) => (give = resolve)),
    });
    world.socket.says("a");
    world.socket.says("b");
    await world.settle();
    equal(told, []);
    equal(socket.state, "connecting");

    give("all");
    await world.settle();
    world.socket.says("c");

    equal(told, ["snapshot all", "message a", "message b", "open", "message c"]);
  },

  async everyReconnectBringsANewSnapshot(client) {
    let count = 0;
    const { world, told } = await beginOpen(client, { snapshot: () => ++count });
    world.socket.ends(1001);
    await world.pass(500);
    world.socket.opens();
    await world.settle();

    equal(told, ["snapshot 1", "open", "waiting", "connecting", "snapshot 2", "open"]);
  },

  async theFirstMessageMayBeTheSnapshot(client) {
    const { world, socket, told } = await beginOpen(client, { snapshot: client.FIRST_MESSAGE });
    equal(socket.state, "connecting");

    world.socket.says("all");
    world.socket.says("a");

    equal(told, ["snapshot all", "open", "message a"]);
  },

  async aSnapshotMayBeReadFromAnAddress(client) {
    const { world, told } = await beginOpen(client, { snapshot: "seats" });

    equal(world.fetched[0].url, "https://example.org/app/seats");
    equal(world.fetched[0].cache, "no-store");
    equal(told, ["snapshot fetched", "open"]);
  },

  async withoutItsSnapshotAConnectionIsGivenUp(client) {
    const { world, socket } = await begin(client, { snapshot: "seats" });
    const reasons = [];
    socket.addEventListener("state", ({ reason }) => reasons.push(reason));
    world.answer = { ok: false, status: 503 };
    const first = world.socket;
    first.opens();
    await world.settle();

    equal(socket.state, "waiting");
    equal([reasons, first.closedWith], [["no snapshot: status 503 from seats"], [1005, ""]]);
  },

  async aSnapshotThatTakesTooLongIsGivenUp(client) {
    let signal;
    const { world, socket } = await begin(client, {
      snapshot: (given) => new Promise(() => (signal = given)),
      connectMillis: 3_000,
    });
    await world.pass(2_000);
    world.socket.opens();
    await world.pass(2_999);
    equal(socket.state, "connecting", "it has as long as the opening had");
    await world.pass(1);

    equal(socket.state, "waiting");
    equal(signal.aborted, true);
  },

  async aSnapshotThatComesTooLateIsIgnored(client) {
    const give = [];
    const { world, told } = await beginOpen(client, {
      snapshot: () => new Promise((resolve) => give.push(resolve)),
    });
    world.socket.ends(1006);
    await world.pass(500);
    world.socket.opens();
    await world.settle();

    give[0]("old");
    give[1]("new");
    await world.settle();

    equal(told, ["waiting", "connecting", "snapshot new", "open"]);
  },

  async messagesBeforeTheSnapshotAreBounded(client) {
    const { world, socket } = await beginOpen(client, { snapshot: () => new Promise(() => {}) });
    for (let i = 0; i < 1_001; i++) {
      world.socket.says("x");
    }

    equal(socket.state, "waiting");
  },

  async thePausesDoubleUpToTheLongest(client) {
    const { world, socket } = await begin(client);
    const pauses = [];
    socket.addEventListener("state", ({ retryMillis }) => retryMillis && pauses.push(retryMillis));
    for (let i = 0; i < 8; i++) {
      world.socket.ends(1006);
      await world.pass(socket.retryMillis);
    }

    equal(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  },

  async halfOfAPauseIsChance(client) {
    const { world, socket } = await begin(client);
    world.chance = 0;
    world.socket.ends(1006);
    equal(socket.retryMillis, 250);

    await world.pass(100);
    equal(socket.retryMillis, 150);
    await world.pass(150);
    equal(socket.state, "connecting");
    equal(socket.retryMillis, 0);
  },

  async aConnectionThatLastedStartsThePausesAnew(client) {
    const { world, socket } = await begin(client);
    world.socket.ends(1006);
    await world.pass(500);
    world.socket.opens();
    await world.pass(4_999);
    world.socket.ends(1006);
    equal(socket.retryMillis, 1_000, "it broke at once");
    await world.pass(1_000);
    world.socket.opens();
    await world.pass(5_000);
    world.socket.ends(1006);

    equal(socket.retryMillis, 500, "it lasted");
  },

  async theCloseCodeDecidesWhetherItComesBack(client) {
    const after = async (code) => {
      const { world, socket } = await beginOpen(client);
      world.socket.ends(code);
      return socket.state;
    };
    for (const code of [1000, 1005, 1008, 4000, 4999]) {
      equal(await after(code), "closed", code);
    }
    for (const code of [1001, 1002, 1006, 1009, 1011, 1012, 1013, 1014, 3000]) {
      equal(await after(code), "waiting", code);
    }
  },

  async theApplicationMayDecideByCodeAndReason(client) {
    const retries = (code, reason) => code === 4000 && reason === "moved";
    const { world, socket } = await beginOpen(client, { retries });
    world.socket.ends(4000, "moved");
    equal(socket.state, "waiting");
    await world.pass(500);
    world.socket.ends(1006);

    equal(socket.state, "closed");
  },

  async anApplicationThatFailsToDecideComesBack(client) {
    const retries = () => {
      throw new Error("on purpose");
    };
    const { world, socket, told } = await beginOpen(client, { retries });
    world.socket.ends(1006);
    socket.send("a");
    await world.pass(500);
    world.socket.opens();
    await world.settle();

    equal(told, ["open", "waiting", "connecting", "open"]);
    equal([world.socket.sent, world.reported], [["a"], ["on purpose"]]);
  },

  async theApplicationMayCloseWhileItDecides(client) {
    for (const decision of [true, false]) {
      const { world, socket, told } = await beginOpen(client, {
        retries: () => {
          socket.close(4001);
          return decision;
        },
      });
      world.socket.ends(1006);
      await world.pass(100_000);

      equal(told, ["open", "closed"]);
      equal([world.timers.size, world.wakers.size, world.sockets.length], [0, 0, 1]);
    }
  },

  async whatIsSentWhileTheApplicationDecidesIsKept(client) {
    const { world, socket } = await beginOpen(client, {
      retries: () => {
        socket.send("a");
        return true;
      },
    });
    world.socket.ends(1006);
    await world.pass(500);
    world.socket.opens();
    await world.settle();

    equal([world.socket.sent, world.reported], [["a"], []]);
  },

  async aBusyServerIsLeftAloneForLonger(client) {
    const { world, socket } = await beginOpen(client);
    world.socket.ends(1013);
    equal(socket.retryMillis, 10_000);

    world.wake();

    equal(socket.retryMillis, 10_000, "although somebody looks");
  },

  async whoeverLooksAgainWaitsNoLonger(client) {
    const { world, socket, told } = await begin(client, { firstDelayMillis: 20_000 });
    await world.pass(3_000);
    world.socket.ends(1006);
    world.wake();
    await world.settle();

    equal(socket.retryMillis, 0);
    await world.pass(0);
    equal(told, ["waiting", "waiting", "connecting"]);
  },

  async lookingAgainAndAgainIsNoAttackOnTheServer(client) {
    const { world } = await begin(client, { firstDelayMillis: 20_000 });
    for (let i = 0; i < 100; i++) {
      world.socket.ends(1006);
      world.wake();
      await world.pass(100);
    }

    equal(world.sockets.length, 11, "attempts in 10 seconds");
  },

  async retryConnectsNow(client) {
    const { world, socket } = await begin(client, { connectMillis: 100_000 });
    world.socket.ends(1013);
    socket.retry();
    await world.settle();

    equal(socket.state, "connecting");
    equal(world.sockets.length, 2);
    await world.pass(50_000);
    equal(world.sockets.length, 2, "and not once more");
  },

  async whatIsSentMeanwhileIsKeptInOrder(client) {
    const { world, socket } = await begin(client, { snapshot: () => "all" });
    socket.send("a");
    world.socket.ends(1006);
    socket.send("b");
    await world.pass(500);
    equal(socket.queued, 2);
    world.socket.opens();
    equal(world.socket.sent, [], "before the snapshot");
    await world.settle();
    socket.send("c");

    equal(world.socket.sent, ["a", "b", "c"]);
    equal(socket.queued, 0);
  },

  async whatIsSentIntoAClosingConnectionIsKept(client) {
    const { world, socket } = await beginOpen(client);
    world.socket.readyState = 2;
    socket.send("a");
    world.socket.ends(1001);
    await world.pass(500);
    world.socket.opens();
    await world.settle();

    equal(world.socket.sent, ["a"]);
  },

  async oneMessageTooManyIsAnErrorAndLosesNothing(client) {
    const { world, socket } = await begin(client, { queueMessages: 2 });
    socket.send("a");
    socket.send("b");
    equal(thrown(() => socket.send("c")), "QueueFullError");
    world.socket.opens();
    await world.settle();

    equal(world.socket.sent, ["a", "b"]);
  },

  async oneByteTooManyIsAnError(client) {
    const { socket } = await begin(client, { queueBytes: 10 });
    socket.send("\u00fc\u00fc");
    socket.send(new Uint8Array(4).buffer);
    socket.send(new Uint16Array(1));
    equal(thrown(() => socket.send("x")), "QueueFullError");
    equal(socket.queued, 3);
  },

  async onlyWhatASocketSendsIsTaken(client) {
    for (const begins of [begin, beginOpen]) {
      const { world, socket } = await begins(client, { queueBytes: 10 });
      for (const data of [undefined, null, 5, true, {}, ["a"], Symbol("a"), () => "a"]) {
        equal(thrown(() => socket.send(data)), "TypeError", String(data));
      }
      equal([world.socket.sent, socket.queued], [[], 0]);
      equal(thrown(() => socket.send("ten bytes!")), "nothing");
    }
  },

  async aMistakeSaysWhatWasExpectedAndWhatCame(client) {
    const { socket } = await begin(client);
    let message;
    try {
      socket.send({ seat: "1A" });
    } catch (error) {
      message = error.message;
    }

    equal(message, "a message must be a text, an ArrayBuffer, a view of one or a Blob, was of type"
      + " Object; an object is sent with JSON.stringify");
  },

  async theBytesOfEveryKindAreCounted(client) {
    const tenBytes = [
      "0123456789", "\ud8000123456", new ArrayBuffer(10), new DataView(new ArrayBuffer(20), 5, 10),
      new Uint16Array(5), new Blob(["0123", "456789"]),
    ];
    for (const data of tenBytes) {
      const { socket } = await begin(client, { queueBytes: 10 });
      socket.send(data);
      equal(thrown(() => socket.send("x")), "QueueFullError");
      const small = await begin(client, { queueBytes: 9 });
      equal(thrown(() => small.socket.send(data)), "QueueFullError");
    }
  },

  async whatChangesWhileItWaitsIsSentAsItWas(client) {
    const { world, socket } = await begin(client);
    const bytes = new Uint8Array([0, 1, 2, 3]);
    socket.send(bytes.subarray(1, 3));
    socket.send(bytes.buffer);
    bytes.fill(9);
    world.socket.opens();
    await world.settle();

    equal(world.socket.sent.map((sent) => [...new Uint8Array(sent)]), [[1, 2], [0, 1, 2, 3]]);
  },

  async whatWasSentMakesRoomForMore(client) {
    const { world, socket } = await begin(client, { queueBytes: 3, queueMessages: 1 });
    for (const text of ["abc", "def"]) {
      socket.send(text);
      world.socket.opens();
      await world.settle();
      equal(world.socket.sent, [text]);
      world.socket.ends(1006);
      await world.pass(1_000);
    }
  },

  async aNetworkThatTakesNothingIsAnError(client) {
    const { world, socket } = await beginOpen(client, { queueBytes: 10 });
    world.socket.bufferedAmount = 8;
    socket.send("ab");
    equal(thrown(() => socket.send("abc")), "QueueFullError");
    equal(world.socket.sent, ["ab"]);
  },

  async closingIsForGood(client) {
    const { world, socket, told } = await beginOpen(client, { ping: "ping" });
    socket.close(4001, "enough");
    equal([world.timers.size, world.wakers.size], [0, 0], "nothing is left");
    world.socket.says("a");
    world.socket.ends(1006);
    await world.pass(100_000);

    equal(world.socket.closedWith, [4001, "enough"]);
    equal(told, ["open", "closed"]);
    equal(thrown(() => socket.send("a")), "SocketClosedError");
  },

  async closingWhileItWaitsTellsWhatWasNotSent(client) {
    const { world, socket } = await begin(client);
    const unsent = [];
    socket.addEventListener("state", (event) => unsent.push(event.unsent));
    world.socket.ends(1006);
    socket.send("a");
    socket.close();
    await world.pass(100_000);

    equal(unsent, [undefined, 1]);
    equal([world.timers.size, world.sockets.length], [0, 1]);
  },

  async aCodeThatAPageMayNotUseChangesNothing(client) {
    const { world, socket, told } = await beginOpen(client);
    equal(thrown(() => socket.close(1001)), "RangeError");
    world.socket.says("a");

    equal(socket.state, "open");
    equal(told, ["open", "message a"]);
  },

  async aCodeOrAReasonThatMayNotBeIsRefusedInEveryState(client) {
    for (const begins of [begin, beginOpen]) {
      const { world, socket } = await begins(client);
      const state = socket.state;
      for (const code of [0, 999, 1001, 1005, 2999, 5000, 3000.5, NaN, "1000", null]) {
        equal(thrown(() => socket.close(code)), "RangeError", code);
      }
      equal(thrown(() => socket.close(1000, "\u00fc".repeat(62))), "RangeError");
      equal(thrown(() => socket.close(1000, 7)), "TypeError");
      equal([socket.state, world.socket.closedWith], [state, null]);
      equal(thrown(() => socket.close(3000, `${"\u00fc".repeat(61)}x`)), "nothing");
    }
  },

  async aListenerMayClose(client) {
    const { world, socket, told } = await begin(client, { snapshot: () => "all" });
    socket.addEventListener("snapshot", () => socket.close());
    world.socket.opens();
    world.socket.says("a");
    await world.settle();

    equal(told, ["snapshot all", "closed"]);
  },

  async aListenerMayCloseBeforeTheAttempt(client) {
    const { world, socket, told } = await begin(client);
    socket.addEventListener("state", ({ state }) => state === "connecting" && socket.close());
    world.socket.ends(1006);
    await world.pass(500);

    equal(told, ["waiting", "connecting", "closed"]);
    equal([world.timers.size, world.sockets.length], [0, 1]);
  },

  async aConnectionThatDoesNotOpenIsGivenUp(client) {
    const { world, socket } = await begin(client, { connectMillis: 2_000 });
    const first = world.socket;
    await world.pass(2_000);

    equal(socket.state, "waiting");
    equal(first.closedWith, [1005, ""]);
  },

  async anAnsweredPingKeepsTheConnectionAndIsNoMessage(client) {
    const { world, socket, told } = await beginOpen(client, { ping: "ping" });
    for (let i = 0; i < 3; i++) {
      await world.pass(25_000);
      world.socket.says("pong");
    }
    await world.pass(20_000);

    equal(world.socket.sent, ["ping", "ping", "ping"]);
    equal(told, ["open"]);
    equal(socket.state, "open");
  },

  async whateverComesAfterAPingShowsThatThePeerIsThere(client) {
    const { world, socket } = await beginOpen(client, { ping: "ping" });
    await world.pass(25_000);
    world.socket.says("a");
    await world.pass(20_000);

    equal(socket.state, "open");
  },

  async aPeerThatDoesNotAnswerIsLeft(client) {
    const { world, socket, told } = await beginOpen(client, { ping: "ping" });
    await world.pass(35_000);

    equal(socket.state, "waiting");
    equal(told, ["open", "waiting"]);
    equal(world.socket.closedWith, [1005, ""]);
  },

  async pingsAreSentEveryPingMillis(client) {
    const { world } = await beginOpen(client, { ping: "ping", pingMillis: 2_000 });
    const sentAt = [];
    world.socket.send = () => {
      sentAt.push(world.time);
      world.socket.says("pong");
    };
    await world.pass(6_000);

    equal(sentAt, [2_000, 4_000, 6_000]);
  },

  async theNextPingIsNoAnswerToTheOneBefore(client) {
    const options = { ping: "ping", pingMillis: 2_000, pongMillis: 2_000 };
    const { world, socket } = await beginOpen(client, options);
    await world.pass(3_999);
    equal(socket.state, "open");
    await world.pass(1);

    equal(socket.state, "waiting");
    equal(world.socket.sent, ["ping"]);
  },

  async anAnswerMayNotTakeLongerThanThePauseBetweenPings(client) {
    const world = new ManualWorld();
    const begins = (options) => new client.ReconnectingSocket("ws", options, world);

    equal(thrown(() => begins({ pingMillis: 2_000, pongMillis: 2_001 })), "RangeError");
    equal(thrown(() => begins({ pongMillis: 25_001 })), "RangeError");
    equal(thrown(() => begins({ pongMillis: 25_000 })), "nothing");
  },

  async whoeverLooksAgainAsksWhetherThePeerIsThere(client) {
    const { world, socket } = await beginOpen(client, { ping: "are you there", pong: "yes" });
    world.wake();
    equal(world.socket.sent, ["are you there"]);
    await world.pass(6_000);
    world.wake();
    await world.pass(4_000);

    equal(socket.state, "waiting");
  },
};
