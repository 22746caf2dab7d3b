// A tab: the views of the extension, and around them what only a page has to say.

import { load as loadTexts, getMessage } from "./browser/texts.js";

// How long another tab may take to let go of the engine, as one does that is loaded anew.
const SETTLED = 1_500;
const NOT_NOW = "notifications-not-now";

// Says across the page why there is nothing else.
function refuse(key) {
  const crash = document.getElementById("crash");
  crash.querySelector("p").textContent = getMessage(key);
  crash.querySelector("button").hidden = true;
  document.getElementById("app").hidden = true;
  crash.hidden = false;
}

// Shows a line above the page, with buttons. Returns the function that takes it away.
function bar(key, buttons) {
  const line = document.createElement("div");
  line.className = "bar";
  const text = document.createElement("p");
  text.setAttribute("role", "status");
  text.textContent = getMessage(key);
  line.append(text);
  for (const [name, act] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "soft";
    button.textContent = getMessage(name);
    button.addEventListener("click", () => {
      line.remove();
      act?.();
    });
    line.append(button);
  }
  document.getElementById("bars").append(line);
  return () => line.remove();
}

// Runs the engine in this tab, or waits for its turn.
function addEngine(here) {
  let elsewhere;
  const wait = setTimeout(() => {
    elsewhere = bar("page_second", [["page_understood"]]);
  }, SETTLED);
  addEventListener(here, () => {
    clearTimeout(wait);
    elsewhere?.();
  });
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = "engine.html";
  document.body.append(frame);
}

function askForNotifications() {
  let asked = localStorage.getItem(NOT_NOW);
  return () => {
    if (asked) return;
    asked = true;
    bar("page_notify", [
      ["page_allow", allow],
      ["page_not_now", () => localStorage.setItem(NOT_NOW, "yes")],
    ]);
  };
}

async function allow() {
  await Notification.requestPermission();
  // Where it is granted, the browser does not make room at the expense of this page.
  await navigator.storage.persist?.();
}

// Keeps the page for times without a network. What is kept is not mixed with a newer version: that one waits.
async function addWorker(watch, reload) {
  if (!navigator.serviceWorker) return bar("page_private", [["page_understood"]]);
  // The first worker of all has the files that the page is made of already.
  let replaced = navigator.serviceWorker.controller;
  let waits;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (replaced) location.reload();
    replaced = true;
    waits?.();
  });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    location.hash = data.show;
  });
  await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  watch(() => {
    waits ??= bar("page_update", [["page_update_now", reload]]);
  });
}

async function start() {
  const [{ install }, { opened }, { HERE }, { WANTED }, { noteWriting, watch, reload }] = await Promise.all([
    import("./browser/api.js"),
    import("./browser/storage.js"),
    import("./browser/ports.js"),
    import("./browser/notifications.js"),
    import("./browser/update.js"),
  ]);
  await install();
  try {
    await opened();
  } catch (error) {
    console.error(error);
    return refuse("page_no_storage");
  }
  addEventListener(WANTED, askForNotifications());
  addEngine(HERE);
  noteWriting();
  await import("./popup.js");
  await addWorker(watch, reload).catch((error) => console.warn(error));
}

if (isSecureContext && navigator.locks) {
  await start();
} else {
  await loadTexts();
  refuse("page_not_secure");
}
