// A frame of each tab, of which one runs the engine: the one that holds the lock. The others wait for it, and so
// take over as soon as its tab is gone.
//
// Nothing is imported before the first line has run: the tab sees from it that this file was there, and makes a new
// frame where it was not, or where the rest cannot be loaded.

globalThis.begun = true;

async function begin() {
  const [{ install }, { ENGINE, HERE, serve }, { lookOut, onUpdateAvailable, watch }] = await Promise.all([
    import("./browser/api.js"),
    import("./browser/ports.js"),
    import("./browser/update.js"),
  ]);
  await install();
  await navigator.locks.request(ENGINE, async () => {
    parent.dispatchEvent(new Event(HERE));
    // The same two programs as in Firefox's event page: background and engine in one page.
    await import("./background.js");
    serve();
    watch(() => onUpdateAvailable.tell());
    lookOut();
    await new Promise(() => {});
  });
}

begin().catch((error) => {
  console.error(error);
  frameElement.dispatchEvent(new Event("error"));
});
