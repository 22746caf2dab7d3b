// Chrome's engine page. The background is another context, reached by messages.

import { serve } from "./engine.js";

const api = globalThis.browser ?? globalThis.chrome;
const deliver = serve(import("./wasm/offscreen.js"), (request) => api.runtime.sendMessage(request));

api.runtime.onMessage.addListener((message, sender) => {
  if (message?.target === "engine" && sender.id === api.runtime.id) deliver(message);
});
