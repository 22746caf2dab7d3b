//! A chat as JSON: the form is in `docs/export.md`.

use ipc::{Message, MessageState, UnixMillis};
use serde::Serialize;

/// The name of the form, and its version.
const FORMAT: &str = "meshchat export";
const VERSION: u32 = 1;

/// What stands between two pages of messages.
pub(super) const BETWEEN: &str = ",\n";

/// The end of the file.
pub(super) const FOOT: &str = "\n]}\n";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    format: &'a str,
    version: u32,
    exported: &'a str,
    by: &'a str,
    with: &'a str,
    complete: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: &'a str,
    number: u64,
    at: UnixMillis,
    own: bool,
    state: MessageState,
    text: &'a str,
    edited: bool,
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_reaction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    their_reaction: Option<&'a str>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u32>,
}

/// Returns what stands before the messages.
pub(super) fn head(by: &str, with: &str, exported: &str, complete: bool) -> String {
    let head = Head {
        format: FORMAT,
        version: VERSION,
        exported,
        by,
        with,
        complete,
    };
    let mut text = json::to_string(&head).unwrap_or_default();
    // The messages are the last member.
    text.pop();
    text + ",\"messages\":[\n"
}

/// Returns messages, one a line.
pub(super) fn messages(messages: &[&Message]) -> String {
    let lines = messages.iter().map(|message| {
        // Shapes of these types are always JSON.
        json::to_string(&line(message)).unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join(BETWEEN)
}

fn line(message: &Message) -> Line<'_> {
    let reply = message.entry.as_ref().filter(|_| message.is_message());
    Line {
        id: &message.id,
        number: message.number,
        at: message.at,
        own: message.state.is_own(),
        state: message.state,
        text: &message.text,
        edited: message.marks.edited,
        deleted: message.marks.deleted,
        file: message.file.as_ref().map(|file| File {
            name: &file.offer.name,
            size: file.offer.size,
            files: file.offer.folder,
        }),
        reply_to: reply.map(|entry| entry.reference.about.as_str()),
        own_reaction: message.marks.own_reaction.as_deref(),
        their_reaction: message.marks.their_reaction.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipc::{ContactId, Marks};

    #[test]
    fn the_file_has_the_documented_form() {
        let message = Message {
            contact: ContactId("c".to_owned()),
            number: 3,
            at: 1_700_000_000_000,
            text: "\"hi\" \n</script>".to_owned(),
            state: MessageState::Delivered,
            place: Some(1),
            file: None,
            id: "ab".to_owned(),
            entry: None,
            quoted: None,
            marks: Marks {
                edited: true,
                own_reaction: Some("👍".to_owned()),
                ..Marks::default()
            },
            lifetime: None,
            goes_at: None,
            gone: false,
        };
        let text = [
            &head("Ann", "Ben", "2026-11-28T00:00:00.000Z", true),
            &*messages(&[&message, &message]),
            FOOT,
        ]
        .concat();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let line = serde_json::json!({
            "id": "ab", "number": 3, "at": 1_700_000_000_000_u64, "own": true, "state": "delivered",
            "text": "\"hi\" \n</script>", "edited": true, "deleted": false, "ownReaction": "👍",
        });
        let expected = serde_json::json!({
            "format": "meshchat export", "version": 1, "exported": "2026-11-28T00:00:00.000Z",
            "by": "Ann", "with": "Ben", "complete": true, "messages": [line, line],
        });
        assert_eq!(read, expected);
    }
}
