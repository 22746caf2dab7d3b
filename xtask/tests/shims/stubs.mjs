// What the shims find in a browser, as far as they use it.
import { readFile } from "node:fs/promises";

const extension = new URL("../../../extension/", import.meta.url);

// Loads a shim as a fresh module each time.
let loaded = 0;
export async function shim(name) {
  const text = await readFile(new URL(name, extension), "utf8");
  loaded += 1;
  const source = `${text}\n// ${loaded}`;
  return import(`data:text/javascript,${encodeURIComponent(source)}`);
}

// Returns a page: `reloads` counts, `timers` wait, `uncaught` says what nobody has caught.
export function page({ now = 1_000, session = new Map() } = {}) {
  const listeners = {};
  const here = {
    now,
    session,
    reloads: 0,
    timers: [],
    ports: [],
    uncaught: (error) => listeners.error?.forEach((hear) => hear({ error })),
    rejected: (reason) => listeners.unhandledrejection?.forEach((hear) => hear({ reason })),
    // Lets everything happen that waits for nothing but its turn.
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
  const event = (heard) => ({ addListener: (hear) => heard.push(hear) });
  const connected = [];
  globalThis.chrome = {
    runtime: { id: "own", getURL: (path) => path, onConnect: event(connected) },
  };
  globalThis.addEventListener = (name, hear) => (listeners[name] ??= []).push(hear);
  globalThis.location = { reload: () => (here.reloads += 1) };
  globalThis.setTimeout = (act, after) => here.timers.push({ act, after });
  globalThis.sessionStorage = {
    getItem: (key) => session.get(key) ?? null,
    setItem: (key, value) => session.set(key, String(value)),
  };
  Object.defineProperty(globalThis, "performance", { value: { now: () => here.now }, configurable: true });
  console.error = () => {};
  here.connect = () => {
    const port = { closed: false, messages: [], gone: [] };
    port.disconnect = () => (port.closed = true);
    port.onMessage = event(port.messages);
    port.onDisconnect = event(port.gone);
    connected.forEach((hear) => hear(port));
    return port;
  };
  return here;
}
