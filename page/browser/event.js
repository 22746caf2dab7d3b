// An event as the interface of extensions has it, with `tell` for whoever makes it happen.

export function event() {
  const listeners = new Set();
  return {
    addListener: (listener) => listeners.add(listener),
    removeListener: (listener) => listeners.delete(listener),
    tell: (...what) => [...listeners].map((listener) => listener(...what)),
  };
}
