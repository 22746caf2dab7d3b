//! Every visible text, in the language of the browser.
//!
//! Texts live in `extension/_locales`; [`Text`] names them, and a test holds the two together.
//! Where there is no `chrome.i18n` (native tests), the English ones serve.

mod texts;

pub(crate) use texts::Text;

use chrome::I18n;
use js_sys::Array;
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
    static FETCHED: RefCell<LiteMap<&'static str, String>> = RefCell::default();
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

/// Returns the text for a number: `one` for 1, `other` with the number in its gap.
pub(crate) fn count(number: u64, one: Text, other: Text) -> String {
    match number {
        1 => t(one),
        n => fill(other, &[&n.to_string()]),
    }
}

/// Returns the language of the browser, for numbers and times; the texts can be in another.
pub(crate) fn browser_language() -> Option<String> {
    LANGUAGE.with(Clone::clone)
}

fn from_browser(key: &'static str, gaps: &[&str]) -> Option<String> {
    FETCHED.with_borrow_mut(|fetched| {
        if let Some(text) = fetched.get(key) {
            return Some(substitute(text, gaps));
        }
        let text = fetch(key)?;
        let filled = substitute(&text, gaps);
        fetched.insert(key, text);
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

    #[derive(serde::Deserialize)]
    struct Packed {
        message: String,
    }

    const GERMAN: &str = include_str!("../../../extension/_locales/de/messages.json");

    /// Used by the manifest and by the notifications of the background, not by this crate.
    const OF_OTHERS: [&str; 2] = ["extension_", "notify_"];

    fn messages(json: &str) -> BTreeMap<String, Packed> {
        serde_json::from_str(json).unwrap()
    }

    fn gaps(message: &str) -> BTreeSet<char> {
        let after = message.split('$').skip(1);
        after.filter_map(|part| part.chars().next()).collect()
    }

    #[test]
    fn every_text_is_there_and_none_is_left_over() {
        let named: BTreeSet<_> = Text::ALL.iter().map(|text| text.key().to_owned()).collect();
        assert_eq!(named.len(), Text::ALL.len(), "two texts share a key");
        let packed: BTreeSet<_> = messages(ENGLISH)
            .into_keys()
            .filter(|key| !OF_OTHERS.iter().any(|prefix| key.starts_with(prefix)))
            .collect();
        assert_eq!(named, packed);
    }

    #[test]
    fn german_is_complete_and_has_the_same_gaps() {
        let (english, german) = (messages(ENGLISH), messages(GERMAN));
        assert_eq!(
            english.keys().collect::<Vec<_>>(),
            german.keys().collect::<Vec<_>>()
        );
        for (key, text) in &english {
            assert_eq!(gaps(&text.message), gaps(&german[key].message), "{key}");
        }
    }

    #[test]
    fn gaps_are_filled_once_and_other_dollars_stay() {
        assert_eq!(substitute("$1 of $2", &["$2", "b"]), "$2 of b");
        assert_eq!(substitute("5 $ and $3", &["a"]), "5 $ and ");
    }
}
