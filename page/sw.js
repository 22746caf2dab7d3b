// Keeps the files of one version, so that the page starts without a network. Messages never pass through it.
//
// A newer version is installed beside the one in use and waits until no tab uses that any more, or until it is told to
// take over: then all tabs load themselves again. No page is made of two versions.

importScripts("build.js", "kept.js");

// `files`: what each of them has to be. In the midst of a change a server sends files of two versions.
const { version, files } = KEPT;
const OURS = "mesh-chat ";
const CACHE = `${OURS}${version}`;
// Whoever serves the page may change it without a new version.
const CONFIG = "config.json";
const TEXTS = "_locales/";
// How long a start waits for it, where there is a network that does not answer.
const PATIENCE = 3_000;

const url = (path) => new URL(path, registration.scope).href;

// What is kept under an address, whatever is asked of it. The start page has two.
function placeOf(request) {
  const { origin, pathname } = new URL(request.url);
  const place = origin + pathname;
  return place === url("index.html") ? url("") : place;
}

// A browser refuses a page that the server has redirected. The same without the redirection is none.
const plain = (answer) =>
  answer.redirected ? new Response(answer.body, { headers: answer.headers }) : answer;

// Refuses what is not of this version.
async function keep(cache, path, signal) {
  const answer = await fetch(url(path), { cache: "no-cache", integrity: files[path], signal });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  await cache.put(url(path), plain(answer));
}

// Where it fails, the browser tries again with its next look for a new version.
async function install() {
  const cache = await caches.open(CACHE);
  const texts = new Set([BUILD.choose(navigator.languages), "en"].map(BUILD.texts));
  const others = Object.keys(files).filter((path) => !path.startsWith(TEXTS));
  await Promise.all([CONFIG, ...texts, ...others].map((path) => keep(cache, path)));
}

async function activate() {
  const names = await caches.keys();
  const former = names.filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(former.map((name) => caches.delete(name)));
  await clients.claim();
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const place = placeOf(request);
  const kept = () => cache.match(place);
  if (place !== url(CONFIG)) return (await kept()) ?? fetch(request);
  try {
    await keep(cache, CONFIG, AbortSignal.timeout(PATIENCE));
  } catch {
    // There is no network, it does not answer, or there is no such file any more: the last one that there was.
  }
  return (await kept()) ?? Response.error();
}

async function show(place) {
  const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = all.find((client) => client.frameType === "top-level");
  if (!tab) return clients.openWindow(url(place));
  await tab.focus();
  tab.postMessage({ show: place });
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", ({ data }) => data === "take over" && skipWaiting());
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(registration.scope)) {
    event.respondWith(answer(request));
  }
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.tag));
});
