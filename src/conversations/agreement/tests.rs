use super::*;
use crate::records::{Origin, StoredMessage};
use crate::values::ContactId;

/// Returns an own message at a place.
fn record(place: u64) -> MessageRecord {
    let message = StoredMessage {
        offer: None,
        introduces: None,
        contact: ContactId("c".to_owned()),
        number: place,
        at: 0,
        text: String::new(),
        origin: Origin::Own,
    };
    MessageRecord {
        version: 2,
        message,
        id: id(place),
        place: Some(place),
        came: None,
        entry: None,
        marks: None,
        lifetime: None,
        turn: None,
        gone: false,
        imported: None,
    }
}

fn id(place: u64) -> String {
    format!("id {place}")
}

/// What a device has of its own messages: so many, of which so many are delivered.
struct Disk {
    head: ThreadRecord,
    waiting: VecDeque<MessageRecord>,
}

impl Disk {
    fn new(last: u64, delivered: u64) -> Self {
        let head = ThreadRecord {
            out_last: last,
            out_delivered: delivered,
            out_known: (delivered > 0).then(|| id(delivered)),
            ..ThreadRecord::new(ContactId("c".to_owned()))
        };
        let waiting = (delivered + 1..=last).map(record).collect();
        Self { head, waiting }
    }

    fn own(&self) -> Own<'_> {
        Own {
            head: &self.head,
            waiting: &self.waiting,
        }
    }

    fn step(&self, state: Agreement, happening: Happening) -> (Agreement, Next) {
        state.step(happening, self.own()).unwrap()
    }

    fn have(&self, last: Option<String>) -> (Agreement, Next) {
        self.step(Agreement::Unheard, Happening::Have(last))
    }

    fn recall(&mut self, after: u64, upto: u64) {
        for place in (after + 1..=upto).rev() {
            self.waiting.push_front(record(place));
        }
    }
}

fn agreed(place: u64, last: Option<String>) -> (Agreement, Next) {
    (Agreement::Agreed, Next::Agree { place, last })
}

fn finding() -> Agreement {
    Agreement::Finding {
        last: "theirs".to_owned(),
    }
}

fn recalling(after: u64, has_rest: bool) -> Agreement {
    Agreement::Recalling {
        last: Some("theirs".to_owned()),
        after,
        has_rest,
    }
}

fn asking(after: u64, from: u64) -> Agreement {
    Agreement::Asking {
        last: Some("theirs".to_owned()),
        after,
        from,
    }
}

fn ids(places: impl Iterator<Item = u64>) -> Next {
    Next::Ask(places.map(id).collect())
}

#[test]
fn each_state_takes_what_belongs_to_it_and_nothing_else() {
    let disk = Disk::new(5, 3);
    let states = [
        Agreement::Unheard,
        finding(),
        recalling(0, false),
        asking(3, 4),
        Agreement::Agreed,
    ];
    let happenings = [
        Happening::Have(Some(id(3))),
        Happening::Found(None),
        Happening::Recalled,
        Happening::Known(None),
    ];
    // Taken, misbehaviour of the other side, or an answer of the own disk that changes nothing.
    let table = [
        ["taken", "nothing", "nothing", "misbehaves"],
        ["misbehaves", "taken", "nothing", "misbehaves"],
        ["misbehaves", "nothing", "taken", "misbehaves"],
        ["misbehaves", "nothing", "nothing", "taken"],
        ["misbehaves", "nothing", "nothing", "misbehaves"],
    ];
    for (state, row) in states.iter().zip(table) {
        for (happening, expected) in happenings.iter().zip(row) {
            let what = match state.clone().step(happening.clone(), disk.own()) {
                Err(OutOfPlace) => "misbehaves",
                Ok((next, Next::Nothing)) if next == *state => "nothing",
                Ok(_) => "taken",
            };
            assert_eq!(what, expected, "{state:?} {happening:?}");
        }
    }
}

#[test]
fn what_the_other_side_has_mostly_follows_from_what_is_known() {
    let disk = Disk::new(5, 3);
    assert_eq!(disk.have(Some(id(3))), agreed(3, Some(id(3))));
    assert_eq!(disk.have(Some(id(5))), agreed(5, Some(id(5))));
    let fresh = Disk::new(2, 0);
    assert_eq!(fresh.have(None), agreed(0, None));
}

#[test]
fn what_the_other_side_has_lost_is_recalled() {
    let disk = Disk::new(5, 3);
    let (state, next) = disk.have(Some(id(1)));
    assert_eq!(next, Next::Find(id(1)));
    let (state, next) = disk.step(state, Happening::Found(Some(1)));
    assert_eq!(next, Next::Recall { after: 1, upto: 3 });
    assert_eq!(
        disk.step(state, Happening::Recalled),
        agreed(1, Some(id(1)))
    );
}

#[test]
fn a_message_that_is_missing_here_leads_to_a_question() {
    let mut disk = Disk::new(5, 3);
    let (state, next) = disk.have(Some("theirs".to_owned()));
    assert_eq!(next, Next::Find("theirs".to_owned()));
    let (state, next) = disk.step(state, Happening::Found(None));
    assert_eq!(next, Next::Recall { after: 0, upto: 3 });
    disk.recall(0, 3);
    let (state, next) = disk.step(state, Happening::Recalled);
    assert_eq!(next, ids((1..=5).rev()));
    for place in 1..=5 {
        let known = Happening::Known(Some(id(place)));
        let last = Some("theirs".to_owned());
        assert_eq!(disk.step(state.clone(), known), agreed(place, last));
    }
    let last = Some("theirs".to_owned());
    assert_eq!(disk.step(state, Happening::Known(None)), agreed(0, last));
}

#[test]
fn an_answer_that_was_not_among_the_questions_misbehaves() {
    let disk = Disk::new(600, 0);
    let (state, next) = disk.step(recalling(0, false), Happening::Recalled);
    assert_eq!(next, ids((345..=600).rev()));
    for known in [id(344), id(601), "no id".to_owned()] {
        let known = Happening::Known(Some(known));
        assert_eq!(state.clone().step(known, disk.own()), Err(OutOfPlace));
    }
    let (state, next) = disk.step(state, Happening::Known(None));
    assert_eq!(next, ids((89..=344).rev()));
    let (state, next) = disk.step(state, Happening::Known(None));
    assert_eq!(next, ids((1..=88).rev()));
    let (state, _) = disk.step(state, Happening::Known(None));
    assert!(state.is_reached());
}

#[test]
fn no_more_is_sent_again_than_may_wait_and_nothing_from_before_an_acceptance() {
    let mut disk = Disk::new(5_000, 4_990);
    let (state, _) = disk.have(Some(id(7)));
    let (_, next) = disk.step(state, Happening::Found(Some(7)));
    let (after, upto) = (4_000, 4_990);
    assert_eq!(next, Next::Recall { after, upto });
    let (_, next) = disk.have(None);
    assert_eq!(next, Next::Recall { after, upto });
    disk.head.out_floor = 4_990;
    let (state, next) = disk.have(None);
    assert_eq!(next, ids((4_991..=5_000).rev()));
    assert_eq!(
        disk.step(state, Happening::Known(None)),
        agreed(4_990, None)
    );
}

#[test]
fn a_device_with_nothing_of_its_own_agrees_at_once() {
    let disk = Disk::new(0, 0);
    let (state, _) = disk.have(Some("theirs".to_owned()));
    let last = Some("theirs".to_owned());
    assert_eq!(disk.step(state, Happening::Found(None)), agreed(0, last));
}
