// Goes in front of everything else on the pages of an extension whose messages are followed: the popup and the
// engine's page of Chromium. Notes when a message passes, where these pages meet the browser. Changes nothing.

const trace = [];
const note = (stage) => trace.push([stage, performance.timeOrigin + performance.now()]);
// What was noted since the last call.
globalThis.takeTrace = () => trace.splice(0);

// Notes which messages pass a port.
function follow(port, isHeard, isPosted) {
  port.onMessage.addListener((message) => { if (isHeard(message)) note("heard"); });
  const post = port.postMessage;
  port.postMessage = (message) => {
    if (isPosted(message)) note("posted");
    return post.call(port, message);
  };
  return port;
}

// What follows from one input comes together; a build of before sends each event alone.
const isMessage = (event) => event.message !== undefined;
const isText = (message) =>
  message.events?.some(isMessage) ?? (message.event !== undefined && isMessage(message.event.event));
const isSend = (message) => message.command?.command.send !== undefined;
const { runtime } = chrome;

function followView() {
  addEventListener("click", () => note("pressed"), true);
  const connect = runtime.connect;
  Object.defineProperty(runtime, "connect", {
    value: (...args) => follow(connect.apply(runtime, args), isText, isSend),
  });
  const isRow = (node) => node.classList?.contains("message");
  new MutationObserver((changes) => {
    if (!changes.some(({ addedNodes }) => [...addedNodes].some(isRow))) return;
    note("in the page");
    // The turn after the next frame: that is on its way to the screen.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => note("painted");
      port2.postMessage(null);
    });
  }).observe(document, { subtree: true, childList: true });
}

function followEngine() {
  runtime.onConnect.addListener((port) => { follow(port, isSend, isText); });
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const transaction = begin.call(this, stores, mode, options);
    if (mode === "readwrite") {
      note("storing");
      transaction.addEventListener("complete", () => note("stored"));
    }
    return transaction;
  };
  const isFrame = (data) => new TextDecoder().decode(data).includes('"type":"text"');
  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (data) {
    if (isFrame(data)) note("sent");
    return send.call(this, data);
  };
  const watch = (channel) => {
    channel.addEventListener("message", ({ data }) => { if (isFrame(data)) note("received"); });
    return channel;
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      this.addEventListener("datachannel", ({ channel }) => watch(channel));
    }

    createDataChannel(...args) {
      return watch(super.createDataChannel(...args));
    }
  };
}

if (location.pathname === "/popup.html") followView();
else followEngine();
