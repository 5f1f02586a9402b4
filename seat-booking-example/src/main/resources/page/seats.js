// The seat map of one flight: shows it, holds and books seats, and follows what others do.

import { ReconnectingSocket } from "./durable-objects/socket.js";

const flightId = new URLSearchParams(location.search).get("flightId") ?? "";
const query = `?flightId=${encodeURIComponent(flightId)}`;
const element = (id) => document.getElementById(id);

/** Who has it may book the seat that this page holds: nobody else gets to know it. */
const holder = [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Seats by number: {button, seatNumber, occupant, heldUntil}. */
const seats = new Map();
let chosen = null;
let live = false;

element("flight-id").value = flightId;
if (!element("flight-id").checkValidity()) {
  askForFlight();
} else {
  element("flight").textContent = `on flight ${flightId}`;
  document.title = `Choose your seat on flight ${flightId}`;
  element("map").addEventListener("keydown", moveFocus);
  element("passenger").addEventListener("submit", submitBooking);
  element("cancel").addEventListener("click", () => element("booking").close());
  element("booking").addEventListener("close", releaseChosen);
  addEventListener("pagehide", () => chosen !== null && release(chosen));
  connect();
}

function askForFlight() {
  element("connection").hidden = true;
  element("ask").hidden = false;
  element("flight-id").focus();
  if (flightId !== "") { // The server's words.
    say(`flightId must be ${element("flight-id").title}`, "problem");
  }
}

// ---- Connection: a snapshot after each (re)connect, then every change.

function connect() {
  const socket = new ReconnectingSocket(`ws${query}&holds=true`,
    { snapshot: readFlight, ping: "ping" });
  socket.addEventListener("snapshot", ({ data }) => data.forEach(show));
  socket.addEventListener("message", ({ data }) => show(JSON.parse(data)));
  socket.addEventListener("state", ({ state }) => showConnection(state));
  setInterval(() => showCountdowns(socket.retryMillis), 250);
}

/** All seats are a list, all that are held are {holds}. */
function show(news) {
  if (Array.isArray(news)) {
    showSeats(news);
  } else {
    showHolds(news.holds);
  }
}

async function readFlight(signal) {
  const [seatsNow, holds] = await Promise.all([read("seats", signal), read("holds", signal)]);
  return [seatsNow, { holds }];
}

async function read(what, signal) {
  const response = await fetch(`${what}${query}`, { cache: "no-store", signal });
  if (!response.ok) {
    say(await response.text(), "problem");
    throw new Error(`the ${what} cannot be read now`); // The socket tries again.
  }
  return response.json();
}

function showConnection(state) {
  live = state === "open";
  const connection = element("connection");
  connection.dataset.state = live ? "live" : "stale";
  connection.textContent = live ? "Live"
    : state === "closed" ? "Disconnected. Please reload the page."
    : "Reconnecting. The seats may be out of date.";
  element("cabin").classList.toggle("stale", !live);
}

/** Not part of a status, which screen readers read aloud whenever it changes. */
function showCountdowns(retryMillis) {
  const seconds = Math.ceil(retryMillis / 1000);
  element("countdown").textContent = seconds > 0 ? `Next try in ${seconds} s` : "";
  const left = Math.ceil(((chosen?.heldUntil ?? 0) - performance.now()) / 1000);
  element("held-for").textContent = left > 0
    ? `Held for you for ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`
    : "";
}

// ---- The map. Seats are made once; afterwards only what changed is touched, so focus stays.

function showSeats(list) {
  if (seats.size === 0) {
    drawMap(list);
  }
  for (const { seatNumber, occupant } of list) {
    const seat = seats.get(seatNumber);
    if (seat !== undefined && (seat.occupant !== occupant || seat.button.dataset.state === undefined)) {
      seat.occupant = occupant;
      paint(seat);
    }
  }
}

/** Of each held seat the server says for how long from now; so no clock has to agree with its own. */
function showHolds(list) {
  const untils = new Map(list.map((held) =>
    [held.seatNumber, performance.now() + held.heldMillis]));
  for (const seat of seats.values()) {
    const wasHeld = seat.heldUntil !== null;
    seat.heldUntil = untils.get(seat.seatNumber) ?? null;
    if (wasHeld !== (seat.heldUntil !== null)) {
      paint(seat);
    }
    if (wasHeld && seat.heldUntil === null && seat === chosen && seat.isHeldByMe) {
      seat.isHeldByMe = false;
      if (!element("book").disabled) { // Else the booking that is under way may have ended it.
        element("booking-error").textContent =
          "The seat is not held for you any more. You can still book it if nobody else does.";
      }
    }
  }
}

function drawMap(list) {
  const letters = [...new Set(list.map(({ seatNumber }) => letterOf(seatNumber)))].sort();
  const rows = [...new Set(list.map(({ seatNumber }) => rowOf(seatNumber)))].sort((a, b) => a - b);
  const firstAfterAisle = letters[Math.ceil(letters.length / 2)];
  const known = new Set(list.map(({ seatNumber }) => seatNumber));

  element("letters").append(cell("td"), ...letters.map((letter) =>
    cell("th", { scope: "col", role: "columnheader" }, letter, letter === firstAfterAisle)));
  for (const row of rows) {
    const line = document.createElement("tr");
    line.append(cell("th", { scope: "row", role: "rowheader" }, String(row)));
    for (const letter of letters) {
      const place = cell("td", { role: "gridcell" }, null, letter === firstAfterAisle);
      if (known.has(`${row}${letter}`)) {
        place.append(makeSeat(`${row}${letter}`, letters, letter === firstAfterAisle));
      }
      line.append(place);
    }
    element("rows").append(line);
  }
  seats.values().next().value.button.tabIndex = 0;
  element("cabin").hidden = false;
}

function cell(tag, attributes = {}, text = null, afterAisle = false) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  if (text !== null) {
    made.textContent = text;
  }
  made.classList.toggle("after-aisle", afterAisle);
  return made;
}

function makeSeat(seatNumber, letters, afterAisle) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "seat";
  button.id = `seat-${seatNumber}`;
  button.tabIndex = -1;
  const letter = document.createElement("span");
  letter.textContent = letterOf(seatNumber);
  button.append(letter);
  const index = letters.indexOf(letterOf(seatNumber));
  const outer = index === 0 || index === letters.length - 1;
  const besideAisle = afterAisle || index === Math.ceil(letters.length / 2) - 1;
  const seat = {
    button, seatNumber, occupant: undefined, heldUntil: null, isHeldByMe: false,
    position: outer ? "window" : besideAisle ? "aisle" : "middle",
  };
  button.addEventListener("click", () => choose(seat));
  button.addEventListener("focus", () => holdFocus(button));
  seats.set(seatNumber, seat);
  return button;
}

function paint(seat) {
  const mine = seat.occupant !== null && seat.occupant === myName();
  const held = seat.heldUntil !== null && seat !== chosen;
  const state = mine ? "yours" : seat.occupant !== null ? "taken" : held ? "held" : "free";
  seat.button.dataset.state = state;
  seat.button.setAttribute("aria-label", `Seat ${seat.seatNumber}, ${seat.position}, ${state}`);
  seat.button.setAttribute("aria-pressed", String(mine));
  seat.button.setAttribute("aria-disabled", String(state !== "free"));
}

const rowOf = (seatNumber) => Number.parseInt(seatNumber, 10);
const letterOf = (seatNumber) => seatNumber.replace(/^\d+/, "");

// ---- Keyboard: one tab stop, arrows inside, as the ARIA grid pattern has it.

function moveFocus(event) {
  const place = event.target.closest("td");
  if (place === null || event.altKey || event.metaKey) {
    return;
  }
  const lines = [...element("rows").rows];
  let row = lines.indexOf(place.parentElement);
  let column = place.cellIndex;
  const last = lines[row].cells.length - 1;
  switch (event.key) {
    case "ArrowLeft": column -= 1; break;
    case "ArrowRight": column += 1; break;
    case "ArrowUp": row -= 1; break;
    case "ArrowDown": row += 1; break;
    case "Home": column = 1; row = event.ctrlKey ? 0 : row; break;
    case "End": column = last; row = event.ctrlKey ? lines.length - 1 : row; break;
    default: return;
  }
  event.preventDefault();
  lines[row]?.cells[column]?.querySelector("button")?.focus();
}

function holdFocus(button) {
  for (const seat of seats.values()) {
    seat.button.tabIndex = seat.button === button ? 0 : -1;
  }
}

// ---- Booking.

function choose(seat) {
  if (!live) {
    say("Not connected. You can book as soon as the connection is back.", "problem");
  } else if (seat.occupant !== null && seat.occupant === myName()) {
    say(`Seat ${seat.seatNumber} is yours, ${seat.occupant}.`);
  } else if (seat.occupant !== null) {
    say(`Seat ${seat.seatNumber} is taken. Please choose another one.`, "problem");
  } else if (seat.heldUntil !== null) {
    say(`Somebody else is about to book seat ${seat.seatNumber}. Please choose another one.`,
      "problem");
  } else {
    askForName(seat);
    holdSeat(seat);
  }
}

function askForName(seat) {
  chosen = seat;
  element("booking-seat").textContent = seat.seatNumber;
  element("booking-error").textContent = "";
  element("name").value = myName() ?? "";
  element("booking").showModal();
  element("name").focus();
}

/** Nobody else gets the seat while its passenger writes a name, for two minutes at most. */
async function holdSeat(seat) {
  try {
    const { status } = await post("hold-seat", { seatNumber: seat.seatNumber, holder });
    if (chosen !== seat) {
      release(seat); // The dialog was closed meanwhile.
    } else if (status === 409) {
      element("booking").close();
      say(`Seat ${seat.seatNumber} was just taken. Please choose another one.`, "problem");
    } else {
      seat.isHeldByMe = status === 200;
    }
  } catch {
    // Then it is not held; booking it tells what is wrong.
  }
}

function releaseChosen() {
  const seat = chosen;
  chosen = null;
  if (seat !== null) {
    seat.heldUntil = seat.isHeldByMe ? null : seat.heldUntil;
    seat.isHeldByMe = false;
    release(seat);
    paint(seat);
  }
}

/** A beacon is sent even while the page goes away. */
function release({ seatNumber }) {
  navigator.sendBeacon(`release-seat${query}`, JSON.stringify({ seatNumber, holder }));
}

/** Returns {status, message}, the server's words. */
async function post(path, body) {
  const response = await fetch(`${path}${query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  const message = isJson ? (await response.json()).message : await response.text();
  return { status: response.status, message };
}

async function submitBooking(event) {
  event.preventDefault();
  const { seatNumber } = chosen;
  const name = element("name").value.normalize("NFC").trim();
  element("book").disabled = true;
  try {
    const { status, message } = await post("book-seat", { seatNumber, name, holder });
    finishBooking(seatNumber, name, status, message);
  } catch {
    element("booking-error").textContent = "The server cannot be reached. Please try again.";
  } finally {
    element("book").disabled = false;
  }
}

function finishBooking(seatNumber, name, status, message) {
  if (status === 200) {
    chosen = null; // Booking it has ended the hold.
    rememberName(name);
    element("booking").close();
    say(`Seat ${seatNumber} is booked for ${name}.`);
  } else if (status === 409) {
    element("booking").close();
    say(`Seat ${seatNumber} was just taken. Please choose another one.`, "problem");
  } else {
    element("booking-error").textContent = message;
    element("name").focus();
  }
}

function myName() {
  return sessionStorage.getItem(`name-${flightId}`);
}

function rememberName(name) {
  sessionStorage.setItem(`name-${flightId}`, name);
  seats.forEach(paint);
}

function say(text, kind = "news") {
  element("message").dataset.kind = kind;
  element("message").textContent = text;
}
