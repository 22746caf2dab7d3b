//! A chat as a page of HTML: one file that needs nothing else, loads nothing and runs nothing.
//!
//! Everything that a person has written goes through [`escaped`], and stands in an element of its own direction.

use crate::code::{Span, spans};
use crate::i18n::{Text, fill, t};
use crate::words;
use ipc::{Message, UnixMillis};
use std::fmt::Write;

/// How the page looks, in light and dark and on paper.
const STYLE: &str = include_str!("export.css");

/// Nothing is loaded or run, and nothing but this style counts: its SHA-256.
const STYLE_HASH: &str = "sha256-ehOLf/axEJPdwXKup9PLIH8btjdwt0dCF0yDS2+KM4s=";

/// The end of the page.
pub(super) const FOOT: &str = "</ol>\n</main>\n</body>\n</html>\n";

/// How moments and sizes are written.
pub(super) struct Forms {
    /// A day.
    pub(super) day: fn(UnixMillis) -> String,
    /// A time of day.
    pub(super) time: fn(UnixMillis) -> String,
    /// A day and a time, short.
    pub(super) moment: fn(UnixMillis) -> String,
    /// As programs read it.
    pub(super) iso: fn(UnixMillis) -> String,
    /// How large a file is, and how many are in a folder.
    pub(super) extent: fn(u64, Option<u32>) -> String,
}

/// Returns the beginning of the page.
pub(super) fn head(
    name: &str,
    language: &str,
    direction: &str,
    forms: &Forms,
    at: UnixMillis,
    damaged: bool,
) -> String {
    let title = escaped(&fill(Text::ExportTitle, &[&words::isolate(name)]));
    let made = escaped(&fill(Text::ExportMade, &[&(forms.moment)(at)]));
    let damaged = if damaged {
        format!("<p>{}</p>\n", escaped(&t(Text::ChatDamaged)))
    } else {
        String::new()
    };
    let (language, direction) = (escaped(language), escaped(direction));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<header>\n<h1>{title}</h1>\n<p>{made}</p>\n{damaged}</header>\n<ol>\n"
    )
}

/// Returns the line above the first message of a day.
pub(super) fn day(day: &str) -> String {
    format!("<li class=\"day\"><span>{}</span></li>\n", escaped(day))
}

/// Returns messages, with a line above the first one of each day but of the first.
pub(super) fn messages(messages: &[&Message], name: &str, forms: &Forms) -> String {
    let mut out = String::new();
    let mut last_day: Option<String> = None;
    for message in messages {
        let today = (forms.day)(message.at);
        if last_day.as_ref().is_some_and(|day| *day != today) {
            out.push_str(&day(&today));
        }
        last_day = Some(today);
        one(&mut out, message, name, forms);
    }
    out
}

fn one(out: &mut String, message: &Message, name: &str, forms: &Forms) {
    let own = message.state.is_own();
    let (class, by) = if own {
        ("own", t(Text::You))
    } else {
        ("theirs", name.to_owned())
    };
    let (iso, time) = (
        escaped(&(forms.iso)(message.at)),
        escaped(&(forms.time)(message.at)),
    );
    add(
        out,
        format_args!(
            "<li class=\"{class}\"><p class=\"by\"><bdi>{}</bdi> <time datetime=\"{iso}\">{time}</time>",
            escaped(&by)
        ),
    );
    if message.marks.edited {
        add(
            out,
            format_args!(" <span>{}</span>", escaped(&t(Text::MessageEdited))),
        );
    }
    if let Some((state, _)) = words::message_state(message.state) {
        add(out, format_args!(" <span>{}</span>", escaped(&t(state))));
    }
    out.push_str("</p>");
    quote(out, message, name);
    content(out, message, forms);
    reactions(out, message, name);
    out.push_str("</li>\n");
}

fn quote(out: &mut String, message: &Message, name: &str) {
    if message.entry.is_none() || !message.is_message() {
        return;
    }
    // What is to disappear is not written down in an answer to it either.
    let Some(quoted) = message.quoted.as_ref().filter(|quoted| !quoted.goes) else {
        let gone = escaped(&t(Text::MessageNotHere));
        return add(
            out,
            format_args!("<blockquote><em>{gone}</em></blockquote>"),
        );
    };
    let by = if quoted.own {
        t(Text::You)
    } else {
        name.to_owned()
    };
    let text = if quoted.text.is_empty() {
        format!("<em>{}</em>", escaped(&t(Text::MessageDeleted)))
    } else {
        format!(
            "<div class=\"text\" dir=\"auto\">{}</div>",
            escaped(&quoted.text)
        )
    };
    add(
        out,
        format_args!(
            "<blockquote><p class=\"by\"><bdi>{}</bdi></p>{text}</blockquote>",
            escaped(&by)
        ),
    );
}

fn content(out: &mut String, message: &Message, forms: &Forms) {
    if let Some(file) = &message.file {
        let extent = (forms.extent)(file.offer.size, file.offer.folder);
        return add(
            out,
            format_args!(
                "<p class=\"file\"><bdi>{}</bdi> <span>{}</span></p>",
                escaped(file.offer.title()),
                escaped(&extent)
            ),
        );
    }
    if message.marks.deleted {
        let deleted = escaped(&t(Text::MessageDeleted));
        return add(out, format_args!("<p><em>{deleted}</em></p>"));
    }
    out.push_str("<div class=\"text\" dir=\"auto\">");
    for span in spans(&message.text) {
        match span {
            Span::Text(text) => out.push_str(&escaped(text)),
            Span::Inline(code) => add(
                out,
                format_args!("<code dir=\"ltr\">{}</code>", escaped(code)),
            ),
            Span::Block(code) => add(
                out,
                format_args!("<pre dir=\"ltr\">{}</pre>", escaped(code)),
            ),
        }
    }
    out.push_str("</div>");
}

fn reactions(out: &mut String, message: &Message, name: &str) {
    let you = t(Text::You);
    let theirs = message.marks.their_reaction.as_deref();
    let own = message.marks.own_reaction.as_deref();
    for (who, sign) in [(name, theirs), (&you, own)] {
        if let Some(sign) = sign {
            add(
                out,
                format_args!(
                    "<p class=\"reaction\"><bdi>{}</bdi> <bdi>{}</bdi></p>",
                    escaped(sign),
                    escaped(who)
                ),
            );
        }
    }
}

fn add(out: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(what);
}

/// Returns a text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A page of HTML cannot have it.
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64, Encoding};
    use ipc::{
        Act, ContactId, Entry, FileOffer, Marks, MessageState, Offered, Outcome, Quoted, Reference,
        TransferId,
    };
    use sha2::{Digest, Sha256};

    const MARKUP: &str = "<script>alert('1')</script> & \"\u{202e}\0";

    fn forms() -> Forms {
        Forms {
            day: |at| format!("day {}", at / 100),
            time: |at| format!("time {at}"),
            moment: |at| format!("moment {at}"),
            iso: |at| format!("iso {at}"),
            extent: |size, _| format!("{size} bytes"),
        }
    }

    fn message(at: UnixMillis, state: MessageState, text: &str) -> Message {
        Message {
            contact: ContactId("c".to_owned()),
            number: at,
            at,
            text: text.to_owned(),
            state,
            place: None,
            file: None,
            id: format!("{at}"),
            entry: None,
            quoted: None,
            marks: Marks::default(),
            lifetime: None,
            goes_at: None,
            gone: false,
        }
    }

    fn written(message: &Message) -> String {
        messages(&[message], "Ben", &forms())
    }

    #[test]
    fn an_answer_quotes_nothing_that_is_to_disappear() {
        for goes in [false, true] {
            let reply = Message {
                quoted: Some(Quoted {
                    own: false,
                    text: "the secret".to_owned(),
                    goes,
                }),
                entry: Some(Entry {
                    reference: Reference {
                        act: Act::Reply,
                        about: "a".to_owned(),
                    },
                    outcome: Outcome::Counts,
                }),
                ..message(1, MessageState::Received, "yes")
            };
            let page = written(&reply);
            assert!(
                page.contains("yes") && page.contains("<blockquote>"),
                "{page}"
            );
            assert_eq!(page.contains("secret"), !goes, "{page}");
        }
    }

    #[test]
    fn nothing_that_a_person_has_written_is_markup() {
        let reply = Message {
            quoted: Some(Quoted {
                own: false,
                text: MARKUP.to_owned(),
                goes: false,
            }),
            entry: Some(Entry {
                reference: Reference {
                    act: Act::Reply,
                    about: MARKUP.to_owned(),
                },
                outcome: Outcome::Counts,
            }),
            marks: Marks {
                own_reaction: Some(MARKUP.to_owned()),
                their_reaction: Some(MARKUP.to_owned()),
                ..Marks::default()
            },
            ..message(
                1,
                MessageState::Received,
                &format!("`{MARKUP}` ```{MARKUP}```"),
            )
        };
        let file = Message {
            file: Some(Offered {
                transfer: TransferId("t".to_owned()),
                offer: FileOffer {
                    name: MARKUP.to_owned(),
                    size: 7,
                    kind: MARKUP.to_owned(),
                    modified: None,
                    thumbnail: None,
                    folder: None,
                },
            }),
            ..message(2, MessageState::Read, MARKUP)
        };
        let page = [
            head(MARKUP, MARKUP, MARKUP, &forms(), 1, true),
            day(MARKUP),
            messages(&[&reply, &file], MARKUP, &forms()),
        ]
        .concat();
        assert!(!page.contains("<script") && !page.contains('\0'), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;"));
    }

    #[test]
    fn a_message_is_there_with_all_that_was_done_with_it() {
        let edited = Message {
            marks: Marks {
                edited: true,
                their_reaction: Some("👍".to_owned()),
                ..Marks::default()
            },
            ..message(7, MessageState::Read, "hello")
        };
        let page = written(&edited);
        for part in [
            "class=\"own\"",
            "You",
            "iso 7",
            "time 7",
            "edited",
            "Read",
            "hello",
            "👍",
            "Ben",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let deleted = Message {
            marks: Marks {
                deleted: true,
                ..Marks::default()
            },
            ..message(7, MessageState::Received, "secret")
        };
        let page = written(&deleted);
        assert!(page.contains("<em>") && !page.contains("secret"), "{page}");
    }

    #[test]
    fn a_day_has_one_line_above_its_first_message() {
        let [a, b, c] = [198, 201, 202].map(|at| message(at, MessageState::Received, "x"));
        let page = messages(&[&a, &b, &c], "Ben", &forms());
        assert_eq!(page.matches("class=\"day\"").count(), 1, "{page}");
        assert!(page.contains("day 2") && !page.contains("day 1"));
    }

    #[test]
    fn the_page_allows_its_own_style_and_nothing_else() {
        let hash = Base64::encode_string(&Sha256::digest(STYLE.as_bytes()));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
