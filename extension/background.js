// Chrome's service worker and Firefox's event page. Every listener is registered in the first
// turn; what comes before the wasm runs waits for it.

import init, { Background } from "./wasm/background.js";
import { serve } from "./engine.js";

const api = globalThis.browser ?? globalThis.chrome;

// Firefox has no offscreen documents: there the engine runs in this page, and as messages do not
// reach their own page, both call each other directly.
const tellOwnPage = api.offscreen
  ? undefined
  : serve(import("./wasm/offscreen.js"), async (request) => (await background).request(request));
const tellEngine = tellOwnPage ?? ((message) => api.runtime.sendMessage(message));

const background = init({
  module_or_path: api.runtime.getURL("wasm/background_bg.wasm"),
}).then(() => new Background(tellEngine));

api.runtime.onInstalled.addListener(async () => (await background).wake());
api.runtime.onStartup.addListener(async () => (await background).wake());
api.alarms.onAlarm.addListener(async () => (await background).tick());
api.notifications.onClicked.addListener(async (id) => (await background).clicked(id));
api.notifications.onButtonClicked?.addListener(async (id, button) =>
  (await background).pressed(id, button),
);
api.runtime.onMessage.addListener((message, sender, respond) => {
  if (message?.target !== "background" || sender.id !== api.runtime.id) return false;
  background.then((running) => running.request(message)).then(respond);
  return true;
});

// Firefox stops an event page 30 s after its last event, and its connections with it. Any call
// that leaves the page counts as one.
if (tellOwnPage) setInterval(() => api.runtime.getPlatformInfo(), 20_000);
