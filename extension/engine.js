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
  api.runtime.onConnect.addListener((port) => {
    const view = engine.then((running) => running.attach(port));
    port.onMessage.addListener(async (message) => (await engine).message(await view, message));
    port.onDisconnect.addListener(async () => (await engine).gone(await view));
  });
  addEventListener("error", ({ error }) => restartAfterTrap(error));
  addEventListener("unhandledrejection", ({ reason }) => restartAfterTrap(reason));
  return async (message) => (await engine).deliver(message);
}

// A wasm instance that has trapped is unusable; a fresh page goes on from what is stored. One that
// trapped soon after its start is given a pause, so that a trap at every start cannot spin.
let restarting = false;
function restartAfterTrap(error) {
  if (restarting || !(error instanceof WebAssembly.RuntimeError)) return;
  restarting = true;
  setTimeout(() => location.reload(), performance.now() < 30_000 ? 10_000 : 0);
}
