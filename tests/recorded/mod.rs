//! Files of JSON that a test makes and compares with what is committed.
//!
//! `RECORD=1 cargo test -p mesh-chat` writes them anew; what has changed shows in the difference of the files.

use nojson::Json as Quoted;
use std::fmt::Write;

/// A value of such a file. Members stay in their order.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

/// Returns a text.
pub(crate) fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

/// Returns bytes, as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> Json {
    text(base16ct::lower::encode_string(bytes))
}

impl Json {
    /// Returns the text of it: an object in which there are no others has one line.
    fn written(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, level: usize) {
        match self {
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Flag(flag) => out.push_str(&flag.to_string()),
            Self::List(items) => {
                let level = (!items.is_empty()).then_some(level);
                write_all(
                    out,
                    ['[', ']'],
                    items.iter().map(|item| (None, item)),
                    level,
                );
            }
            Self::Object(members) => {
                let holds_more = members.iter().any(|(_, item)| item.holds_more());
                let members = members.iter().map(|(name, item)| (Some(*name), item));
                write_all(out, ['{', '}'], members, holds_more.then_some(level));
            }
        }
    }

    fn holds_more(&self) -> bool {
        matches!(self, Self::List(_) | Self::Object(_))
    }
}

/// Returns a text of JSON in which nothing turns the direction of whoever reads the file.
fn quoted(text: &str) -> String {
    Quoted(text).to_string().replace('\u{202e}', "\\u202e")
}

/// Writes what a list or an object holds: each on a line of its own, where there is a level at which it stands.
fn write_all<'a>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = (Option<&'a str>, &'a Json)>,
    level: Option<usize>,
) {
    let new_line = |out: &mut String, further: usize| {
        if let Some(level) = level {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', level + further));
        }
    };
    out.push(open);
    for (place, (name, item)) in items.enumerate() {
        if place > 0 {
            out.push_str(if level.is_some() { "," } else { ", " });
        }
        new_line(out, 1);
        if let Some(name) = name {
            write!(out, "{}: ", quoted(name)).unwrap();
        }
        item.write(out, level.unwrap_or_default() + 1);
    }
    new_line(out, 0);
    out.push(close);
}

/// Compares what a test has made with what is committed in a file of `tests/`, or writes it there.
pub(crate) fn compare(file: &str, committed: &str, made: &Json) {
    let made = made.written();
    if std::env::var_os("RECORD").is_some() {
        let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
        return std::fs::write(path, made).unwrap();
    }
    if made == committed {
        return;
    }
    let pairs = made.lines().zip(committed.lines()).enumerate();
    let differs = pairs.into_iter().find(|(_, (made, there))| made != there);
    panic!("tests/{file} is not what is made now, first at {differs:#?}; RECORD=1 writes it");
}
