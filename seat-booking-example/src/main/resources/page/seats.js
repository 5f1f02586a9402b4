// The seat map of one flight: shows it, books seats, and follows what others do.

import { ReconnectingSocket } from "./durable-objects/socket.js";

const flightId = new URLSearchParams(location.search).get("flightId") ?? "";
const query = `?flightId=${encodeURIComponent(flightId)}`;
const element = (id) => document.getElementById(id);

/** Seats by number: {button, seatNumber, occupant}. */
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
  const socket = new ReconnectingSocket(`ws${query}`, { snapshot: readSeats });
  socket.addEventListener("snapshot", ({ data }) => showSeats(data));
  socket.addEventListener("message", ({ data }) => showSeats(JSON.parse(data)));
  socket.addEventListener("state", ({ state }) => showConnection(state));
  setInterval(() => showCountdown(socket.retryMillis), 250);
}

async function readSeats(signal) {
  const response = await fetch(`seats${query}`, { cache: "no-store", signal });
  if (!response.ok) {
    say(await response.text(), "problem");
    throw new Error("the seats cannot be read now"); // The socket tries again.
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

/** Not part of the status, which screen readers read aloud whenever it changes. */
function showCountdown(millis) {
  element("countdown").textContent = millis > 0 ? `Next try in ${Math.ceil(millis / 1000)} s` : "";
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
    button, seatNumber, occupant: undefined,
    position: outer ? "window" : besideAisle ? "aisle" : "middle",
  };
  button.addEventListener("click", () => choose(seat));
  button.addEventListener("focus", () => holdFocus(button));
  seats.set(seatNumber, seat);
  return button;
}

function paint(seat) {
  const mine = seat.occupant !== null && seat.occupant === myName();
  const state = seat.occupant === null ? "free" : mine ? "yours" : "taken";
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
  } else if (seat.occupant === null) {
    chosen = seat;
    element("booking-seat").textContent = seat.seatNumber;
    element("booking-error").textContent = "";
    element("name").value = myName() ?? "";
    element("booking").showModal();
    element("name").focus();
  } else if (seat.occupant === myName()) {
    say(`Seat ${seat.seatNumber} is yours, ${seat.occupant}.`);
  } else {
    say(`Seat ${seat.seatNumber} is taken. Please choose another one.`, "problem");
  }
}

async function submitBooking(event) {
  event.preventDefault();
  const name = element("name").value.normalize("NFC").trim();
  element("book").disabled = true;
  try {
    const response = await fetch(`book-seat${query}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ seatNumber: chosen.seatNumber, name }),
    });
    const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
    const message = isJson ? (await response.json()).message : await response.text();
    finishBooking(response.status, message, name);
  } catch {
    element("booking-error").textContent = "The server cannot be reached. Please try again.";
  } finally {
    element("book").disabled = false;
  }
}

function finishBooking(status, message, name) {
  if (status === 200) {
    rememberName(name);
    element("booking").close();
    say(`Seat ${chosen.seatNumber} is booked for ${name}.`);
  } else if (status === 409) {
    element("booking").close();
    say(`Seat ${chosen.seatNumber} was just taken. Please choose another one.`, "problem");
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
