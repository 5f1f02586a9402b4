// Gives a test the client, and a socket that keeps what it tells.
import * as client from "./durable-objects/socket.js";
import { runAll } from "./cases.js";

globalThis.runAllCases = () => runAll(client);

globalThis.connect = (url, options) => {
  const socket = new client.ReconnectingSocket(url, options);
  globalThis.socket = socket;
  globalThis.told = [];
  const tell = (what, detail = "") => told.push(`${what} ${detail}`.trim());
  socket.addEventListener("state", ({ state, code }) => tell(state, code));
  socket.addEventListener("snapshot", ({ data }) => tell("snapshot", JSON.stringify(data)));
  socket.addEventListener("message", ({ data }) => tell("message", data));
};
