//! Handshakes by themselves: two sides without a network, whose messages a test carries by hand.

mod accepting;
mod admission;
mod bounds;
mod budgets;
mod contacts;
mod order;

use super::endings::Broken;
use super::*;
use crate::fact::{Fact, Showing};
use crate::io::Output;
use crate::records::RequestRecord;
use crate::test_context::{context, facts, me};

const ANN: &str = "myapp-203-0-113-7-aaaaaaaa-aaaa-8aaa-8aaa-aaaaaaaaaaaa";
const BOB: &str = "myapp-203-0-113-7-bbbbbbbb-bbbb-8bbb-8bbb-bbbbbbbbbbbb";
/// The connection at the end that dialled, and at the other one.
const DIALLED: LinkId = LinkId::Dialled(1);
const ACCEPTED: LinkId = LinkId::Accepted(1);
/// What makes a key of Ann's and of Bob's: see [`me`].
const ANNS: u8 = 1;
const BOBS: u8 = 2;

/// The people saved at one side.
#[derive(Default)]
struct Shelf {
    /// What is shown to whom is dialled.
    showing: Option<Showing>,
    /// What is sent with a request.
    note: Option<String>,
    callers: Vec<(Caller, crate::crypto::Key)>,
    rejected: Vec<(Caller, crate::crypto::Key)>,
    /// Who is known to be at which id.
    at: Vec<(String, (Caller, crate::crypto::Key))>,
    identity: Option<Option<PublicKey>>,
    awaits_card: bool,
    saved: Option<Saved>,
}

impl Book for Shelf {
    fn showing(&self, _: &Purpose) -> Option<Showing> {
        Some(self.showing.unwrap_or(Showing::Nothing))
    }

    fn note_for(&self, _: &Stranger) -> Option<String> {
        self.note.clone()
    }

    fn callers_at(&self, remote: &str) -> Vec<(Caller, crate::crypto::Key)> {
        let at = self.at.iter().filter(|(id, _)| id == remote);
        at.map(|(_, caller)| caller.clone()).collect()
    }

    fn invited_at(&self, _: &str) -> Vec<(Caller, crate::crypto::Key)> {
        self.callers.clone()
    }

    fn callers(&self) -> Vec<(Caller, crate::crypto::Key)> {
        self.callers.clone()
    }

    fn rejected(&self) -> Vec<(Caller, crate::crypto::Key)> {
        self.rejected.clone()
    }

    fn identity(&self, _: &ContactId) -> Option<Option<PublicKey>> {
        self.identity
    }

    fn awaits_card(&self, _: &ContactId) -> bool {
        self.awaits_card
    }

    fn saved(&self, _: PublicKey) -> Option<Saved> {
        self.saved.clone()
    }
}

fn call(remote: &str, local: &str, label: &str) -> Call {
    Call {
        local: local.to_owned(),
        remote: remote.to_owned(),
        label: label.to_owned(),
    }
}

/// One end of a connection.
struct Side {
    ctx: Context,
    me: Me,
    shelf: Shelf,
    handshakes: Handshakes,
    link: LinkId,
    /// What it wanted done, but for what it said.
    done: Vec<Output>,
}

impl Side {
    fn new(me: Me, shelf: Shelf, link: LinkId) -> Self {
        Self {
            ctx: context(),
            me,
            shelf,
            handshakes: Handshakes::default(),
            link,
            done: Vec::new(),
        }
    }

    /// Ann, who dials Bob.
    fn dialling(purpose: Purpose, shelf: Shelf) -> Self {
        let mut side = Self::new(me("Ann", ANNS), shelf, DIALLED);
        let (from, to) = (ANN.to_owned(), BOB.to_owned());
        side.handshakes.dialled(DIALLED, from, to, purpose);
        side
    }

    /// Bob, whom Ann dials.
    fn arriving(shelf: Shelf) -> Self {
        let mut side = Self::new(me("Bob", BOBS), shelf, ACCEPTED);
        side.comes(ACCEPTED);
        side
    }

    fn comes(&mut self, link: LinkId) {
        self.called(link, call(ANN, BOB, "dc_stock"), &Door::Discovery);
    }

    fn called(&mut self, link: LinkId, call: Call, door: &Door) {
        self.handshakes
            .incoming(&mut self.ctx, &self.shelf, link, call, door);
    }

    fn open(&mut self) {
        let (ann, bob) = ([0xAA; 32], [0xBB; 32]);
        let binding = if self.link == DIALLED {
            ChannelBinding {
                local: ann,
                remote: bob,
            }
        } else {
            ChannelBinding {
                local: bob,
                remote: ann,
            }
        };
        let path = Path::Local;
        self.handshakes
            .opened(&mut self.ctx, &self.shelf, self.link, binding, path, false);
    }

    fn hears(&mut self, text: &str) -> Option<Broken> {
        let bytes = text.as_bytes().to_vec();
        self.handshakes
            .frame(&mut self.ctx, &self.me, &self.shelf, self.link, bytes)
    }

    /// Takes what it said since the last call.
    fn says(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(output) = self.ctx.poll() {
            if let Output::Transmit(_, text) = output {
                said.push(text);
            } else {
                self.done.push(output);
            }
        }
        said
    }

    /// Takes what it wanted done since the last call.
    fn does(&mut self) -> Vec<Output> {
        assert_eq!(self.says(), [""; 0]);
        std::mem::take(&mut self.done)
    }

    fn facts(&mut self) -> Vec<Fact> {
        facts(&mut self.ctx)
    }

    fn is_over(&self) -> bool {
        self.handshakes.pending.is_empty()
    }

    /// The write under way has ended.
    fn written(&mut self, stored: bool) {
        self.handshakes
            .written(&mut self.ctx, &self.me, self.link, stored);
    }

    /// The person says yes to the one request that waits.
    fn accepts(&mut self) {
        let yes = clicked(requested(&mut self.facts()));
        assert_eq!(self.handshakes.accept(&mut self.ctx, yes), None);
    }
}

fn clicked(request: RequestRecord) -> Yes {
    Yes {
        request,
        clicked: true,
    }
}

/// Returns the request in the facts.
fn requested(facts: &mut Vec<Fact>) -> RequestRecord {
    let Some(Fact::Requested(_, request, _)) = facts.pop() else {
        panic!("{facts:?}");
    };
    *request
}

/// Carries what both say until nothing is said any more. Returns what was broken.
fn talk(one: &mut Side, other: &mut Side) -> Option<Broken> {
    loop {
        let (theirs, ours) = (one.says(), other.says());
        if theirs.is_empty() && ours.is_empty() {
            return None;
        }
        let mut broken = theirs.iter().filter_map(|text| other.hears(text));
        if let Some(broken) = broken.next() {
            return Some(broken);
        }
        let mut broken = ours.iter().filter_map(|text| one.hears(text));
        if let Some(broken) = broken.next() {
            return Some(broken);
        }
    }
}

fn ask() -> Purpose {
    Purpose::Ask(Stranger::at(BOB))
}

fn meet() -> Purpose {
    Purpose::Meet(bobs_id())
}

fn bobs_id() -> ContactId {
    ContactId("bob".to_owned())
}

/// Ann and Bob after both hellos, and after what follows at once.
fn talked(purpose: Purpose, anns: Shelf, bobs: Shelf) -> (Side, Side) {
    let (mut ann, mut bob) = (Side::dialling(purpose, anns), Side::arriving(bobs));
    ann.open();
    bob.open();
    assert!(talk(&mut ann, &mut bob).is_none());
    (ann, bob)
}

/// Ann has asked Bob.
fn asked() -> (Side, Side) {
    talked(ask(), Shelf::default(), Shelf::default())
}

/// Bob has said yes, and Ann has heard it: her side is storing the contact.
fn said_yes(anns: Shelf) -> (Side, Side) {
    let (mut ann, mut bob) = talked(ask(), anns, Shelf::default());
    bob.accepts();
    bob.written(true);
    assert!(talk(&mut ann, &mut bob).is_none());
    (ann, bob)
}
