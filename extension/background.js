// Chrome's service worker and Firefox's event page. Every listener is registered in the first
// turn; what comes before the wasm runs waits for it. Firefox for Android has no `idle`, `commands` and `contextMenus`.

import init, { Background, __wbg_reset_state as reset } from "./wasm/background.js";
import { serve } from "./engine.js";
import { revive } from "./revive.js";

const api = globalThis.browser ?? globalThis.chrome;

const load = () => init({ module_or_path: api.runtime.getURL("wasm/background_bg.wasm") });
const background = revive(load, reset, () => new Background(tellEngine));

// Firefox has no offscreen documents: there the engine runs in this page, and as messages do not
// reach their own page, both call each other directly.
const tellOwnPage = api.offscreen
  ? undefined
  : serve(import("./wasm/offscreen.js"), (request) => ask(request));
const tellEngine = tellOwnPage ?? ((message) => api.runtime.sendMessage(message));

const ask = (message) => background((running) => running.request(message));

api.runtime.onInstalled.addListener(() => background((running) => running.wake()));
api.runtime.onStartup.addListener(() => background((running) => running.wake()));
api.alarms.onAlarm.addListener(() => background((running) => running.tick()));
api.idle?.onStateChanged.addListener(() => background((running) => running.idle()));
api.notifications.onClicked.addListener((id) => background((running) => running.clicked(id)));
api.notifications.onButtonClicked?.addListener((id, button) =>
  background((running) => running.pressed(id, button)),
);
api.commands?.onCommand.addListener((name) => background((running) => running.command(name)));
api.contextMenus?.onClicked.addListener((info) => background((running) => running.menu(info)));
api.runtime.onMessage.addListener((message, sender, respond) => {
  if (message?.target !== "background" || sender.id !== api.runtime.id) return false;
  ask(message).then(respond);
  return true;
});

// Chrome puts an update off while a page of the extension is open, and the engine's always is; so does a page of the web,
// whose tabs are its own. Firefox installs it at once, unless somebody listens.
if (api.offscreen || api.page) {
  api.runtime.onUpdateAvailable.addListener(() => background((running) => running.update()));
}

// Firefox stops an event page 30 s after its last event, and its connections with it. Any call
// that leaves the page counts as one.
if (tellOwnPage) setInterval(() => api.runtime.getPlatformInfo(), 20_000);
