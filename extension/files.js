// Writes what comes of files to the private file system; only in a worker can it be flushed. One job after the other:
// `[job, name, at, bytes, hash]` writes a piece whose hash is right, `[job, name, at]` removes what is behind that byte,
// `[job, name]` lets go of a file. The answer is `[job, what came of it]`.

const folder = navigator.storage
  .getDirectory()
  .then((root) => root.getDirectoryHandle("parts", { create: true }));
const open = new Map();
const away = new MessageChannel();
away.port2.close();

// What a page before this one has held may be let go of a moment later.
const PAUSE = 100;
const TRIES = 50;

async function opened(name) {
  if (!open.has(name)) open.set(name, await lock(name));
  return open.get(name);
}

async function lock(name) {
  const file = await (await folder).getFileHandle(name, { create: true });
  for (let tries = 1; ; tries++) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (error.name !== "NoModificationAllowedError" || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function write(name, at, bytes, hash) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (!digest.every((byte, index) => byte === hash[index])) return "damaged";
  const file = await opened(name);
  if (file.write(bytes, { at }) < bytes.length) return "QuotaExceededError";
  file.flush();
  // Freed now, and not when there is time.
  away.port1.postMessage(null, [bytes.buffer]);
  return "written";
}

async function cut(name, at) {
  const file = await opened(name);
  file.truncate(at);
  file.flush();
  return "cut";
}

function close(name) {
  open.get(name)?.close();
  open.delete(name);
  return "closed";
}

let last = Promise.resolve();
onmessage = ({ data: [job, name, at, ...piece] }) => {
  last = last
    .then(() => {
      if (at === undefined) return close(name);
      return piece.length > 0 ? write(name, at, ...piece) : cut(name, at);
    })
    .catch((error) => `${error.name}: ${error.message}`)
    .then((outcome) => postMessage([job, outcome]));
};
