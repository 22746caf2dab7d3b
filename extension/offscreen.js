// Chrome's engine page. The background is another context, reached by messages.

import * as wasm from "./wasm/offscreen.js";
import { serve } from "./engine.js";

const api = globalThis.browser ?? globalThis.chrome;
const deliver = serve(Promise.resolve(wasm), (request) => api.runtime.sendMessage(request));

api.runtime.onMessage.addListener((message, sender) => {
  if (message?.target === "engine" && sender.id === api.runtime.id) deliver(message);
});
