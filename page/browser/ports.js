// Ports between the views, one in each tab, and the engine in one of the tabs.
//
// Both ends of a port share a BroadcastChannel of its name. Each end holds a lock while it is there, for which the other
// one waits: so it learns that the other is gone, whatever its tab has come to.

import { event } from "./event.js";

export const ENGINE = "mesh-chat engine";
// Told to the tab in which the engine is.
export const HERE = "mesh-chat-engine";
const ID = "page";
const MESSAGE = "message";
const HALL = "mesh-chat";
// How long somebody who asks waits for an engine, and for its answer.
const PATIENCE = 10_000;

export const onConnect = event();
export const onMessage = event();

const hall = new BroadcastChannel(HALL);
// Of this engine, of which there is one at a time; also where its tab goes on without it.
const engine = `${ENGINE} ${crypto.randomUUID()}`;
const of = (id) => `mesh-chat port ${id}`;

// Makes one end. `gone`: the lock of the other end, once it is known.
function end(id, name) {
  const wire = new BroadcastChannel(of(id));
  const closing = new AbortController();
  const port = {
    name,
    sender: { id: ID, url: document.baseURI },
    onMessage: event(),
    onDisconnect: event(),
    postMessage(message) {
      if (closing.signal.aborted) throw new Error("the port is closed");
      wire.postMessage({ message });
    },
    disconnect() {
      if (closing.signal.aborted) return;
      wire.postMessage({ closed: true });
      wire.close();
      closing.abort();
    },
  };
  const over = () => {
    if (closing.signal.aborted) return;
    port.disconnect();
    port.onDisconnect.tell(port);
  };
  wire.onmessage = ({ data }) => {
    if ("message" in data) port.onMessage.tell(data.message);
    if ("closed" in data) over();
  };
  const until = (gone) =>
    navigator.locks
      .request(gone, { mode: "shared", signal: closing.signal }, over)
      // It was closed already.
      .catch(() => {});
  return { port, wire, until, closed: closing.signal };
}

// Opens a port to the engine, or to the next one where there is none now.
export function connect({ name }) {
  const id = crypto.randomUUID();
  const { port, wire, until, closed } = end(id, name);
  const post = port.postMessage;
  let waiting = [];
  port.postMessage = (message) => (waiting ? waiting.push(message) : post(message));
  const announce = () => hall.postMessage({ connect: { id, name } });
  const heard = wire.onmessage;
  wire.onmessage = (message) => {
    if (!("accepted" in message.data)) return heard(message);
    hall.removeEventListener("message", again);
    until(message.data.accepted);
    waiting?.forEach(post);
    waiting = undefined;
  };
  const again = ({ data }) => "here" in data && announce();
  hall.addEventListener("message", again);
  closed.addEventListener("abort", () => hall.removeEventListener("message", again));
  navigator.locks.request(of(id), { signal: closed }, () => {
    announce();
    return new Promise((resolve) => closed.addEventListener("abort", resolve));
  }).catch(() => {});
  return port;
}

// Asks the background, in whichever tab it is.
export function sendMessage(message) {
  const port = connect({ name: MESSAGE });
  let late;
  const answer = new Promise((resolve, reject) => {
    port.onMessage.addListener(resolve);
    port.onDisconnect.addListener(() => reject(new Error("the engine's tab is gone")));
    late = setTimeout(reject, PATIENCE, new Error("no tab answers for the engine"));
  });
  port.postMessage(message);
  return answer.finally(() => {
    clearTimeout(late);
    port.disconnect();
  });
}

// From now on takes the ports of all tabs.
export function serve() {
  const accepted = new Set();
  hall.addEventListener("message", ({ data: { connect } }) => {
    if (!connect || accepted.has(connect.id)) return;
    accepted.add(connect.id);
    const { port, wire, until } = end(connect.id, connect.name);
    port.onDisconnect.addListener(() => accepted.delete(connect.id));
    if (connect.name === MESSAGE) port.onMessage.addListener((message) => answer(port, message));
    else onConnect.tell(port);
    wire.postMessage({ accepted: engine });
    until(of(connect.id));
  });
  navigator.locks.request(engine, () => {
    hall.postMessage({ here: engine });
    return new Promise(() => {});
  });
}

function answer(port, message) {
  const respond = (response) => {
    try {
      port.postMessage(response);
    } catch {
      // Whoever has asked is gone.
    }
  };
  onMessage.tell(message, port.sender, respond);
}
