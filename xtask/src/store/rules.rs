//! What the stores ask of the extension, as far as it can be read from the built folder: code, files, pictures, texts, permissions.
//!
//! Mozilla's own linter looks for more of Firefox; Chrome's rules have no program, and are these.

use super::permissions;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files of the extension but its languages, which are `_locales/<language>/messages.json`. Nothing else is shipped.
const FILES: &[&str] = &[
    "background.js",
    "config.json",
    "engine.js",
    "files.js",
    "icons/icon-128.png",
    "icons/icon-16.png",
    "icons/icon-32.png",
    "icons/icon-48.png",
    "icons/icon.svg",
    "manifest.json",
    "offscreen.html",
    "offscreen.js",
    "popup.css",
    "popup.html",
    "popup.js",
    "revive.js",
    "wasm/background.js",
    "wasm/background_bg.wasm",
    "wasm/offscreen.js",
    "wasm/offscreen_bg.wasm",
    "wasm/popup.js",
    "wasm/popup_bg.wasm",
    "wasm/scan.js",
    "wasm/scan_bg.wasm",
];

/// What makes code of text, or loads it from elsewhere.
const FOREIGN_CODE: &[&str] = &[
    "eval(",
    "new Function",
    "importScripts",
    "document.write",
    "innerHTML =",
    "outerHTML =",
    "insertAdjacentHTML",
    "javascript:",
    "import \"http",
    "from \"http",
    "import(\"http",
    "src=\"http",
    "src=\"//",
    "href=\"http",
    "setTimeout(\"",
    "setInterval(\"",
];

/// How wasm is loaded, and where from.
const LOADS_WASM: &str = "module_or_path:";
const OWN_WASM: [&str; 2] = ["api.runtime.getURL(\"wasm/", "new URL(\"wasm/"];

/// Where scripts may come from: nowhere but from the extension.
const SCRIPTS: &str = "script-src 'self' 'wasm-unsafe-eval'";

/// A text of the manifest, and the most characters that both stores take.
const TEXTS: [(&str, usize); 2] = [("extension_name", 45), ("extension_description", 132)];

/// The files of a built extension, by their names in its zip.
pub(super) struct Built(BTreeMap<String, Vec<u8>>);

impl Built {
    /// Reads a folder.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let names = crate::dist::pack::names(folder)?.into_iter();
        let files = names.map(|name| Ok((name.clone(), fs::read(folder.join(name))?)));
        files.collect::<Result<_>>().map(Self)
    }

    /// Returns a file.
    fn bytes(&self, name: &str) -> Result<&[u8]> {
        let file = self.0.get(name).with_context(|| format!("no {name}"))?;
        Ok(file)
    }

    fn json(&self, name: &str) -> Result<Value> {
        serde_json::from_slice(self.bytes(name)?).with_context(|| name.to_owned())
    }

    /// Returns a message in a language.
    pub(super) fn message(&self, language: &str, key: &str) -> Result<String> {
        let messages = self.json(&format!("_locales/{language}/messages.json"))?;
        let text = messages.get(key).and_then(|text| text["message"].as_str());
        text.map(str::to_owned)
            .with_context(|| format!("{language} has no {key}"))
    }

    fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|name| language(name))
    }
}

/// Returns the language whose texts are in this file.
fn language(name: &str) -> Option<&str> {
    let language = name.strip_prefix("_locales/")?;
    let language = language.strip_suffix("/messages.json")?;
    (!language.contains('/')).then_some(language)
}

/// Returns what breaks a rule, one line each. `privacy` is the text of PRIVACY.md.
pub(super) fn broken(built: &Built, privacy: &str) -> Result<Vec<String>> {
    let manifest = built.json("manifest.json")?;
    let mut broken = files(built);
    broken.extend(code(built));
    broken.extend(keys(&manifest));
    broken.extend(icons(built, &manifest)?);
    broken.extend(texts(built, &manifest)?);
    broken.extend(permissions::unexplained(&manifest, privacy));
    Ok(broken)
}

fn files(built: &Built) -> Vec<String> {
    let known = |name: &str| FILES.contains(&name) || language(name).is_some();
    let strange = built.0.keys().filter(|name| !known(name));
    let strange = strange.map(|name| format!("{name}: not among the files that are shipped"));
    let missing = FILES.iter().filter(|name| !built.0.contains_key(**name));
    strange
        .chain(missing.map(|name| format!("{name}: missing")))
        .collect()
}

fn code(built: &Built) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, bytes) in &built.0 {
        if !(name.ends_with(".js") || name.ends_with(".html")) {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        let foreign = FOREIGN_CODE.iter().filter(|word| text.contains(**word));
        broken.extend(foreign.map(|word| format!("{name}: code by `{word}`")));
        if name.ends_with(".html") {
            broken.extend(inline(name, &text));
        } else if !name.starts_with("wasm/") {
            let loads = text.lines().filter(|line| line.contains(LOADS_WASM));
            let foreign = loads.filter(|line| !OWN_WASM.iter().any(|own| line.contains(own)));
            broken.extend(foreign.map(|line| format!("{name}: wasm from {}", line.trim())));
        }
    }
    broken
}

/// Finds scripts that stand in a page itself.
fn inline(name: &str, html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1);
    let inline = tags.filter(|tag| {
        let script = tag.starts_with("script") && !tag.contains(" src=");
        script || tag.split_whitespace().any(is_handler)
    });
    inline
        .map(|tag| format!("{name}: <{}", tag.trim()))
        .collect()
}

/// Whether an attribute is code, such as `onclick="…"`.
fn is_handler(attribute: &str) -> bool {
    attribute.starts_with("on") && attribute.contains("=\"")
}

fn keys(manifest: &Value) -> Vec<String> {
    let policy = manifest.pointer("/content_security_policy/extension_pages");
    let policy = policy.and_then(Value::as_str).unwrap_or_default();
    let policy: Vec<_> = policy.split("; ").collect();
    let version = manifest["version"].as_str().unwrap_or_default();
    let numbers: Vec<_> = version.split('.').map(str::parse::<u16>).collect();
    let rules = [
        (
            manifest["manifest_version"] == 3,
            "the manifest is not of version 3",
        ),
        (
            numbers.len() <= 4 && numbers.iter().all(Result::is_ok),
            "the version is not up to four numbers",
        ),
        (
            manifest.get("key").is_none() && manifest.get("update_url").is_none(),
            "key and update_url are the store's",
        ),
        (
            policy.contains(&SCRIPTS) && policy.contains(&"default-src 'none'"),
            "the policy lets scripts in from elsewhere",
        ),
    ];
    let broken = rules.into_iter().filter(|(kept, _)| !kept);
    broken
        .map(|(_, what)| format!("manifest.json: {what}"))
        .collect()
}

fn icons(built: &Built, manifest: &Value) -> Result<Vec<String>> {
    let icons = manifest["icons"].as_object().context("no icons")?;
    let mut broken = Vec::new();
    for needed in ["16", "48", "128"] {
        if !icons.contains_key(needed) {
            broken.push(format!("manifest.json: no icon of {needed} pixels"));
        }
    }
    for (size, file) in icons {
        let file = file.as_str().context("an icon is no name")?;
        let wanted = size.parse::<u32>()?;
        if png_size(built.bytes(file)?) != Some([wanted; 2]) {
            broken.push(format!("{file}: not {size} × {size} pixels"));
        }
    }
    Ok(broken)
}

/// Returns width and height of a PNG: the first chunk begins with them.
pub(super) fn png_size(bytes: &[u8]) -> Option<[u32; 2]> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let (width, rest) = rest.get(8..)?.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some([u32::from_be_bytes(*width), u32::from_be_bytes(*height)])
}

fn texts(built: &Built, manifest: &Value) -> Result<Vec<String>> {
    let default = manifest["default_locale"].as_str().unwrap_or_default();
    let mut broken = Vec::new();
    if !built.languages().any(|language| language == default) {
        broken.push(format!("manifest.json: no texts in its default, {default}"));
    }
    for language in built.languages() {
        for (key, most) in TEXTS {
            let length = built.message(language, key)?.chars().count();
            if length == 0 || length > most {
                broken.push(format!(
                    "{language}: {key} has {length} characters, not 1 to {most}"
                ));
            }
        }
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::{Built, broken, png_size};
    use serde_json::json;

    const PRIVACY: &str = "| Permission | Why |\n|---|---|\n| `storage` | keeps it |\n";

    /// Whether nothing is wrong with a small extension, but for the files that it lacks.
    fn wrong(change: impl FnOnce(&mut Built)) -> Vec<String> {
        let mut icon = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        icon.extend([0, 0, 0, 16, 0, 0, 0, 16]);
        let manifest = json!({
            "manifest_version": 3,
            "version": "1.2.3",
            "default_locale": "en",
            "icons": { "16": "icons/icon-16.png" },
            "permissions": ["storage"],
            "content_security_policy": {
                "extension_pages": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
            }
        });
        let messages = json!({
            "extension_name": { "message": "Mesh Chat" },
            "extension_description": { "message": "Chat." }
        });
        let files = [
            ("manifest.json", manifest.to_string().into_bytes()),
            (
                "_locales/en/messages.json",
                messages.to_string().into_bytes(),
            ),
            ("icons/icon-16.png", icon),
        ];
        let mut built = Built(files.map(|(name, bytes)| (name.to_owned(), bytes)).into());
        change(&mut built);
        let mut broken = broken(&built, PRIVACY).unwrap();
        broken.retain(|line| !line.ends_with(": missing") && !line.contains("no icon of"));
        broken
    }

    fn with(name: &str, text: &str) -> Vec<String> {
        wrong(|built| {
            built.0.insert(name.to_owned(), text.into());
        })
    }

    fn without(key: &str, text: &str) -> Vec<String> {
        wrong(|built| {
            let manifest = String::from_utf8(built.0["manifest.json"].clone()).unwrap();
            assert!(manifest.contains(key));
            let manifest = manifest.replace(key, text);
            built
                .0
                .insert("manifest.json".to_owned(), manifest.into_bytes());
        })
    }

    #[test]
    fn an_extension_that_keeps_all_rules_is_not_complained_of() {
        assert_eq!(wrong(|_| ()), [] as [&str; 0]);
        assert_eq!(with("popup.js", "import a from \"./a.js\";").len(), 0);
        assert_eq!(
            with("popup.html", "<script src=\"a.js\"></script>").len(),
            0
        );
    }

    #[test]
    fn code_from_elsewhere_and_code_made_of_text_are_found() {
        for (name, text) in [
            ("popup.js", "eval(text)"),
            ("wasm/popup.js", "return new Function(text)"),
            ("popup.js", "import(\"https://example.org/a.js\")"),
            ("popup.js", "init({ module_or_path: address })"),
            ("popup.html", "<script src=\"https://example.org/a.js\">"),
            ("popup.html", "<script>go()</script>"),
            ("popup.html", "<body onload=\"go()\">"),
        ] {
            assert_eq!(with(name, text).len(), 1, "{name}: {text}");
        }
    }

    #[test]
    fn a_file_that_is_not_listed_and_one_that_is_missing_are_found() {
        assert_eq!(with("notes.txt", "").len(), 1);
        assert_eq!(with("_locales/en/old/messages.json", "{}").len(), 1);
        let built = Built(Default::default());
        assert!(super::files(&built).contains(&"manifest.json: missing".to_owned()));
    }

    #[test]
    fn each_rule_for_the_manifest_is_one() {
        for (key, text) in [
            ("\"manifest_version\":3", "\"manifest_version\":2"),
            ("1.2.3", "1.2.3-beta"),
            ("1.2.3\"", "1.2.3\",\"key\":\"x\""),
            ("script-src 'self'", "script-src 'self' blob:"),
            ("\"default_locale\":\"en\"", "\"default_locale\":\"de\""),
            ("[\"storage\"]", "[\"storage\",\"tabs\"]"),
            ("\"16\":", "\"32\":"),
        ] {
            assert_eq!(without(key, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_description_of_more_than_132_characters_is_too_long_in_any_language() {
        let messages = |description: String| {
            json!({
                "extension_name": { "message": "Mesh Chat" },
                "extension_description": { "message": description }
            })
        };
        for (length, complaints) in [(132, 0), (133, 1), (0, 1)] {
            let text = messages("ü".repeat(length)).to_string();
            assert_eq!(
                with("_locales/de/messages.json", &text).len(),
                complaints,
                "{length}"
            );
        }
    }

    #[test]
    fn the_size_of_a_picture_is_read_from_its_head() {
        assert_eq!(png_size(b"GIF89a"), None);
        assert_eq!(png_size(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"), None);
    }
}
