// Starts the popup. Everything it does is in wasm; here is only what must work without it.
import init from "./wasm/popup.js";

const api = globalThis.browser ?? globalThis.chrome;
const text = (key, english) => api?.i18n?.getMessage(key) || english;

// A popup has the size of its content; a tab or a side panel has its own.
if (api?.extension?.getViews?.({ type: "popup" }).includes(window)) {
  document.documentElement.classList.add("popup");
}

// After a panic the module cannot be used any more.
function crashed(error) {
  console.error(error);
  const crash = document.getElementById("crash");
  crash.querySelector("p").textContent = text("downHeading", "Mesh Chat is not running");
  const button = crash.querySelector("button");
  button.textContent = text("restart", "Start again");
  button.addEventListener("click", () => location.reload());
  document.getElementById("app").hidden = true;
  crash.hidden = false;
}

addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError) crashed(error);
});
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) crashed(reason);
});

// Reads QR codes. Loaded when somebody scans.
globalThis.loadScanner = async () => {
  const { default: load, read } = await import("./wasm/scan.js");
  await load({ module_or_path: new URL("wasm/scan_bg.wasm", import.meta.url) });
  return read;
};

init({ module_or_path: new URL("wasm/popup_bg.wasm", import.meta.url) }).catch(crashed);
