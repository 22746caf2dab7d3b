// `i18n`: the texts of `_locales` in the first language of the browser that there is.

let texts = {};

async function read(language) {
  const answer = await fetch(new URL(BUILD.texts(language), document.baseURI));
  return answer.json();
}

export async function load() {
  const chosen = BUILD.choose(navigator.languages);
  // What is not translated yet is in English.
  const [own, english] = await Promise.all([read(chosen), chosen === "en" ? {} : read("en")]);
  texts = { ...english, ...own };
}

export function getMessage(key, gaps = []) {
  const text = texts[key]?.message ?? "";
  return text.replace(/\$([1-9])/g, (_, number) => [gaps].flat()[number - 1] ?? "");
}

export const getUILanguage = () => navigator.language;
