// `notifications`, through the service worker where there is one: only those outlive the tab, and telephones have no
// other ones. A click on one is heard by `sw.js`.

import { event } from "./event.js";

// Those that were made without a worker.
const made = new Map();

// What is asked for is done one after the other: a new one would else be taken for the former one of its id.
let turn = Promise.resolve();
function inTurn(act) {
  const done = turn.then(act);
  turn = done.catch(() => {});
  return done;
}

const worker = async () => navigator.serviceWorker?.getRegistration();

async function shown() {
  const those = (await (await worker())?.getNotifications()) ?? [];
  return [...those.map((one) => [one.tag, one]), ...made];
}

export const onClicked = event();

// Told to the tab where the person was not asked yet: a browser asks only in a click of theirs.
export const WANTED = "mesh-chat-notification";

export const create = (id, content) => inTurn(() => show(id, content));

async function show(id, { title, message, iconUrl }) {
  if (globalThis.Notification?.permission === "default") parent.dispatchEvent(new Event(WANTED));
  if (globalThis.Notification?.permission !== "granted") return;
  const options = { body: message, icon: iconUrl, tag: id };
  const registered = await worker();
  if (registered?.active) return registered.showNotification(title, options);
  const notification = new Notification(title, options);
  made.set(id, notification);
  notification.onclick = () => onClicked.tell(id);
  notification.onclose = () => made.get(id) === notification && made.delete(id);
}

export const getAll = async () => Object.fromEntries((await shown()).map(([id]) => [id, true]));

export const clear = (id) => inTurn(() => close(id));

async function close(id) {
  const those = (await shown()).filter(([shown]) => shown === id);
  those.forEach(([, notification]) => notification.close());
  made.delete(id);
  return those.length > 0;
}
