// A new version of the page: it waits as the service worker that was installed beside the one in use.

import { event } from "./event.js";

export const onUpdateAvailable = event();

// Held by each tab in which something was written that may be stored nowhere, as long as the tab is there.
const WRITTEN = "mesh-chat written";
const LOOKS = 3 * 60 * 60 * 1_000;

// Whether a link with an invite has led here, until the views have taken it from the address.
export const invited = () => location.hash.startsWith("#i=");

const registered = async () => navigator.serviceWorker?.getRegistration();

// Calls `handle` whenever a new version waits, and now where one does already. On a first visit there is nothing to
// watch until the first worker of all is ready.
export async function watch(handle) {
  const registration = await navigator.serviceWorker?.ready;
  if (!registration) return;
  const look = () => registration.waiting && registration.active && handle();
  const follow = () => registration.installing?.addEventListener("statechange", look);
  registration.addEventListener("updatefound", follow);
  follow();
  look();
}

// Looks for a new version a few times a day: a browser does so only where a tab is loaded.
export function lookOut() {
  const look = async () => (await registered())?.update();
  // Without a network there is none. The next look comes.
  setInterval(() => look().catch(() => {}), LOOKS);
}

// Lets the new version take over; all tabs load themselves again with it.
export async function reload() {
  (await registered())?.waiting?.postMessage("take over");
}

// Notes from now on whether something was written in this tab, or handed to it.
export function noteWriting() {
  const note = () => navigator.locks.request(WRITTEN, { mode: "shared" }, () => new Promise(() => {}));
  const noteInvite = () => invited() && note();
  for (const what of ["input", "drop", "paste"]) addEventListener(what, note, { capture: true, once: true });
  addEventListener("hashchange", noteInvite);
  noteInvite();
}

// As `reload`, without the person having said so: only where no tab loses anything. Else the new version waits on.
export async function reloadUnwritten() {
  const { held } = await navigator.locks.query();
  if (held.some(({ name }) => name === WRITTEN)) onUpdateAvailable.tell();
  else await reload();
}
