// What a ReconnectingSocket takes: its options, what it sends and how it is closed.

/** As the option `snapshot`: the first message of each connection is the snapshot. */
export const FIRST_MESSAGE = Symbol("first message");

const DEFAULTS = Object.freeze({
  protocols: [],
  binaryType: "arraybuffer",
  snapshot: undefined,
  ping: undefined,
  pong: "pong",
  pingMillis: 25_000,
  pongMillis: 10_000,
  connectMillis: 10_000,
  firstDelayMillis: 500,
  longestDelayMillis: 30_000,
  busyDelayMillis: 10_000,
  stableMillis: 5_000,
  queueMessages: 100,
  queueBytes: 1 << 20,
  retries: (code) => !(code === 1000 || code === 1005 || code === 1008 || code >= 4000),
});

const MILLIS_MAX = 2 ** 31 - 1; // A timer of more ends at once.
const REASON_BYTES_MAX = 123;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/; // RFC 6455, section 4.1.

/** What the options must be: a test, and the same in words. */
const RULES = {
  protocols: [areProtocols, "a sub-protocol, or an array of different ones"],
  binaryType: [(type) => type === "arraybuffer" || type === "blob", '"arraybuffer" or "blob"'],
  snapshot: [isSnapshot, "a URL, a function or FIRST_MESSAGE"],
  ping: [isText, "a text"],
  pong: [isText, "a text"],
  pingMillis: millis(1),
  pongMillis: millis(1),
  connectMillis: millis(1),
  firstDelayMillis: millis(1),
  longestDelayMillis: millis(1),
  busyDelayMillis: millis(1),
  stableMillis: millis(0),
  queueMessages: count(),
  queueBytes: count(),
  retries: [(retries) => typeof retries === "function", "a function"],
};

/** The options with what was not given. */
export function complete(options) {
  if (options === null || typeof options !== "object") {
    throw new TypeError(`the options must be an object, were ${told(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      const known = Object.keys(DEFAULTS).join(", ");
      throw new TypeError(`unknown option '${name}'; there are ${known}`);
    }
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  given.forEach(([name, value]) => check(name, value));
  const all = { ...DEFAULTS, ...Object.fromEntries(given) };
  if (options.pongMillis === undefined) {
    all.pongMillis = Math.min(all.pongMillis, all.pingMillis);
  }
  if (all.pongMillis > all.pingMillis) {
    throw new RangeError(`pongMillis must be at most pingMillis (${all.pingMillis}), so that one`
      + ` answer is awaited at a time; was ${all.pongMillis}`);
  }
  return all;
}

function check(name, value) {
  const [fits, expected] = RULES[name];
  if (!fits(value)) {
    const isNumber = typeof value === "number" && typeof DEFAULTS[name] === "number";
    const Mistake = isNumber ? RangeError : TypeError;
    throw new Mistake(`the option ${name} must be ${expected}, was ${told(value)}`);
  }
}

function millis(least) {
  return [(value) => value >= least && value <= MILLIS_MAX && typeof value === "number",
    `a number of milliseconds from ${least} to ${MILLIS_MAX}`];
}

function count() {
  return [(value) => Number.isSafeInteger(value) && value >= 0, "a whole number, not negative"];
}

function isText(value) {
  return typeof value === "string";
}

function isSnapshot(value) {
  return typeof value === "string" || typeof value === "function" || value instanceof URL
    || value === FIRST_MESSAGE;
}

function areProtocols(value) {
  const all = Array.isArray(value) ? value : [value];
  return all.every((one) => typeof one === "string" && TOKEN.test(one))
    && new Set(all).size === all.length;
}

/** How many bytes a message has; a TypeError if a WebSocket would send something else instead. */
export function bytesOf(data) {
  switch (kindOf(data)) {
    case "string":
      return utf8Bytes(data);
    case "ArrayBuffer":
      return data.byteLength;
    case "Blob":
    case "File":
      return data.size;
    default:
      if (ArrayBuffer.isView(data)) {
        return data.byteLength;
      }
      throw new TypeError("a message must be a text, an ArrayBuffer, a view of one or a Blob, was"
        + ` ${told(data)}; an object is sent with JSON.stringify`);
  }
}

/** A message that may wait: what its sender changes afterwards is not sent. */
export function copyOf(data) {
  if (ArrayBuffer.isView(data)) {
    return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  }
  return kindOf(data) === "ArrayBuffer" ? data.slice(0) : data;
}

/** Throws if a page may not close with these. */
export function checkClose(code, reason) {
  if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
    throw new RangeError(`a close code must be 1000 or 3000 to 4999, was ${told(code)}`);
  }
  if (!isText(reason)) {
    throw new TypeError(`the reason of a close must be a text, was ${told(reason)}`);
  }
  if (utf8Bytes(reason) > REASON_BYTES_MAX) {
    throw new RangeError(`the reason of a close must have at most ${REASON_BYTES_MAX} bytes in`
      + ` UTF-8, had ${utf8Bytes(reason)}`);
  }
}

/** WebSocket wants ws: or wss:, and no fragment; pages think in http: and https:. */
export function socketUrl(url, world) {
  const target = new URL(url, world.base());
  target.protocol = target.protocol.replace(/^http(s?):$/, "ws$1:");
  if (target.protocol !== "ws:" && target.protocol !== "wss:") {
    throw new TypeError("the address of a socket must be relative, or begin with ws:, wss:, http:"
      + ` or https:, was '${url}'`);
  }
  target.hash = "";
  return target.href;
}

function utf8Bytes(text) {
  return new TextEncoder().encode(text).length;
}

/** The class of an object, also of one of another frame; otherwise the type. */
function kindOf(value) {
  return value !== null && typeof value === "object"
    ? Object.prototype.toString.call(value).slice("[object ".length, -1)
    : typeof value;
}

/** A value in a message about it. */
function told(value) {
  switch (typeof value) {
    case "string":
      return `'${value}'`;
    case "object":
      return value === null ? "null" : `of type ${kindOf(value)}`;
    case "function":
      return "a function";
    default:
      return String(value);
  }
}
