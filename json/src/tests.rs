//! The same as `serde_json` says, for every shape that is in use here.

use super::{from_str, to_string};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Event {
    Ready,
    Name(String),
    About(Key, Inner),
    Moved { from_here: u64, there: Option<u16> },
    Many(Vec<Inner>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Inner {
    some_text: String,
    flag: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maybe: Option<Key>,
    pairs: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Key(String);

fn inner() -> impl Strategy<Value = Inner> {
    let pairs = prop::collection::btree_map(any::<String>(), any::<u32>(), 0..3);
    (
        any::<String>(),
        any::<bool>(),
        any::<Option<String>>(),
        pairs,
    )
        .prop_map(|(some_text, flag, maybe, pairs)| Inner {
            some_text,
            flag,
            maybe: maybe.map(Key),
            pairs,
        })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Ready),
        any::<String>().prop_map(Event::Name),
        (any::<String>(), inner()).prop_map(|(key, inner)| Event::About(Key(key), inner)),
        any::<(u64, Option<u16>)>()
            .prop_map(|(from_here, there)| Event::Moved { from_here, there }),
        prop::collection::vec(inner(), 0..3).prop_map(Event::Many),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_here_and_by_serde_json(event in event()) {
        let text = to_string(&event).unwrap();
        prop_assert_eq!(&from_str::<Event>(&text).unwrap(), &event);
        prop_assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), &event);
    }

    #[test]
    fn what_serde_json_writes_is_read_here(event in event()) {
        let text = serde_json::to_string_pretty(&event).unwrap();
        prop_assert_eq!(from_str::<Event>(&text).unwrap(), event);
    }

    #[test]
    fn any_text_is_refused_or_read_and_never_more_than_serde_json_reads(text in "\\PC{0,40}|[\\[\\]{}\",:0-9a-z]{0,40}") {
        if let Ok(event) = from_str::<Event>(&text) {
            prop_assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
    }
}

#[test]
fn an_error_says_where_and_what_and_repeats_no_value() {
    let error = |text: &str| from_str::<Event>(text).unwrap_err().to_string();
    assert_eq!(error("{\"name\": \"x\""), "not JSON from byte 12 on");
    assert_eq!(error(r#"{"name": 7}"#), "a value of another type");
    assert_eq!(error(r#"{"secret": 7}"#), "a value of another type");
    assert_eq!(
        error(r#"{"moved": {"fromHere": "secret"}}"#),
        "fromHere: a value of another type"
    );
    assert_eq!(error(r#"{"moved": {}}"#), "`fromHere` is missing");
    let item = |item: &str| error(&format!(r#"{{"many": [{item}]}}"#));
    assert_eq!(
        item(r#"{"flag": true, "pairs": {}}"#),
        "0: `someText` is missing"
    );
    assert_eq!(item(r#"{"flag": 1}"#), "0.flag: a value of another type");
    assert_eq!(item(r#"{"flak": 1}"#), "0: `flak` is not known");
    assert_eq!(
        item(r#"{"flag": true, "flag": true}"#),
        "0: `flag` is there twice"
    );
}

#[test]
fn numbers_are_whole_and_within_their_type() {
    for text in ["-1", "1.0", "1e3", "18446744073709551616", "65536"] {
        let text = format!(r#"{{"moved": {{"fromHere": 1, "there": {text}}}}}"#);
        assert!(from_str::<Event>(&text).is_err(), "{text}");
    }
    assert_eq!(from_str::<u64>("18446744073709551615"), Ok(u64::MAX));
    assert!(to_string(&-1).is_err() && to_string(&1.5).is_err());
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    assert!(from_str::<Event>(&"[".repeat(100_000)).is_err());
    assert!(from_str::<Event>(&"{\"many\":[".repeat(50_000)).is_err());
}

#[test]
fn a_struct_is_an_object_and_keys_are_texts() {
    assert!(from_str::<Inner>(r#"["x", true, null, {}]"#).is_err());
    assert!(to_string(&BTreeMap::from([(1, 2)])).is_err());
}
