// `storage.local` and `storage.session` in IndexedDB, one store each. A call is one transaction.

const NAME = "mesh-chat-host";
const AREAS = ["local", "session"];

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opening;
function database() {
  const request = () => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => AREAS.forEach((area) => request.result.createObjectStore(area));
    return done(request);
  };
  opening ??= request().then((database) => {
    // The browser has closed it, as it does when the person removes the data. The next call opens it again.
    database.onclose = () => (opening = undefined);
    return database;
  });
  opening.catch(() => (opening = undefined));
  return opening;
}

// Whether the browser keeps anything for this page.
export const opened = database;

// What `act` asks of the store counts once all of it is written.
async function write(area, act) {
  const transaction = (await database()).transaction(area, "readwrite", { durability: "strict" });
  const written = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  act(transaction.objectStore(area));
  return written;
}

async function all(area) {
  const store = (await database()).transaction(area).objectStore(area);
  const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  return Object.fromEntries(keys.map((key, index) => [key, values[index]]));
}

function storage(area) {
  return {
    async get(key) {
      const everything = await all(area);
      if (key === null) return everything;
      return key in everything ? { [key]: everything[key] } : {};
    },
    set: (items) =>
      write(area, (store) =>
        Object.entries(items).forEach(([key, value]) => store.put(value, key)),
      ),
    remove: (keys) =>
      write(area, (store) => [keys].flat().forEach((key) => store.delete(key))),
  };
}

export const [local, session] = AREAS.map(storage);
