// Finding things on a page as a person or a screen reader names them: by role, name and text.
// A locator is a list of steps; each step looks inside what the step before has found:
// { role, name?, text? }. `name` is the whole accessible name, `text` a part of the text.
// `run` is the only entry; `page.rs` appends a call of it to this file.

const SELECTORS = {
  article: "article, [role=article]",
  button: "button, [role=button], input[type=submit], input[type=button]",
  code: "code",
  checkbox: "input[type=checkbox]:not([role]), [role=checkbox]",
  file: "input[type=file]",
  combobox: "[role=combobox]",
  dialog: "dialog[open], [role=dialog], [role=alertdialog]",
  group: "[role=group]",
  heading: "h1, h2, h3, h4, h5, h6, [role=heading]",
  img: "img[alt], [role=img]",
  link: "a[href], [role=link]",
  menuitemradio: "[role=menuitemradio]",
  list: "ul, ol, [role=list]",
  listitem: "li, [role=listitem]",
  log: "[role=log]",
  main: "main, [role=main]",
  option: "[role=option]",
  paragraph: "p",
  summary: "summary",
  status: "output, [role=status]",
  alert: "[role=alert]",
  switch: "[role=switch]",
  textbox:
    "input:not([type]), input[type=text], input[type=url], input[type=search], input[type=password], textarea, [role=textbox], [role=searchbox]",
  any: "*",
};

const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();

function isShown(element) {
  return element.getClientRects().length > 0 && !element.closest("[hidden], [aria-hidden=true]");
}

function nameOf(element) {
  const byId = (ids) =>
    ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent).join(" ");
  const labelled = element.getAttribute("aria-labelledby");
  if (labelled) return squeeze(byId(labelled));
  const own = element.getAttribute("aria-label");
  if (own) return squeeze(own);
  if (element.labels?.length) {
    return squeeze(Array.from(element.labels, (label) => label.textContent).join(" "));
  }
  return squeeze(element.textContent) || squeeze(element.getAttribute("title"));
}

function matches(element, step) {
  if (!isShown(element)) return false;
  if (step.name !== undefined && nameOf(element) !== step.name) return false;
  return step.text === undefined || squeeze(element.textContent).includes(step.text);
}

function findAll(locator) {
  let scopes = [document];
  for (const step of locator) {
    const found = scopes.flatMap((scope) => [...scope.querySelectorAll(SELECTORS[step.role])]);
    scopes = found.filter((element) => matches(element, step));
  }
  return scopes;
}

const now = () => performance.timeOrigin + performance.now();

// Resolves with the moment at which `test` first holds; never polls.
function until(test, limit, describe) {
  return new Promise((resolve, reject) => {
    let value = test();
    if (value) return resolve(value);
    const observer = new MutationObserver(() => {
      value = test();
      if (value) finish(resolve, value);
    });
    const timer = setTimeout(() => finish(reject, new Error(describe())), limit);
    function finish(how, what) {
      clearTimeout(timer);
      observer.disconnect();
      how(what);
    }
    observer.observe(document, {
      subtree: true, childList: true, characterData: true, attributes: true,
    });
  });
}

function describe(locator, wanted) {
  const steps = locator.map((step) => JSON.stringify(step)).join(" > ");
  return `not ${wanted} in time: ${steps}\n--- the page shows ---\n${document.body?.innerText}`;
}

const run = {
  // The first element a locator finds, as soon as there is one.
  find: (locator, limit) =>
    until(() => findAll(locator)[0], limit, () => describe(locator, "shown")),
  // The same, to be clicked on: `missed` is true until a click has reached it.
  aim: async (locator, limit) => {
    const element = await run.find(locator, limit);
    // Where it was painted anew, it is looked for again.
    const can = () => !element.isConnected || element.ariaDisabled !== "true";
    await until(can, limit, () => describe(locator, "enabled"));
    globalThis.missed = true;
    globalThis.reached = new Promise((resolve) => {
      const hit = () => {
        globalThis.missed = false;
        resolve();
      };
      element.addEventListener("click", hit, { capture: true, once: true });
    });
    return element;
  },
  // Waits until a locator finds something; the moment it did.
  shown: (locator, limit) =>
    until(() => findAll(locator).length > 0 && now(), limit, () => describe(locator, "shown")),
  // Waits until a locator finds nothing; the moment it did not.
  gone: (locator, limit) =>
    until(() => findAll(locator).length === 0 && now(), limit, () => describe(locator, "gone")),
  // How many there are now.
  count: (locator) => findAll(locator).length,
  // The texts of all there are now.
  texts: (locator) => findAll(locator).map((element) => squeeze(element.textContent)),
  // Clicks a fifth of a second after it is there; the moment of the click.
  clickSoon: async (locator, limit) => {
    const element = await run.find(locator, limit);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const at = now();
    element.click();
    return at;
  },
  // The accessible name of what has the focus.
  focused: () => nameOf(document.activeElement ?? document.body),
  // What has moved on its own since the page was opened, from where to where.
  moved: async () => {
    const type = "layout-shift";
    if (!PerformanceObserver.supportedEntryTypes.includes(type)) return [];
    const entries = await new Promise((resolve) => {
      const observer = new PerformanceObserver((list) => resolve(list.getEntries()));
      observer.observe({ type, buffered: true });
      // There is always one of these, so that there is always an answer.
      observer.observe({ type: "navigation", buffered: true });
    });
    const shifts = entries.filter((entry) => entry.entryType === type && !entry.hadRecentInput);
    return shifts.flatMap((shift) => shift.sources)
      .map(({ node, previousRect, currentRect }) => ({
        what: squeeze(node?.textContent), from: previousRect, to: currentRect,
      }));
  },
  // Every control with its role and name, for checks of their accessibility.
  controls: () => [...document.querySelectorAll("button, a[href], input, textarea, select, [role]")]
    .filter(isShown),
};
