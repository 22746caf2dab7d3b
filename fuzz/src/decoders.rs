//! Targets of one text each. What is accepted is written and read again, which must change nothing:
//! so nothing gets through that the type does not hold.

use crate::linkify;
use ipc::Place;
use mesh_chat::beacon::{Pin, Response};
use mesh_chat::config::{Config, Settings};
use mesh_chat::folder::{Check, Found, Part, Plan};
use mesh_chat::fuzz::{self, Conversation};
use mesh_chat::limits::{FOLDER_DIRECTORY_BYTES, NAME_BYTES, NOTE_BYTES};
use peerjs::candidate::{Address, Candidate};
use peerjs::frame::{Relayed, ServerFrame};
use peerjs::sdp::{Description, SdpRole};
use std::str;

/// Between a peer and its router.
pub fn router(bytes: &[u8]) {
    frame(Conversation::Router, bytes);
}

/// Before two people know each other.
pub fn handshake(bytes: &[u8]) {
    frame(Conversation::Handshake, bytes);
}

/// Between contacts.
pub fn session(bytes: &[u8]) {
    frame(Conversation::Session, bytes);
}

/// On a connection for files.
pub fn file(bytes: &[u8]) {
    frame(Conversation::File, bytes);
}

fn frame(conversation: Conversation, bytes: &[u8]) {
    let Some(written) = fuzz::frame(conversation, bytes) else {
        return;
    };
    let again = fuzz::frame(conversation, written.as_bytes());
    // Control characters are shorter in the bytes of others than as this program writes them.
    if written.len() <= mesh_chat::limits::FRAME_BYTES {
        assert_eq!(again.as_ref(), Some(&written));
    }
}

/// A file that is said to be a folder, behind the number of files that are said to be in it.
pub fn folder(bytes: &[u8]) {
    let Some((files, file)) = bytes.split_first() else {
        return;
    };
    let mut check = Check::new(file.len() as u64, (*files).into());
    let mut readings = 0;
    while let Some(range) = check.wants() {
        readings += 1;
        assert!(readings <= 2 + usize::from(*files) * 2 + file.len() / 30);
        let range = range.start as usize..range.end as usize;
        assert!(range.len() <= FOLDER_DIRECTORY_BYTES + 100);
        if check.take(&file[range]).is_err() {
            return;
        }
    }
    // What is taken is what this program makes of the same files.
    let found = found_in(file);
    let (found, sums): (Vec<Found>, Vec<u32>) = found.into_iter().unzip();
    let mut plan = Plan::new(&found).expect("it can be sent");
    assert_eq!(
        (plan.size(), plan.files()),
        (file.len() as u64, (*files).into())
    );
    let names = plan.slots().map(|slot| &found[slot.found].path);
    assert!(names.eq(found.iter().map(|found| &found.path)));
    plan.set_sums(&sums);
    let mut at = 0;
    for part in plan.parts(&(0..plan.size())) {
        at += match part {
            // The time of an empty folder is not its own.
            Part::Made(made) if found.iter().any(|found| found.path.ends_with('/')) => made.len(),
            Part::Made(made) => {
                assert!(file[at..].starts_with(&made));
                made.len()
            }
            Part::File { range, .. } => (range.end - range.start) as usize,
        };
    }
}

/// Reads the directory of a zip that was taken, from the front.
fn found_in(file: &[u8]) -> Vec<(Found, u32)> {
    let long = |at: usize| {
        let bytes = file[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes)
    };
    let word = |at: usize| usize::from(u16::from_le_bytes([file[at], file[at + 1]]));
    let end = file.len() - 22;
    let mut at = long(end + 16) as usize;
    let mut found = Vec::new();
    while at < end {
        let (name, extra) = (at + 46, at + 46 + word(at + 28));
        let path = str::from_utf8(&file[name..extra]).expect("a path");
        assert!(path.split('/').all(|part| part != ".." && part != "."));
        assert!(!path.contains(['\\', ':']) && !path.starts_with('/'));
        let modified = u64::from(long(extra + 5)) * 1_000;
        let of_it = Found {
            path: path.to_owned(),
            size: long(at + 24).into(),
            modified,
        };
        found.push((of_it, long(at + 16)));
        at = extra + word(at + 30);
    }
    found
}

/// A frame of the signalling server.
pub fn signalling(bytes: &[u8]) {
    let Some(ServerFrame::Relayed { src, message }) = str::from_utf8(bytes)
        .ok()
        .and_then(|text| ServerFrame::parse(text).ok())
    else {
        return;
    };
    assert!(peerjs::id::is_valid(&src));
    match message {
        Relayed::Offer { description, .. } => describes(description.ok(), SdpRole::Offer),
        Relayed::Answer { description, .. } => describes(description.ok(), SdpRole::Answer),
        Relayed::Candidate { candidate, .. } => reaches(candidate),
        Relayed::Echo(_) | Relayed::Absent => {}
    }
}

/// A session description, by its first byte an offer or an answer.
pub fn sdp(bytes: &[u8]) {
    let Some((role, bytes)) = bytes.split_first() else {
        return;
    };
    let role = if role % 2 == 0 {
        SdpRole::Offer
    } else {
        SdpRole::Answer
    };
    if let Ok(text) = str::from_utf8(bytes) {
        describes(Description::parse(text, role).ok(), role);
    }
}

fn describes(description: Option<Description>, role: SdpRole) {
    let Some(description) = description else {
        return;
    };
    let text = description.to_string();
    assert_eq!(text.matches("\r\nm=").count(), 1);
    assert_eq!(text.matches("\r\na=fingerprint:").count(), 1);
    assert!(
        text.lines()
            .all(|line| line.as_bytes().get(1) == Some(&b'='))
    );
    let again = Description::parse(&text, role);
    assert_eq!(again, Ok(description));
}

/// An ICE candidate.
pub fn candidate(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        if let Ok(candidate) = Candidate::parse(text) {
            reaches(candidate);
        }
        if let Some((_, ip)) = webext::addresses::in_candidate(text) {
            assert!(mesh_chat::address::is_global(ip));
        }
    }
}

fn reaches(candidate: Candidate) {
    if let Address::Mdns(name) = &candidate.address {
        assert!(name.ends_with(".local"));
    }
    let text = candidate.to_string();
    assert!(!text.chars().any(char::is_control));
    assert_eq!(Candidate::parse(&text), Ok(candidate));
}

/// What an address echo answers.
pub fn echo(bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_default();
    if let Ok(ip) = webext::addresses::in_echo(text) {
        assert!(mesh_chat::address::is_global(ip));
    }
}

/// Two headers of a beacon, one on each line.
pub fn beacon(bytes: &[u8]) {
    const KEY: &str = "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW";
    const NOW: u64 = 1_795_420_800_000;
    let text = str::from_utf8(bytes).unwrap_or_default();
    let mut lines = text.lines();
    let pin = Pin::new("https://beacon.example/", KEY).expect("a pin");
    let response = Response {
        current: lines.next(),
        next: lines.next(),
        date: lines.next().and_then(|line| line.parse().ok()),
    };
    // The key is nobody's here: only the form is looked at.
    assert!(pin.read(response, NOW).is_err());
    if let Ok(pin) = Pin::new(text, KEY) {
        assert!(pin.read(Response::default(), NOW).is_err());
    }
}

/// A message with links.
pub fn links(bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_default();
    let mut joined = String::new();
    for piece in linkify::pieces(text) {
        let piece = match piece {
            linkify::Piece::Text(text) => text,
            linkify::Piece::Link(link) => {
                assert!(link.starts_with("http://") || link.starts_with("https://"));
                assert!(
                    !link
                        .chars()
                        .any(|c| c.is_whitespace() || c.is_control() || c == '"')
                );
                link
            }
        };
        assert!(!piece.is_empty());
        joined.push_str(piece);
    }
    assert_eq!(joined, text);
}

/// The part of an address of the popup from the `#` on.
pub fn place(bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_default();
    if let Some(place) = Place::parse(text) {
        assert_eq!(Place::parse(&place.to_fragment()), Some(place));
    }
}

/// A name that somebody chose, or a note.
pub fn name(bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_default();
    let name = fuzz::name(text);
    if let Some((name, skeleton)) = &name {
        assert!(!name.is_empty() && name.len() <= NAME_BYTES);
        assert!(!name.chars().any(char::is_control));
        assert!(fuzz::accepts_name(name), "{name:?} is not what is sent");
        let same = fuzz::name(name).expect("it was a name before");
        assert_eq!((&same.0, &same.1), (name, skeleton));
    }
    let is_name = name.is_some_and(|(name, _)| name == text);
    assert_eq!(fuzz::accepts_name(text), is_name);
    if let Some(note) = fuzz::note(text) {
        assert!(!note.is_empty() && note.len() <= NOTE_BYTES);
        assert!(!note.chars().any(|c| c.is_control() && c != '\n'));
        assert_eq!(fuzz::note(&note), Some(note));
    }
}

/// A packed configuration, or settings.
pub fn config(bytes: &[u8]) {
    let text = str::from_utf8(bytes).unwrap_or_default();
    if let Ok(config) = json::from_str::<Config>(text) {
        let sound = config.check().is_ok();
        let written = json::to_string(&config).expect("it can be written");
        let again: Config = json::from_str(&written).expect("it can be read again");
        assert_eq!((again.check().is_ok(), &again), (sound, &config));
        if sound {
            let servers = webext::mapping::servers(&config);
            assert_eq!(servers.len(), config.signalling.len());
        }
    }
    if let Ok(settings) = json::from_str::<Settings>(text) {
        let written = json::to_string(&settings).expect("they can be written");
        let again: Settings = json::from_str(&written).expect("they can be read again");
        assert_eq!(again, settings);
        // Refused or not: it is decided, and nothing panics.
        let _ = Config::default().with(&settings).check();
    }
}
