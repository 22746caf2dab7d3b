//! Every visible text, in the language of the browser.
//!
//! Texts live in `extension/_locales`; [`Text`] names them, and a test holds the two together.
//! Where there is no `chrome.i18n` (native tests), the English ones serve.

mod texts;

pub(crate) use texts::{Plural, Text};

use chrome::I18n;
use js_sys::Array;
#[cfg(target_arch = "wasm32")]
use js_sys::{Intl, Object};
use litemap::LiteMap;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// What stands for the gaps while a text is fetched: itself.
const GAPS: [&str; 9] = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9"];

/// For native tests only: in a browser they would be there twice.
#[cfg(not(target_arch = "wasm32"))]
const ENGLISH: &str = include_str!("../../../extension/_locales/en/messages.json");

thread_local! {
    static BROWSER: Option<I18n> = chrome::found().map(|api| api.i18n());
    /// Texts that were fetched, with their gaps: every paint asks for dozens.
    static FETCHED: RefCell<LiteMap<String, String>> = RefCell::default();
    /// The rules for plurals in the language of the texts.
    #[cfg(target_arch = "wasm32")]
    static PLURALS: Intl::PluralRules = {
        let languages = Array::of1(&t(Text::Language).into());
        Intl::PluralRules::new(&languages, &Object::new())
    };
    static LANGUAGE: Option<String> = BROWSER.with(|found| found.as_ref()?.ui_language().ok());
}

/// Returns a text without gaps.
pub(crate) fn t(text: Text) -> String {
    fill(text, &[])
}

/// Returns a text with its gaps filled.
pub(crate) fn fill(text: Text, gaps: &[&str]) -> String {
    from_browser(text.key(), gaps).unwrap_or_else(|| packed(text.key(), gaps))
}

/// Returns the text for a number, in the form that the language of the texts has for it.
pub(crate) fn count(number: u64, text: Plural) -> String {
    let (key, gaps) = (text.key(), [number.to_string()]);
    let gaps = gaps.each_ref().map(String::as_str);
    let form = form(number);
    let in_form = |form: &str| from_browser(&format!("{key}_{form}"), &gaps);
    match in_form(&form).or_else(|| in_form("other")) {
        Some(text) => text,
        None => packed(&format!("{key}_{form}"), &gaps),
    }
}

/// Returns the language of the browser, for numbers and times; the texts can be in another.
pub(crate) fn browser_language() -> Option<String> {
    LANGUAGE.with(Clone::clone)
}

/// Returns the form of a plural, by its name in CLDR.
#[cfg(target_arch = "wasm32")]
fn form(number: u64) -> String {
    PLURALS.with(|rules| rules.select(chrome::float(number)).into())
}

/// Returns the form of a plural in English.
#[cfg(not(target_arch = "wasm32"))]
fn form(number: u64) -> String {
    if number == 1 { "one" } else { "other" }.to_owned()
}

fn from_browser(key: &str, gaps: &[&str]) -> Option<String> {
    FETCHED.with_borrow_mut(|fetched| {
        if let Some(text) = fetched.get(key) {
            return Some(substitute(text, gaps));
        }
        let text = fetch(key)?;
        let filled = substitute(&text, gaps);
        fetched.insert(key.to_owned(), text);
        Some(filled)
    })
}

fn fetch(key: &str) -> Option<String> {
    BROWSER.with(|found| {
        let i18n = found.as_ref()?;
        let gaps: Array = GAPS.into_iter().map(JsValue::from_str).collect();
        let text = i18n.message(key, &gaps).ok()?;
        (!text.is_empty()).then_some(text)
    })
}

fn packed(key: &str, gaps: &[&str]) -> String {
    match packed_message(key) {
        Some(message) => substitute(&message, gaps),
        None => key.to_owned(),
    }
}

#[cfg(target_arch = "wasm32")]
fn packed_message(_key: &str) -> Option<String> {
    None
}

#[cfg(not(target_arch = "wasm32"))]
fn packed_message(key: &str) -> Option<String> {
    let texts: serde_json::Value = serde_json::from_str(ENGLISH).ok()?;
    texts.get(key)?.get("message")?.as_str().map(str::to_owned)
}

/// Fills `$1` to `$9`, as the browser does.
fn substitute(message: &str, gaps: &[&str]) -> String {
    let mut parts = message.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let number = part.chars().next().and_then(|c| c.to_digit(10));
        let index = number.and_then(|n| usize::try_from(n).ok()?.checked_sub(1));
        match index {
            Some(index) => {
                filled.push_str(gaps.get(index).copied().unwrap_or_default());
                filled.push_str(part.get(1..).unwrap_or_default());
            }
            None => {
                filled.push('$');
                filled.push_str(part);
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    #[derive(serde::Deserialize)]
    struct Packed {
        message: String,
    }

    /// A language that there is.
    struct Language {
        name: &'static str,
        /// The forms that CLDR 47 has of a whole number. French, Spanish, Italian and Portuguese have another one for
        /// millions, which nothing here is counted in.
        forms: &'static [&'static str],
        /// Those of them that are of one number alone: what is said need not repeat it.
        alone: &'static [&'static str],
    }

    const fn language(
        name: &'static str,
        forms: &'static [&'static str],
        alone: &'static [&'static str],
    ) -> Language {
        Language { name, forms, alone }
    }

    const LANGUAGES: [Language; 12] = [
        language(
            "ar",
            &["zero", "one", "two", "few", "many", "other"],
            &["zero", "one", "two"],
        ),
        language("de", &["one", "other"], &["one"]),
        language("en", &["one", "other"], &["one"]),
        language("es", &["one", "other"], &["one"]),
        language("fr", &["one", "other"], &[]),
        language("it", &["one", "other"], &["one"]),
        language("ja", &["other"], &[]),
        language("pl", &["one", "few", "many", "other"], &["one"]),
        language("pt_BR", &["one", "other"], &[]),
        language("ru", &["one", "few", "many", "other"], &[]),
        language("tr", &["one", "other"], &["one"]),
        language("zh_CN", &["other"], &[]),
    ];

    /// Used by the manifest, by the notifications and the menu of the background, and by the page, not by this crate.
    const OF_OTHERS: [&str; 4] = ["extension_", "menu_", "notify_", "page_"];

    fn messages(json: &str) -> BTreeMap<String, Packed> {
        serde_json::from_str(json).unwrap()
    }

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../extension/_locales")
    }

    fn of_language(language: &str) -> BTreeMap<String, Packed> {
        let file = folder().join(language).join("messages.json");
        messages(&std::fs::read_to_string(file).unwrap())
    }

    fn gaps(message: &str) -> BTreeSet<char> {
        let after = message.split('$').skip(1);
        after.filter_map(|part| part.chars().next()).collect()
    }

    /// Returns the keys that a language with these forms has to have.
    fn keys(forms: &[&str]) -> BTreeSet<String> {
        let plurals = Plural::ALL.iter().map(|text| text.key());
        let plurals = plurals.flat_map(|key| forms.iter().map(move |form| format!("{key}_{form}")));
        let texts = Text::ALL.iter().map(|text| text.key().to_owned());
        texts.chain(plurals).collect()
    }

    #[test]
    fn every_language_is_named_here() {
        let there = std::fs::read_dir(folder()).unwrap();
        let there = there.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let named = LANGUAGES.map(|language| language.name.to_owned());
        assert_eq!(there.collect::<BTreeSet<_>>(), BTreeSet::from(named));
    }

    #[test]
    fn every_text_is_there_in_every_language_and_none_is_left_over() {
        for Language { name, forms, .. } in LANGUAGES {
            let packed = of_language(name).into_keys();
            let is_of_others =
                |key: &String| OF_OTHERS.iter().any(|prefix| key.starts_with(prefix));
            let packed: BTreeSet<_> = packed.filter(|key| !is_of_others(key)).collect();
            assert_eq!(keys(forms), packed, "{name}");
        }
    }

    #[test]
    fn every_language_has_the_same_gaps() {
        let english = messages(ENGLISH);
        let plain = |key: &str| {
            Plural::ALL
                .iter()
                .all(|text| !key.starts_with(&format!("{}_", text.key())))
        };
        for Language { name, alone, .. } in LANGUAGES {
            let texts = of_language(name);
            for (key, text) in english.iter().filter(|(key, _)| plain(key)) {
                assert_eq!(
                    gaps(&text.message),
                    gaps(&texts[key].message),
                    "{name} {key}"
                );
            }
            for text in Plural::ALL {
                let of = format!("{}_", text.key());
                for (key, text) in texts.iter().filter(|(key, _)| key.starts_with(&of)) {
                    let form = key.strip_prefix(&of).unwrap_or_default();
                    let with = gaps(&text.message) == BTreeSet::from(['1']);
                    assert!(
                        with || alone.contains(&form) && gaps(&text.message).is_empty(),
                        "{name} {key}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_text_is_markup_or_turns_around_what_follows_it() {
        let harmful = |c: char| {
            "<>&\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"
                .contains(c)
        };
        for Language { name, .. } in LANGUAGES {
            for (key, text) in of_language(name) {
                assert!(!text.message.contains(harmful), "{name} {key}");
                assert_eq!(text.message.trim_end(), text.message, "{name} {key}");
            }
        }
    }

    #[test]
    fn gaps_are_filled_once_and_other_dollars_stay() {
        assert_eq!(substitute("$1 of $2", &["$2", "b"]), "$2 of b");
        assert_eq!(substitute("5 $ and $3", &["a"]), "5 $ and ");
    }

    #[test]
    fn a_text_about_a_number_has_the_form_of_that_number() {
        assert_eq!(count(1, Plural::People), "1 person");
        assert_eq!(count(21, Plural::People), "21 people");
    }
}
