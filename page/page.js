// A tab: the views of the extension, and around them what only a page has to say.

import { load as loadTexts, getMessage } from "./browser/texts.js";

// How long another tab may take to let go of the engine, as one does that is loaded anew.
const SETTLED = 1_500;
// How long it waits before it loads the engine again; each time twice as long as before.
const PAUSE = 1_000;
const LONGEST = 30_000;
const NOT_NOW = "notifications-not-now";

// Says across the page why there is nothing else. Returns the button, which is for whoever can do something.
function refuse(text) {
  const crash = document.getElementById("crash");
  crash.querySelector("p").textContent = text;
  const button = crash.querySelector("button");
  button.hidden = true;
  document.getElementById("app").hidden = true;
  crash.hidden = false;
  return button;
}

// A part of the page was not loaded.
function crashed(error) {
  console.error(error);
  const button = refuse(getMessage("downHeading") || "Mesh Chat is not running");
  button.textContent = getMessage("restart") || "Start again";
  button.addEventListener("click", () => location.reload());
  button.hidden = false;
}

// Shows a line above the page, with buttons, and a link where there is an address and nothing to do. Returns the function
// that takes it away.
function bar(key, controls) {
  const line = document.createElement("div");
  line.className = "bar";
  const text = document.createElement("p");
  text.setAttribute("role", "status");
  text.textContent = getMessage(key);
  const row = document.createElement("div");
  line.append(text, row);
  const takeAway = () => line.remove();
  for (const [name, act] of controls) {
    const press = () => {
      takeAway();
      act?.();
    };
    const control = typeof act === "string" ? linkTo(act) : buttonFor(press);
    control.textContent = getMessage(name);
    row.append(control);
  }
  document.getElementById("bars").append(line);
  return takeAway;
}

function buttonFor(act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "soft";
  button.addEventListener("click", act);
  return button;
}

function linkTo(address) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

// Says that another tab runs the engine, until it is the turn of this one.
function sayWhoRuns({ ENGINE, HERE }) {
  let here, elsewhere;
  const looking = setInterval(async () => {
    const { held } = await navigator.locks.query();
    if (here || !held.some(({ name }) => name === ENGINE)) return;
    clearInterval(looking);
    elsewhere ??= bar("page_second", [["page_understood"]]);
  }, SETTLED);
  addEventListener(HERE, () => {
    here = true;
    clearInterval(looking);
    elsewhere?.();
  });
}

// Runs the engine in this tab, or waits for its turn. A frame that could not be loaded says so, if it can, and makes
// room for the next one.
function addEngine(pause = PAUSE) {
  const frame = document.createElement("iframe");
  const again = () => {
    frame.remove();
    setTimeout(addEngine, pause, Math.min(2 * pause, LONGEST));
  };
  frame.addEventListener("error", again);
  frame.addEventListener("load", () => hasBegun(frame) || again());
  frame.hidden = true;
  frame.src = "engine.html";
  document.body.append(frame);
}

function hasBegun(frame) {
  try {
    return frame.contentWindow.begun;
  } catch {
    // The page that the browser shows in the place of one that is not there belongs to nobody.
    return false;
  }
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
  // A tab that was loaded past the worker follows the next one all the same.
  replaced ??= (await navigator.serviceWorker.getRegistration())?.active;
  await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  watch(() => {
    waits ??= bar("page_update", [["page_update_now", reload]]);
  });
}

async function start() {
  const [{ install }, { opened }, ports, { WANTED }, { noteInput }, { noteWriting, watch, reload }, { offerExtension }] = await Promise.all([
    import("./browser/api.js"),
    import("./browser/storage.js"),
    import("./browser/ports.js"),
    import("./browser/notifications.js"),
    import("./browser/idle.js"),
    import("./browser/update.js"),
    import("./offer.js"),
  ]);
  await install();
  try {
    await opened();
  } catch (error) {
    console.error(error);
    return refuse(getMessage("page_no_storage"));
  }
  addEventListener(WANTED, askForNotifications());
  noteInput();
  sayWhoRuns(ports);
  addEngine();
  noteWriting();
  offerExtension(bar);
  await import("./popup.js");
  await addWorker(watch, reload).catch((error) => console.warn(error));
}

if (isSecureContext && navigator.locks) {
  await start().catch(crashed);
} else {
  await loadTexts();
  refuse(getMessage("page_not_secure"));
}
