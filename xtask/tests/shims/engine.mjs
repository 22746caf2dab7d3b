import assert from "node:assert/strict";
import { test } from "node:test";
import { page, shim } from "./stubs.mjs";

const TICK = { target: "engine", message: "tick" };

// Serves a module whose instance `start`s, in a page.
async function serve(here, start) {
  const { serve: begin } = await shim("engine.js");
  const module = Promise.resolve({ default: async () => {}, Engine: { start } });
  const deliver = begin(module, () => {});
  await here.settle();
  return deliver;
}

const failures = [
  new RangeError("WebAssembly.instantiate(): Out of memory"),
  new WebAssembly.CompileError("unexpected end"),
  new WebAssembly.LinkError("import object"),
  new WebAssembly.RuntimeError("unreachable"),
  new TypeError("Failed to fetch"),
];

for (const error of failures) {
  test(`an engine that does not start for a ${error.name} is loaded anew`, async () => {
    const here = page();
    await serve(here, () => Promise.reject(error));
    assert.deepEqual(here.timers.map(({ after }) => after), [0]);
    here.timers[0].act();
    assert.equal(here.reloads, 1);
  });

  test(`a ${error.name} that nobody caught later loads the page anew, once`, async () => {
    const here = page({ now: 100_000 });
    await serve(here, async () => ({}));
    here.uncaught(error);
    here.rejected(error);
    assert.deepEqual(here.timers.map(({ after }) => after), [0]);
  });
}

test("a module that cannot be fetched is loaded anew", async () => {
  const here = page();
  const { serve: begin } = await shim("engine.js");
  begin(Promise.reject(new TypeError("Failed to fetch dynamically imported module")), () => {});
  await here.settle();
  assert.equal(here.timers.length, 1);
});

test("each start that fails doubles the pause, up to half a minute, and a good one ends that", async () => {
  const session = new Map();
  const pauses = [];
  for (let start = 0; start < 9; start += 1) {
    const here = page({ session });
    await serve(here, () => Promise.reject(new RangeError("out of memory")));
    pauses.push(here.timers[0].after);
  }
  assert.deepEqual(pauses, [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  const here = page({ session });
  await serve(here, async () => ({}));
  here.now = 60_000;
  here.uncaught(new RangeError("Maximum call stack size exceeded"));
  assert.equal(here.timers[0].after, 0);
});

test("the alarm does not wait for the pause to end", async () => {
  const here = page({ session: new Map([["failures", "9"]]) });
  const deliver = await serve(here, () => Promise.reject(new RangeError("out of memory")));
  assert.equal(here.reloads, 0);
  await deliver(TICK);
  assert.equal(here.reloads, 1);
});

test("a person can start it again, whether it runs or not", async () => {
  for (const start of [async () => ({}), () => new Promise(() => {})]) {
    const here = page();
    const deliver = await serve(here, start);
    await deliver({ target: "engine", message: "restart" });
    assert.equal(here.reloads, 1);
  }
});

test("views of an engine that does not run are let go", async () => {
  const here = page();
  await serve(here, () => Promise.reject(new RangeError("out of memory")));
  const port = here.connect();
  await here.settle();
  assert.ok(port.closed);
});

test("an engine that runs hears its views and the background", async () => {
  const heard = [];
  const engine = {
    attach: () => 7,
    message: (view, message) => heard.push([view, message]),
    gone: (view) => heard.push([view, "gone"]),
    deliver: (message) => heard.push(message),
  };
  const here = page();
  const deliver = await serve(here, async () => engine);
  const port = here.connect();
  port.messages.forEach((hear) => hear("hello"));
  await here.settle();
  port.gone.forEach((hear) => hear());
  await here.settle();
  await deliver(TICK);
  assert.deepEqual(heard, [[7, "hello"], [7, "gone"], TICK]);
  assert.equal(here.timers.length, 0);
});
