//! What is sealed, and what is done to it.

use super::*;
use crate::records::EntryRecord;
use crate::test_context::{contact, me};
use crate::values::{Act, ContactId, Lifetime, Outcome, Reference};
use proptest::prelude::*;
use std::sync::LazyLock;

const PASSPHRASE: &str = "correct horse";

fn content() -> Content {
    Content {
        profile: me("Ann", 1).record().clone(),
        contacts: vec![contact("Bob", 2)],
    }
}

fn messages(count: u64) -> (ThreadRecord, Vec<MessageRecord>) {
    let head = ThreadRecord::new(ContactId("c".to_owned()));
    let one = |number| MessageRecord {
        id: format!("{number:032x}"),
        ..crate::history::merge::tests::message(number, "<\u{202e}\"text\"\n>")
    };
    (head, (1..=count).map(one).collect())
}

fn file(count: u64) -> Vec<u8> {
    let (mut sealer, mut file) = Sealer::new(&content(), PASSPHRASE, [7; 16], [9; 7]).unwrap();
    let (head, records) = messages(count);
    file.extend(sealer.chat(&head, records).unwrap());
    let (end, contents) = sealer.finish().unwrap();
    assert_eq!(contents.messages, count);
    [file, end].concat()
}

fn open(file: &[u8], passphrase: &str, step: usize) -> Result<Vec<Part>, Refusal> {
    // To compute the key takes long, as it has to.
    static KEY: LazyLock<ChaCha20Poly1305> =
        LazyLock::new(|| backup::cipher(PASSPHRASE, &[7; 16]).unwrap());
    let header = Header::read(file).ok_or(Refusal::BackupDamaged)?;
    let (_, rest) = file.split_at(header.bytes());
    let mut opener = if passphrase == PASSPHRASE && header.salt == [7; 16] {
        Opener::with(header, KEY.clone())
    } else {
        Opener::new(header, passphrase)?
    };
    let mut parts = Vec::new();
    for bytes in rest.chunks(step) {
        parts.extend(opener.take(bytes)?);
    }
    opener.finish()?;
    Ok(parts)
}

#[test]
fn what_was_sealed_is_opened_however_the_bytes_come() {
    let file = file(700);
    let (head, all) = messages(700);
    for step in [1, 1_000, file.len()] {
        let parts = open(&file, PASSPHRASE, step).unwrap();
        assert_eq!(parts[0], Part::Content(Box::new(content())));
        let chats = parts[1..].iter().flat_map(|part| match part {
            Part::Chat(of, records) if *of == head => records.clone(),
            other @ (Part::Content(_) | Part::Chat(..) | Part::End(_)) => panic!("{other:?}"),
        });
        assert_eq!(chats.collect::<Vec<_>>(), all);
    }
    let text = String::from_utf8_lossy(&file);
    assert!(!text.contains("Ann") && !text.contains("text"));
}

#[test]
fn what_is_about_a_message_that_is_not_in_the_backup_is_not_in_it_either() {
    let (head, mut records) = messages(9);
    let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
    records[0].lifetime = Some(Lifetime::Hour);
    let about = [
        (2, Act::Edit, &ids[0]),
        (3, Act::Edit, &ids[1]),
        (4, Act::Reaction, &ids[0]),
        (5, Act::Delete, &ids[1]),
        (6, Act::Reply, &ids[0]),
        (7, Act::Edit, &"cleared".to_owned()),
        (8, Act::Meet, &"somebody".to_owned()),
    ];
    for (at, act, about) in about {
        let about = about.clone();
        records[at].entry = Some(EntryRecord {
            reference: Reference { act, about },
            outcome: Outcome::Counts,
        });
    }
    let (mut sealer, mut file) = Sealer::new(&content(), PASSPHRASE, [7; 16], [9; 7]).unwrap();
    for record in records {
        // Each in another piece than what it is about.
        file.extend(sealer.chat(&head, vec![record]).unwrap());
    }
    file.extend(sealer.finish().unwrap().0);
    let parts = open(&file, PASSPHRASE, 999).unwrap();
    let there = parts.iter().flat_map(|part| match part {
        Part::Chat(_, records) => records.iter().map(|one| one.message.number).collect(),
        Part::Content(_) | Part::End(_) => Vec::new(),
    });
    assert_eq!(there.collect::<Vec<_>>(), [2, 4, 6, 7, 9]);
}

#[test]
fn what_is_to_disappear_is_in_no_backup() {
    let (head, mut records) = messages(3);
    records[0].lifetime = Some(Lifetime::Hour);
    records[1].gone = true;
    let (mut sealer, mut file) = Sealer::new(&content(), PASSPHRASE, [7; 16], [9; 7]).unwrap();
    file.extend(sealer.chat(&head, records.clone()).unwrap());
    file.extend(sealer.finish().unwrap().0);
    let parts = open(&file, PASSPHRASE, 99).unwrap();
    assert_eq!(parts[1..], [Part::Chat(head, vec![records[2].clone()])]);
}

#[test]
fn a_long_chat_is_in_chunks_that_are_small() {
    let (mut sealer, _) = Sealer::new(&content(), PASSPHRASE, [7; 16], [9; 7]).unwrap();
    let (head, mut records) = messages(300);
    for record in &mut records {
        record.message.text = "\u{1}".repeat(8_000);
    }
    let bytes = sealer.chat(&head, records).unwrap();
    assert!(chunk(&bytes).unwrap().is_some());
}

#[test]
fn another_passphrase_and_another_file_open_nothing() {
    let file = file(3);
    assert_eq!(open(&file, "correct hors", 99), Err(Refusal::BackupWrong));
    for foreign in [&b""[..], b"{}", b"{}\n", &[0xff; 300]] {
        assert_eq!(Header::read(foreign), None);
    }
    let short = Sealer::new(&content(), "1234567", [7; 16], [9; 7]);
    assert_eq!(short.map(drop), Err(Refusal::PassphraseShort));
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let file = file(40);
    for end in 0..file.len() {
        assert!(open(&file[..end], PASSPHRASE, 4_096).is_err(), "{end}");
    }
    let longer = [&file[..], &[0; 1]].concat();
    assert!(open(&longer, PASSPHRASE, 4_096).is_err());
}

#[test]
fn chunks_that_are_left_out_or_change_places_are_refused() {
    let file = file(700);
    let begin = Header::read(&file).unwrap().bytes();
    let mut chunks = Vec::new();
    let mut rest = &file[begin..];
    while let Some((_, behind)) = chunk(rest).unwrap() {
        chunks.push(&rest[..rest.len() - behind.len()]);
        rest = behind;
    }
    assert!(chunks.len() > 4, "{}", chunks.len());
    let of = |order: &[usize]| {
        let chunks: Vec<u8> = order.iter().flat_map(|at| chunks[*at]).copied().collect();
        open(&[&file[..begin], &chunks].concat(), PASSPHRASE, 999)
    };
    let all: Vec<usize> = (0..chunks.len()).collect();
    assert!(of(&all).is_ok());
    let (last, rest) = all.split_last().unwrap();
    for at in 0..rest.len() {
        let mut without = all.clone();
        without.remove(at);
        assert!(of(&without).is_err(), "without {at}");
        let mut twice = all.clone();
        twice.insert(at, at);
        assert!(of(&twice).is_err(), "{at} twice");
    }
    assert!(of(rest).is_err(), "without {last}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn one_flipped_bit_is_found(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut file = file(30);
        let at = at.index(file.len());
        file[at] ^= 1_u8 << bit;
        prop_assert!(open(&file, PASSPHRASE, 4_096).is_err());
    }
}
