// `idle`: whether there was input to any tab of the page. What is done elsewhere on the device no page learns.

import { event } from "./event.js";

// When there was, in `localStorage`: all tabs read and write it.
const INPUT = "input";
// It is written no more often than this.
const PAUSE = 30_000;

export const onStateChanged = event();
export const setDetectionInterval = () => {};

// Whichever way the clock was set.
const since = () => Math.abs(Date.now() - Number(localStorage.getItem(INPUT)));

export const queryState = async (seconds) => (since() < seconds * 1_000 ? "active" : "idle");

addEventListener("storage", ({ key }) => key === INPUT && onStateChanged.tell());

// Notes from now on that there is input to this tab.
export function noteInput() {
  const note = () => document.hidden || since() < PAUSE || localStorage.setItem(INPUT, Date.now());
  for (const what of ["focus", "keydown", "pointerdown", "pointermove", "wheel"]) {
    addEventListener(what, note, { capture: true, passive: true });
  }
  note();
}
