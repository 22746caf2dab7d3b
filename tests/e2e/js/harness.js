// Goes into every extension that is tested, and does nothing until a test asks for it.
// In the engine's page: counts its peer connections, and has it look up its address.
// In a view's page: asks strangers, as a person does who presses Connect; offers and accepts files.

const api = globalThis.browser ?? globalThis.chrome;

globalThis.harness = {
  // Counts from now on what the page makes. `places` are those of its connections that the browser has not
  // collected yet: Chromium makes no more of them than 500.
  count() {
    const Own = globalThis.RTCPeerConnection;
    const counts = { dials: 0, lookups: 0, refused: 0, places: 0, most: 0 };
    const collected = new FinalizationRegistry(() => { counts.places -= 1; });
    let lookedUp = () => {};
    let refuses = false;
    const counted = (Original) => class extends Original {
      #dials;

      constructor(configuration) {
        try {
          if (refuses) throw new Error("refused by a test");
          super(configuration);
        } catch (error) {
          counts.refused += 1;
          lookedUp();
          throw error;
        }
        this.#dials = configuration.bundlePolicy !== undefined;
        counts[this.#dials ? "dials" : "lookups"] += 1;
        counts.places += 1;
        counts.most = Math.max(counts.most, counts.places);
        collected.register(this);
      }

      close() {
        super.close();
        if (!this.#dials) lookedUp();
      }
    };
    globalThis.RTCPeerConnection = counted(Own);
    // In Firefox the engine makes them in frames, each with a class of its own.
    const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "contentWindow");
    const known = new WeakSet();
    Object.defineProperty(HTMLIFrameElement.prototype, "contentWindow", {
      get() {
        const frame = get.call(this);
        if (!known.has(this)) frame.RTCPeerConnection = counted(frame.RTCPeerConnection);
        known.add(this);
        return frame;
      },
    });
    const held = [];
    return (this.engine = {
      counts,
      // Has as many connections open as this, so that few are left of those that the browser makes.
      hold(many) {
        while (held.length < many) held.push(new Own());
      },
      release() {
        for (const connection of held.splice(0)) connection.close();
      },
      // Looks up the address so often, one after the other, unless connections are refused.
      async lookUp(times) {
        const upto = counts.lookups + times;
        while (counts.lookups < upto && counts.refused < 50) {
          const over = new Promise((resolve) => { lookedUp = resolve; });
          dispatchEvent(new Event("online"));
          await over;
        }
        return { ...counts };
      },
      // Makes no connection any more, as a browser that has no place for another one; and an hour has passed.
      async wearOut(times) {
        const now = performance.now.bind(performance);
        performance.now = () => now() + 3_600_000;
        refuses = true;
        // A look-up may still be under way, and no other one begins meanwhile.
        while (counts.refused < times) {
          dispatchEvent(new Event("online"));
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    });
  },

  // A view of files, which keeps what the engine says.
  view() {
    const contacts = new Map();
    const files = new Map();
    const states = new Map();
    const replies = new Map();
    const waiting = new Set();
    let last = 0;
    const port = api.runtime.connect({ name: "view" });
    const ask = (kind, what) => new Promise((resolve) => {
      last += 1;
      replies.set(last, resolve);
      port.postMessage({ [kind]: { id: last, ...what } });
    });
    const command = async (command) => {
      const { result } = await ask("command", { command });
      if (result.Err) throw new Error(JSON.stringify([command, result]));
    };
    const texts = new Map();
    const seen = ({ contact, file, text }) => {
      if (file) files.set(file.offer.name, { contact, ...file });
      else if (!texts.has(text)) texts.set(text, performance.timeOrigin + performance.now());
    };
    const hear = {
      person({ id, name }) {
        if (!id.contact || contacts.has(name)) return;
        contacts.set(name, id.contact);
        // Messages of a chat come to those who have asked for it.
        ask("history", { contact: id.contact, from: "newest", limit: 50 }).then(({ messages }) => {
          messages.forEach(seen);
          look();
        });
      },
      message: seen,
      transfer(transfer) {
        const states_ = states.get(transfer.transfer) ?? [];
        states.set(transfer.transfer, [...states_, transfer]);
      },
    };
    const look = () => [...waiting].forEach((test) => test());
    port.onMessage.addListener(({ events, ...answer }) => {
      for (const event of events ?? []) {
        for (const [kind, value] of Object.entries(event)) hear[kind]?.(value);
      }
      for (const { id, ...value } of Object.values(answer)) replies.get(id)?.(value);
      look();
    });
    const until = (what, find) => new Promise((resolve, reject) => {
      const test = () => {
        const found = find();
        if (!found) return;
        clearTimeout(timer);
        waiting.delete(test);
        resolve(found);
      };
      const known = () => JSON.stringify([what, [...contacts.keys()], [...files], [...states.values()]
        .map((all) => all.at(-1))]);
      const timer = setTimeout(() => reject(new Error(`not in time: ${known()}`)), 60_000);
      waiting.add(test);
      test();
    });
    const hand = (transfer, source) => new Promise((resolve, reject) => {
      const channel = new BroadcastChannel("files");
      const timer = setTimeout(() => reject(new Error("nobody takes the file")), source.paths ? 60_000 : 3_000);
      channel.onmessage = ({ data }) => {
        if (data.held !== transfer) return;
        clearTimeout(timer);
        channel.close();
        resolve(data);
      };
      channel.postMessage({ transfer, ...source });
    });
    // A state as one text: "running", "failed: noRoom", "paused: false".
    const word = (state) => typeof state === "string" ? state
      : Object.entries(state).map(([how, of]) => `${how}: ${Object.values(of)}`)[0];
    const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return (this.files = {
      // Offers a contact a file, which is said to be a folder with so many files, or one of `harness.folder`; its name
      // among transfers.
      async offer(to, file, files) {
        const contact = await until(to, () => contacts.get(to));
        const transfer = hex(crypto.getRandomValues(new Uint8Array(16)));
        const held = await hand(transfer, file.paths ? file : { file });
        const { name, size = held.size, lastModified: modified = held.modified } = file;
        const offer = { name, size, kind: "", modified, folder: files ?? held.files };
        await command({ offer: { contact, transfer, offer } });
        return transfer;
      },
      // Chooses a file again.
      async choose(transfer, file) {
        await hand(transfer, file.paths ? file : { file });
        await command({ file: [transfer, "choose"] });
      },
      // Waits until a file is offered; its name among transfers.
      offered: (name) => until(name, () => files.get(name)?.transfer),
      // Accepts a file once it is offered; its name among transfers.
      async accept(name, choice = "accept") {
        const { contact, transfer } = await until(name, () => files.get(name));
        await command({ decide: { contact, transfer, choice } });
        return transfer;
      },
      command,
      // Writes to a contact; when it was handed to the engine, in milliseconds.
      async write(to, text) {
        const contact = await until(to, () => contacts.get(to));
        const at = performance.timeOrigin + performance.now();
        await command({ send: { contact, text } });
        return at;
      },
      // Waits until a text is in the view; when that was.
      read: (text) => until(text, () => texts.get(text)),
      // Waits until the last that was said of a transfer is one of these states; all of that.
      is(transfer, wanted) {
        const last = () => states.get(transfer)?.at(-1);
        return until(wanted, () => last() && wanted.includes(word(last().state)) && last());
      },
      // Waits until a transfer is in one of these states, and so many bytes are there; all that was said of it.
      async see(transfer, wanted, bytes = 0) {
        const is = ({ state, bytes: there }) => there >= bytes && wanted.includes(word(state));
        await until(wanted, () => states.get(transfer)?.some(is));
        return states.get(transfer);
      },
    });
  },

  // A file whose bytes follow from its size, each megabyte other ones.
  file(name, size) {
    const parts = [];
    for (let at = 0; at < size; at += 1 << 20) {
      const part = new Uint32Array(1 << 18);
      let state = at + 1;
      for (let index = 0; index < part.length; index++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        part[index] = state;
      }
      parts.push(new Uint8Array(part.buffer, 0, Math.min(1 << 20, size - at)));
    }
    return new File(parts, name, { lastModified: 1_700_000_000_000 });
  },

  // A folder with texts by their paths; an empty folder has none.
  folder(name, texts) {
    const paths = Object.keys(texts);
    const file = (path, index) => texts[path] === null ? null
      : new File([texts[path]], path, { lastModified: 1_700_000_000_000 + index * 2_000 });
    return { name: `${name}.zip`, paths, files: paths.map(file) };
  },

  // Drops a folder somewhere, as a browser does when a person drops it; no driver can.
  drop(selector, texts) {
    const { paths, files } = this.folder("", texts);
    const entry = (path) => {
      const inner = () => [...new Set(paths.filter((other) => other.startsWith(path) && other !== path)
        .map((other) => path + other.slice(path.length).replace(/(?<=\/).*/, "")))];
      const parts = [inner().map(entry), []];
      const name = path.replace(/\/$/, "").split("/").pop();
      return path.endsWith("/")
        ? { name, isDirectory: true, createReader: () => ({ readEntries: (done) => done(parts.shift()) }) }
        : { name, isDirectory: false, file: (done) => done(files[paths.indexOf(path)]) };
    };
    const [root] = paths[0].match(/^.*?\//);
    const items = [{ kind: "file", webkitGetAsEntry: () => entry(root), getAsFile: () => null }];
    const event = new DragEvent("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], items } });
    document.querySelector(selector).dispatchEvent(event);
  },

  // Asks these strangers again and again, each as soon as it is over, so often in all. `parts` are how often
  // for those whose ids contain the key. Resolves with how it ended, and how often. Who left the lists meanwhile is
  // asked again when they are back.
  ask(parts) {
    const left = new Map(Object.entries(parts));
    const ended = {};
    const asked = new Set();
    const commands = new Map();
    const kindOf = (stranger) => [...left.keys()].find((key) => stranger?.includes(key));
    let last = 0;
    return new Promise((resolve, reject) => {
      const port = api.runtime.connect({ name: "view" });
      const next = ({ id: { stranger }, asked: state }) => {
        const kind = kindOf(stranger);
        if (!kind || state === "connecting" || state === "waiting") return;
        if (asked.delete(stranger)) {
          const how = `${kind} ${state}`;
          ended[how] = (ended[how] ?? 0) + 1;
        }
        const more = left.get(kind);
        if (more > 0) {
          left.set(kind, more - 1);
          asked.add(stranger);
          last += 1;
          commands.set(last, stranger);
          port.postMessage({ command: { id: last, command: { connect: { stranger } } } });
        } else if (asked.size === 0 && [...left.values()].every((more) => more === 0)) {
          port.disconnect();
          resolve(ended);
        }
      };
      const gone = (stranger) => {
        if (!asked.delete(stranger)) return;
        const kind = kindOf(stranger);
        left.set(kind, left.get(kind) + 1);
        ended[`${kind} gone`] = (ended[`${kind} gone`] ?? 0) + 1;
      };
      port.onMessage.addListener(({ events = [], reply }) => {
        for (const { person, personGone } of events) {
          if (person) next(person);
          if (personGone) gone(personGone.stranger);
        }
        if (!reply) return;
        const stranger = commands.get(reply.id);
        commands.delete(reply.id);
        if (reply.result.Err === "gone") gone(stranger);
        else if (reply.result.Err) reject(new Error(JSON.stringify(reply)));
      });
      port.onDisconnect.addListener(() => reject(new Error("the engine has gone")));
    });
  },
};
