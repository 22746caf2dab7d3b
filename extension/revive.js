// A wasm instance that is made anew when it is lost. A worker cannot load itself again as a page can.

// `load`: loads the module, also once more after a failure. `reset`: gives the loaded module a fresh
// instance. `make`: returns what lives in it. Returns the function that hands that to `act`, and
// promises what comes of it; a call that is lost with its instance gives `undefined`.
export function revive(load, reset, make) {
  let loaded = false;
  let current;

  function begin() {
    const lost = {};
    lost.promise = new Promise((resolve) => {
      lost.resolve = resolve;
    });
    const living = load().then(() => {
      if (loaded) reset();
      loaded = true;
      return make();
    });
    current = { living, lost };
    return current;
  }

  function end(error, instance) {
    if (!instance || instance !== current) return;
    console.error(error);
    current = undefined;
    instance.lost.resolve();
  }

  // A trap in a task of its own is caught by nobody. What lived may be in the middle of something.
  addEventListener("error", ({ error }) => end(error, current));
  addEventListener("unhandledrejection", ({ reason }) => end(reason, current));

  async function call(act) {
    const instance = current ?? begin();
    try {
      return await Promise.race([instance.living.then(act), instance.lost.promise]);
    } catch (error) {
      end(error, instance);
    }
  }
  call(() => {});
  return call;
}
