// A frame of each tab, of which one runs the engine: the one that holds the lock. The others wait for it, and so
// take over as soon as its tab is gone.

import { install } from "./browser/api.js";
import { ENGINE, HERE, serve } from "./browser/ports.js";
import { lookOut, onUpdateAvailable, watch } from "./browser/update.js";

await install();
navigator.locks.request(ENGINE, async () => {
  parent.dispatchEvent(new Event(HERE));
  // The same two programs as in Firefox's event page: background and engine in one page.
  await import("./background.js");
  serve();
  watch(() => onUpdateAvailable.tell());
  lookOut();
  await new Promise(() => {});
});
