import assert from "node:assert/strict";
import { test } from "node:test";
import { page, shim } from "./stubs.mjs";

// Returns a revived instance that counts how often it was made, and what happened to its module.
async function alive(load = async () => {}) {
  const here = page();
  const seen = { loads: 0, resets: 0, made: 0 };
  const { revive } = await shim("revive.js");
  const call = revive(
    () => {
      seen.loads += 1;
      return load(seen.loads);
    },
    () => (seen.resets += 1),
    () => ({ number: (seen.made += 1) }),
  );
  await here.settle();
  return { here, seen, call };
}

test("it is made at once and kept", async () => {
  const { seen, call } = await alive();
  assert.equal(await call(({ number }) => number), 1);
  assert.equal(await call(({ number }) => number), 1);
  assert.deepEqual(seen, { loads: 1, resets: 0, made: 1 });
});

test("after a trap the next call finds a fresh instance, and lost calls end", async () => {
  const { here, seen, call } = await alive();
  const lost = call(() => new Promise(() => {}));
  here.uncaught(new WebAssembly.RuntimeError("unreachable"));
  assert.equal(await lost, undefined);
  assert.equal(await call(({ number }) => number), 2);
  assert.deepEqual(seen, { loads: 2, resets: 1, made: 2 });
});

test("a call that traps itself ends, and the next one finds a fresh instance", async () => {
  const { call } = await alive();
  const trap = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  assert.equal(await call(trap), undefined);
  assert.equal(await call(({ number }) => number), 2);
});

test("a module that does not load is loaded again at the next call, and was never reset", async () => {
  const { seen, call } = await alive((time) =>
    time === 1 ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(),
  );
  assert.equal(await call(({ number }) => number), 1);
  assert.deepEqual(seen, { loads: 2, resets: 0, made: 1 });
});
