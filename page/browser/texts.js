// `i18n`: the texts of `_locales` in the first language of the browser that there is.

let texts = {};

// How long it waits for a language that is not kept, where there is a network that does not answer.
const PATIENCE = 5_000;

// A language that cannot be read has no texts.
async function read(language) {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(new URL(BUILD.texts(language), document.baseURI), { signal });
    return await answer.json();
  } catch (error) {
    console.warn(language, error);
    return {};
  }
}

export async function load() {
  const chosen = BUILD.choose(navigator.languages);
  // What is not translated, or cannot be read now, is in English.
  const [own, english] = await Promise.all([read(chosen), chosen === "en" ? {} : read("en")]);
  texts = { ...english, ...own };
}

export function getMessage(key, gaps = []) {
  const text = texts[key]?.message ?? "";
  return text.replace(/\$([1-9])/g, (_, number) => [gaps].flat()[number - 1] ?? "");
}

export const getUILanguage = () => navigator.language;
