import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

globalThis.BUILD = { languages: ["de", "en", "pt_BR", "zh_CN"] };
(0, eval)(readFileSync(new URL("../../../page/build.js", import.meta.url), "utf8"));

test("the texts are in the first language that somebody reads and there is", () => {
  for (const [wanted, chosen] of [
    [["de"], "de"],
    [["de-AT", "en"], "de"],
    [["pt-BR"], "pt_BR"],
    [["pt-PT", "en"], "pt_BR"],
    [["nl", "de-DE", "en"], "de"],
    [["nl"], "en"],
    [[], "en"],
  ]) {
    assert.equal(BUILD.choose(wanted), chosen, wanted);
  }
});

// Locks as a browser has them, as far as the page uses them.
function locks() {
  const held = [];
  return {
    request: async (name, _, act) => (held.push({ name }), act()),
    query: async () => ({ held }),
  };
}

// What happens in a tab, by the names of its events.
function happenings() {
  const heard = {};
  globalThis.addEventListener = (name, hear) => (heard[name] ??= []).push(hear);
  return (name) => heard[name]?.forEach((hear) => hear());
}

const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true });

test("a new version does not begin by itself where something was written in a tab", async () => {
  const { noteWriting, onUpdateAvailable, reload, reloadUnwritten } = await import("../../../page/browser/update.js");
  for (const [hash, event] of [["", "input"], ["", "drop"], ["", "paste"], ["#i=AQcH", "hashchange"]]) {
    const told = [];
    const waiting = { postMessage: (what) => told.push(what) };
    set("navigator", { locks: locks(), serviceWorker: { getRegistration: async () => ({ waiting }) } });
    set("location", { hash: "" });
    const happen = happenings();
    noteWriting();
    await reloadUnwritten();
    assert.deepEqual(told, ["take over"]);
    let waits = 0;
    const listener = () => (waits += 1);
    onUpdateAvailable.addListener(listener);
    location.hash = hash;
    happen(event);
    await reloadUnwritten();
    assert.deepEqual([told.length, waits], [1, 1], event);
    await reload();
    assert.equal(told.length, 2, "a person may all the same");
    onUpdateAvailable.removeListener(listener);
  }
});

test("a first visit watches for new versions as soon as there is a worker", async () => {
  const { watch } = await import("../../../page/browser/update.js");
  let ready;
  const serviceWorker = { ready: new Promise((resolve) => (ready = resolve)), getRegistration: async () => {} };
  set("navigator", { serviceWorker });
  let found = 0;
  const watching = watch(() => (found += 1));
  const registration = { active: {}, addEventListener: (_, hear) => (registration.hear = hear) };
  ready(registration);
  await watching;
  const installing = { addEventListener: (_, hear) => (installing.hear = hear) };
  registration.installing = installing;
  registration.hear();
  registration.waiting = installing;
  installing.hear();
  assert.equal(found, 1);
});

test("a notification in the place of an earlier one stays, where there is no worker to show it", async () => {
  const there = new Set();
  set("Notification", class {
    static permission = "granted";
    constructor(title) {
      this.title = title;
      there.add(this);
    }
    close() {
      there.delete(this);
      setImmediate(() => this.onclose());
    }
  });
  set("navigator", {});
  const { clear, create, getAll } = await import("../../../page/browser/notifications.js");
  for (const title of ["first", "second", "third"]) {
    const [cleared] = await Promise.all([clear("#chat=a"), create("#chat=a", { title })]);
    assert.equal(cleared, title !== "first");
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([...there].map((one) => one.title), [title]);
    assert.deepEqual(await getAll(), { "#chat=a": true });
  }
  assert.equal(await clear("#chat=a"), true);
  assert.equal(there.size, 0);
});

test("a language that cannot be read falls back to English", async () => {
  set("navigator", { languages: ["de"] });
  set("document", { baseURI: "https://page.example/" });
  const english = { stay: { message: "Stay" } };
  const fails = async () => { throw new TypeError("no network"); };
  for (const german of [fails, async () => JSON.parse("<!doctype html>"), async () => ({})]) {
    set("fetch", async ({ pathname }) => ({ json: pathname.includes("/de/") ? german : async () => english }));
    console.warn = () => {};
    const { getMessage, load } = await import("../../../page/browser/texts.js");
    await load();
    assert.equal(getMessage("stay"), "Stay");
  }
});

test("what is asked while no tab runs the engine fails after a time, and leaves nothing behind", async (context) => {
  const channels = new Set();
  set("BroadcastChannel", class {
    constructor() {
      channels.add(this);
    }
    postMessage() {}
    addEventListener() {}
    removeEventListener() {}
    close() {
      channels.delete(this);
    }
  });
  set("navigator", { locks: { request: async (_, __, act) => act() } });
  const { sendMessage } = await import("../../../page/browser/ports.js");
  const before = channels.size;
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = sendMessage({ target: "background" });
  assert.equal(channels.size, before + 1);
  context.mock.timers.tick(60_000);
  await assert.rejects(asked, /no tab/);
  assert.equal(channels.size, before);
});

test("somebody is away who did nothing in any tab for the time, and here again with the next input", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const stored = new Map();
  set("localStorage", { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, String(value)) });
  set("document", { hidden: false });
  const heard = {};
  globalThis.addEventListener = (name, hear) => (heard[name] = hear);
  const { noteInput, onStateChanged, queryState } = await import("../../../page/browser/idle.js");
  let told = 0;
  onStateChanged.addListener(() => (told += 1));
  noteInput();
  assert.equal(await queryState(600), "active");
  context.mock.timers.tick(600_000);
  assert.equal(await queryState(600), "idle");
  document.hidden = true;
  heard.focus();
  assert.equal(await queryState(600), "idle", "nobody sees a hidden tab");
  document.hidden = false;
  heard.keydown();
  assert.equal(await queryState(600), "active");
  for (const key of stored.keys()) heard.storage({ key });
  heard.storage({ key: "draft" });
  assert.equal(told, 1);
});
