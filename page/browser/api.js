// What a browser gives an extension, made of what it gives any page: the third browser beside Chrome and Firefox, for
// the same background, engine and views. What a page cannot have does nothing here, or is not there, as in Firefox
// `offscreen` is not.

import { event } from "./event.js";
import * as idle from "./idle.js";
import * as notifications from "./notifications.js";
import { connect, onConnect, onMessage, sendMessage } from "./ports.js";
import { local, session } from "./storage.js";
import * as texts from "./texts.js";
import { onUpdateAvailable, reloadUnwritten } from "./update.js";

const nothing = async () => {};
// The start page stands for the popup's. An empty path alone would be the page that asks.
const url = (path) => new URL(path === "popup.html" ? "." : path || ".", document.baseURI).href;

// One alarm is enough: the one that looks after the engine. It lives as long as its page.
const alarms = {
  onAlarm: event(),
  running: undefined,
  get: async () => alarms.running,
  async create(name, { periodInMinutes }) {
    alarms.running = { name, periodInMinutes };
    setInterval(() => alarms.onAlarm.tell(alarms.running), periodInMinutes * 60_000);
  },
};

const api = {
  page: true,
  runtime: {
    id: "page",
    getURL: url,
    getPlatformInfo: nothing,
    // The tab that the engine is in shows what is to be opened.
    getContexts: async () => [{ documentUrl: url("popup.html"), tabId: 0, windowId: 0 }],
    connect,
    sendMessage,
    onConnect,
    onMessage,
    onInstalled: event(),
    onStartup: event(),
    onUpdateAvailable,
    reload: reloadUnwritten,
  },
  storage: { local, session },
  i18n: texts,
  alarms,
  notifications,
  idle,
  action: {
    setBadgeText: async ({ text }) => {
      const count = Number.parseInt(text, 10);
      await (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.());
    },
    setTitle: nothing,
  },
  contextMenus: { onClicked: event(), create() {}, removeAll: nothing },
  commands: { onCommand: event(), getAll: async () => [] },
  // Nothing is granted that an extension asks for: files are saved by a link, and servers decide who reads their answers.
  permissions: { contains: async ({ origins }) => Boolean(origins), request: async () => false },
  tabs: {
    async update(_, { url }) {
      parent.location.hash = new URL(url).hash;
    },
  },
  windows: { update: async () => parent.focus() },
  extension: { inIncognitoContext: false },
};

// Puts it where the extension looks for it, once its texts are there.
export async function install() {
  await texts.load();
  globalThis.browser = api;
}
