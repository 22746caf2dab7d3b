// Serves the engine from this page: the offscreen document in Chrome, the event page in Firefox.
// Every listener is registered in the first turn; what comes before the wasm runs waits for it.

const api = globalThis.browser ?? globalThis.chrome;

// `module`: the promise of ./wasm/offscreen.js. `host`: takes a request to the background and
// promises its response. Returns the function that takes a message of the background.
export function serve(module, host) {
  const engine = module.then(async ({ default: init, Engine }) => {
    await init({ module_or_path: api.runtime.getURL("wasm/offscreen_bg.wasm") });
    return Engine.start(host);
  });
  engine.catch(restart);
  api.runtime.onConnect.addListener((port) => {
    if (port.name === "files") {
      port.onMessage.addListener(async (message) => (await engine).hold(port, message));
      return;
    }
    const view = engine.then((running) => running.attach(port));
    // A view tries again, and learns that the engine is away by finding nobody.
    view.catch(() => port.disconnect());
    port.onMessage.addListener(async (message) => (await engine).message(await view, message));
    port.onDisconnect.addListener(async () => (await engine).gone(await view));
  });
  addEventListener("error", ({ error }) => restart(error));
  addEventListener("unhandledrejection", ({ reason }) => restart(reason));
  return async (message) => {
    // The alarm does not wait for the pause to end.
    if (restarting || message.message === "restart") location.reload();
    else (await engine).deliver(message);
  };
}

// Whatever nobody has caught may have left the wasm in the middle of something: a trap, a stack that
// was too small, a module that did not load. A fresh page goes on from what is stored. Each start
// that fails soon doubles the pause before the next one.
const PAUSE = 1_000;
const LONGEST = 30_000;
const WELL = 60_000;

let restarting = false;
function restart(error) {
  if (restarting) return;
  restarting = true;
  console.error(error);
  const failures = performance.now() < WELL ? Number(sessionStorage.getItem("failures")) : 0;
  sessionStorage.setItem("failures", failures + 1);
  const pause = failures === 0 ? 0 : Math.min(PAUSE * 2 ** (failures - 1), LONGEST);
  setTimeout(() => location.reload(), pause);
}
