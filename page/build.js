// `cargo xtask dist` puts the version and the languages of a build in front of this, as `BUILD`.

// The folder of `_locales` for the languages that somebody reads, the dearest first.
BUILD.choose = (wanted) => {
  const base = (name) => name.split(/[-_]/)[0].toLowerCase();
  for (const language of wanted) {
    const exact = BUILD.languages.find((name) => name.replace("_", "-") === language);
    const found = exact ?? BUILD.languages.find((name) => base(name) === base(language));
    if (found) return found;
  }
  return "en";
};
BUILD.texts = (language) => `_locales/${language}/messages.json`;
