// In front of everything else on the popup's page: opened as popup.html?crowd=1000, it is told of so many people
// by an engine that is none: as from the engine, of all in one message. An older build says that it knows no such
// message; its engine sends each in one of its own. `somebody` is a person as the engine describes one.

const crowd = Number(new URLSearchParams(location.search).get("crowd"));
const { runtime } = globalThis.browser ?? globalThis.chrome;

function* messages() {
  yield { profile: { name: "Alice" } };
  for (let number = 1; number <= crowd; number += 1) {
    const padded = String(number).padStart(4, "0");
    yield {
      person: {
        ...somebody, id: { stranger: `00000000-0000-4000-8000-00000000${padded}` }, name: `Person ${padded}`,
      },
    };
  }
  yield "ready";
}

if (crowd) {
  const painted = Promise.withResolvers();
  globalThis.crowdPainted = painted.promise;
  const connect = () => {
    const listeners = [];
    const { port1, port2 } = new MessageChannel();
    const { warn } = console;
    console.warn = (text) => {
      warn(text);
      if (!String(text).includes("unknown message")) return;
      console.warn = (text) => {
        warn(text);
        painted.reject(text);
      };
      globalThis.begun = undefined;
      for (const event of messages()) port1.postMessage({ event: { event } });
    };
    port2.onmessage = ({ data }) => {
      globalThis.begun ??= performance.now();
      listeners.forEach((hear) => hear(data));
    };
    return {
      name: "view", postMessage() {}, disconnect() {},
      onMessage: {
        addListener(hear) {
          listeners.push(hear);
          port1.postMessage({ events: [...messages()] });
        },
        removeListener() {},
      },
      onDisconnect: { addListener() {}, removeListener() {} },
    };
  };
  Object.defineProperty(runtime, "connect", { value: connect });
  // The frame that shows the first of them: since the page began, and since it was told of the first.
  const observer = new MutationObserver(() => {
    if (!document.querySelector("li.person")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      painted.resolve([performance.now(), performance.now() - globalThis.begun]);
    }));
  });
  observer.observe(document, { subtree: true, childList: true });
  const frame = () => new Promise(requestAnimationFrame);
  // Scrolls to the end at once, after what is being scrolled has been painted, and waits until the rows are there.
  globalThis.scrollToEnd = async () => {
    const pane = document.querySelector(".lists");
    await frame();
    await frame();
    pane.scrollTop = pane.scrollHeight;
    while (!document.querySelector(`[aria-posinset="${crowd}"]`)) await frame();
  };
  // Scrolls through the whole list, a screenful in each frame. How long the page was busy at most between two
  // frames' beginnings and the next task, where a person would feel it.
  globalThis.scrollThrough = async () => {
    const pane = document.querySelector(".lists");
    const task = () => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
    let longest = 0;
    let frames = 0;
    while (pane.scrollTop + pane.clientHeight < pane.scrollHeight - 1 && frames < 1_000) {
      pane.scrollTop += pane.clientHeight;
      await frame();
      const begun = performance.now();
      await task();
      longest = Math.max(longest, performance.now() - begun);
      frames += 1;
    }
    // The rows of the last screenful come with a frame of their own.
    while (!document.querySelector(`[aria-posinset="${crowd}"]`) && frames < 1_000) {
      await frame();
      frames += 1;
    }
    return { longest, frames };
  };
}
