// A new version of the page: it waits as the service worker that was installed beside the one in use.

import { event } from "./event.js";

export const onUpdateAvailable = event();

const registered = async () => navigator.serviceWorker?.getRegistration();

// Calls `handle` whenever a new version waits, and now where one does already.
export async function watch(handle) {
  const registration = await registered();
  if (!registration) return;
  const look = () => registration.waiting && registration.active && handle();
  const follow = () => registration.installing?.addEventListener("statechange", look);
  registration.addEventListener("updatefound", follow);
  follow();
  look();
}

// Lets the new version take over; all tabs load themselves again with it.
export async function reload() {
  (await registered())?.waiting?.postMessage("take over");
}
