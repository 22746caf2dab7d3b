// An ordinary page with the stock PeerJS client. It knows nothing of the protocol: a test says what
// to register, to dial and to send, and asks for what came. Links are numbered as they open.

const peers = new Map();
const links = [];
const heard = [];
const incoming = new Map();
let hungUp = 0;

function within(ms, what, begin) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not in time: ${what}`)), ms);
    const settle = (how) => (value) => (clearTimeout(timer), how(value));
    begin(settle(resolve), settle(reject));
  });
}

// Things that came and wait to be asked for, or are asked for and have not come.
class Queue {
  #items = [];
  #waiting = [];

  push(item) {
    const index = this.#waiting.findIndex(({ wanted }) => wanted(item));
    if (index < 0) this.#items.push(item);
    else this.#waiting.splice(index, 1)[0].resolve(item);
  }

  next(wanted, ms, what) {
    const index = this.#items.findIndex(wanted);
    if (index >= 0) return Promise.resolve(this.#items.splice(index, 1)[0]);
    return within(ms, what, (resolve) => this.#waiting.push({ wanted, resolve }));
  }
}

// Chromium counts closed connections until it collects them, as it does before it says that there is no room for a
// buffer of this size.
function collect() {
  try {
    new ArrayBuffer(2 ** 35 - 1);
  } catch {}
}

function add(connection) {
  const link = { connection, messages: new Queue(), closed: new Queue() };
  connection.on("data", (data) => {
    // Bytes would be written out one by one.
    if (!(data?.byteLength >= 0)) heard.push(JSON.stringify(data));
    link.messages.push(data);
  });
  connection.on("close", () => link.closed.push(true));
  return links.push(link) - 1;
}

globalThis.stock = {
  // Registers an id. Rejects with PeerJS's error type, such as "unavailable-id".
  register: (id, options) =>
    within(15000, `register ${id}`, (resolve, reject) => {
      const peer = new Peer(id, options);
      peers.set(id, peer);
      incoming.set(id, new Queue());
      peer.on("open", () => resolve(id));
      peer.on("error", (error) => reject(new Error(error.type)));
      peer.on("connection", (connection) => incoming.get(id).push(add(connection)));
    }),

  // Dials; the number of the open link.
  dial: (from, to, serialization = "json") =>
    within(20000, `dial ${to}`, (resolve, reject) => {
      const peer = peers.get(from);
      const connection = peer.connect(to, { serialization, reliable: true });
      peer.on("error", (error) => reject(new Error(error.type)));
      const link = add(connection);
      connection.on("open", () => resolve(link));
    }),

  // The next link that somebody else opens to an own id: its number and who it is.
  accept: async (id) => {
    const link = await incoming.get(id).next(() => true, 60000, `a dial to ${id}`);
    const { connection } = links[link];
    if (!connection.open) {
      await within(20000, "the link opens", (resolve) => connection.on("open", resolve));
    }
    return { link, from: connection.peer };
  },

  send: (link, message) => links[link].connection.send(message),

  // Sends so many bytes: as one message of PeerJS, or past it in `raw` messages of 64 KiB, as fast as the channel takes them.
  flood: async (link, bytes, raw) => {
    const { connection } = links[link];
    if (!raw) return connection.send(new ArrayBuffer(bytes));
    const channel = connection.dataChannel;
    channel.bufferedAmountLowThreshold = 1 << 19;
    const message = new Uint8Array(1 << 16);
    for (let sent = 0; sent < bytes; sent += message.length) {
      if (channel.bufferedAmount > 1 << 20) {
        await new Promise((resolve) => (channel.onbufferedamountlow = resolve));
      }
      channel.send(message.subarray(0, Math.min(message.length, bytes - sent)));
    }
  },

  // Waits until so many bytes have come, which nobody keeps where they are `raw`. Begun before they are sent.
  swallow: (link, bytes, raw) => {
    const { connection, messages } = links[link];
    const ms = 600_000;
    if (!raw) return messages.next(({ byteLength }) => byteLength === bytes, ms, "the bytes").then(() => true);
    connection.removeAllListeners("data");
    let come = 0;
    return within(ms, "the bytes", (resolve) => {
      connection.dataChannel.onmessage = ({ data }) => {
        come += data.byteLength;
        if (come >= bytes) resolve(true);
      };
    });
  },

  // The next message of a type on a link; those of other types keep waiting.
  receive: (link, type, ms) =>
    links[link].messages.next((message) => message?.type === type, ms, `a ${type}`),

  // Every message that came on any link, as text.
  heard: () => heard,

  // Waits until the other side closes a link.
  closed: (link, ms) => links[link].closed.next(() => true, ms, "the link closes"),

  close: (link) => links[link].connection.close(),

  // Serves from an own id as an honest router that also tells of these people, whoever they are.
  route: (id, people) => {
    const members = new Map(people.map((person) => [person.discoveryID, person]));
    const open = new Set();
    let seq = 1;
    const registry = (connection) => {
      const all = [...members.values()];
      const parts = Math.ceil(all.length / 100);
      for (let part = 1; part <= parts; part += 1) {
        const peers = all.slice((part - 1) * 100, part * 100);
        connection.send({ type: "registry", epoch: 1, seq, part, parts, peers });
      }
    };
    // One answers all pings of a second: who looks up their address again and again pings as often, and more
    // than a few pongs a second is more than a router may say.
    const answering = new Set();
    const pong = (connection) => {
      if (answering.has(connection)) return;
      answering.add(connection);
      setTimeout(() => {
        answering.delete(connection);
        connection.send({ type: "pong" });
      }, 1100);
    };
    const tell = (joined, left, except) => {
      seq += 1;
      for (const connection of open) {
        if (connection !== except) connection.send({ type: "update", epoch: 1, seq, joined, left });
      }
    };
    peers.get(id).on("connection", (connection) => {
      connection.on("data", ({ type, discoveryID, friendlyname, sealedTransport }) => {
        if (type === "ping") pong(connection);
        if (type !== "checkin") return;
        const member = { discoveryID, friendlyname, lastSeen: Date.now(), sealedTransport };
        members.set(discoveryID, member);
        tell([member], [], connection);
        open.add(connection);
        registry(connection);
      });
      connection.on("close", () => {
        open.delete(connection);
        members.delete(connection.peer);
        tell([], [connection.peer]);
      });
    });
  },

  // Says goodbye on every link that is opened to an own id as soon as it is open; how many there were.
  hangUp: (id) => {
    peers.get(id).on("connection", (connection) => {
      connection.on("open", () => {
        hungUp += 1;
        connection.dataChannel.send(JSON.stringify({ __peerData: { type: "close" } }));
        // Chromium never collects a connection that is closed while one of its events waits.
        connection.dataChannel.onclose = null;
        setTimeout(() => connection.close(), 200);
        if (hungUp % 50 === 0) collect();
      });
    });
  },
  hungUp: () => hungUp,

  // Gives an id up.
  leave: (id) => peers.get(id).destroy(),
};
