// The simplest page that keeps to the contract: it knows nothing of statuses, and redraws everything.
const flight = location.search;

function draw(seats) {
  const map = document.getElementById("seats");
  map.replaceChildren(...seats.map(({ seatNumber, occupant }) => {
    const seat = document.createElement("button");
    seat.id = `plain-${seatNumber}`;
    seat.textContent = occupant === null ? seatNumber : `${seatNumber} ${occupant}`;
    seat.onclick = () => book(seatNumber);
    return seat;
  }));
}

async function book(seatNumber) {
  const response = await fetch(`book-seat${flight}`, {
    method: "POST",
    body: JSON.stringify({ seatNumber, name: "Plain Jane" }),
  });
  const result = await response.json();
  document.getElementById("result").textContent = result.message;
}

fetch(`/seats${flight}`).then((response) => response.json()).then(draw);
new WebSocket(`ws://${location.host}/ws${flight}`).onmessage = (event) => draw(JSON.parse(event.data));
