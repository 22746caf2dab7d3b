// Whoever comes with an invite is told that it can be used in the extension too, where that can be installed.

import { getMessage } from "./browser/texts.js";
import { invited } from "./browser/update.js";

const NOT_NOW = "extension-not-now";

// Chromium or Firefox on a computer. A telephone that asks for the pages of computers has a finger all the same.
const installable = () =>
  /(Chrome|Firefox)\//.test(navigator.userAgent) &&
  !/Android|Mobile/.test(navigator.userAgent) &&
  !matchMedia("(pointer: coarse)").matches;

// Where the extension can be had, if whoever serves the page says so. What else is wrong there, the engine says.
async function store() {
  try {
    const { extension } = await (await fetch("config.json")).json();
    return /^https?:/.test(extension) ? extension : undefined;
  } catch {
    return undefined;
  }
}

async function copy(link, bar) {
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    return prompt(getMessage("copyFailed"), link);
  }
  bar("page_copied", [["page_understood"]]);
}

export function offerExtension(bar) {
  if (!installable()) return;
  let takeAway;
  const look = async () => {
    if (!invited() || localStorage.getItem(NOT_NOW)) return;
    // The views take the invite from the address at once.
    const link = location.href;
    const address = await store();
    takeAway?.();
    takeAway = bar("page_extension", [
      ["page_copy_link", () => copy(link, bar)],
      ...(address ? [["page_get_extension", address]] : []),
      ["page_not_now", () => localStorage.setItem(NOT_NOW, "yes")],
    ]);
  };
  addEventListener("hashchange", look);
  look();
}
