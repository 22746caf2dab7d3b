import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCOPE = "https://page.example/chat/";
const PROGRAM = readFileSync(new URL("../../../page/sw.js", import.meta.url), "utf8");
const CONTENTS = {
  "": "start",
  "build.js": "build",
  "_locales/en/messages.json": "english",
  "_locales/de/messages.json": "german",
};
const hash = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

// A worker whose server has these files besides, or others in their place.
function worker(others) {
  const server = { ...CONTENTS, "config.json": "config", ...others };
  const heard = {};
  const stored = new Map();
  const here = { server, stored, stalls: new AbortController() };
  const cache = {
    put: async (place, answer) => stored.set(place, await answer.text()),
    match: async (place) => stored.has(place) ? new Response(stored.get(place)) : undefined,
  };
  const fetch = async (place, { integrity, signal } = {}) => {
    const text = server[place.slice(SCOPE.length)];
    signal?.throwIfAborted();
    if (text === null) await new Promise((_, reject) => signal.addEventListener("abort", reject));
    if (text === undefined) return new Response("", { status: 404 });
    if (integrity && integrity !== hash(text)) throw new TypeError("integrity");
    return new Response(text);
  };
  const files = Object.fromEntries(Object.entries(CONTENTS).map(([path, text]) => [path, hash(text)]));
  const scope = {
    BUILD: { choose: () => "de", texts: (language) => `_locales/${language}/messages.json` },
    KEPT: { version: "1", files },
    AbortSignal: { timeout: (after) => ((here.patience = after), here.stalls.signal) },
    URL, Response, fetch,
    importScripts() {},
    navigator: {},
    registration: { scope: SCOPE },
    caches: { open: async () => cache },
    addEventListener: (name, hear) => (heard[name] = hear),
  };
  vm.runInNewContext(PROGRAM, scope);
  here.install = () => new Promise((resolve) => heard.install({ waitUntil: resolve }));
  here.ask = async (path) => {
    const request = { method: "GET", url: SCOPE + path };
    const answer = await new Promise((resolve) => heard.fetch({ request, respondWith: resolve }));
    return answer.text();
  };
  return here;
}

test("the worker keeps no file of another version", async () => {
  for (const path of Object.keys(CONTENTS)) {
    await assert.rejects(worker({ [path]: "of another version" }).install(), path);
  }
  const one = worker();
  await one.install();
  assert.equal(one.stored.size, 5);
});

test("the start page is kept under both of its addresses", async () => {
  const one = worker();
  await one.install();
  for (const path of ["", "?a", "index.html", "index.html?a"]) assert.equal(await one.ask(path), "start", path);
});

test("the configuration is the last one where the network does not answer", async () => {
  const one = worker();
  await one.install();
  one.server["config.json"] = "changed";
  assert.equal(await one.ask("config.json"), "changed");
  one.server["config.json"] = null;
  const asked = one.ask("config.json");
  one.stalls.abort();
  assert.equal(await asked, "changed");
  assert.ok(one.patience <= 5_000);
});
