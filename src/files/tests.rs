//! Two ends of files, with disks and a connection between them that the test can break.
//!
//! Long because the two ends, and what lies between them, are one.

mod attempts;
mod checked;
mod deleted;
mod pictures;

use super::receiving::{Receiving, Sender};
use super::sending::Sending;
use super::*;
use crate::fact::{Fact, FileTalk};
use crate::io::{ChannelBinding, Closed, Link, LinkId, Path};
use crate::limits::{PIECE_BYTES, PIECES_AHEAD};
use crate::test_context::{context, id};
use crate::view::{FileChoice, TransferState};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const FETCH: LinkId = LinkId::Dialled(1);
const SERVE: LinkId = LinkId::Accepted(1);

/// One device.
struct Device {
    ctx: Context,
    files: Files,
    other: ContactId,
    /// What is stored.
    records: BTreeMap<TransferId, TransferRecord>,
    /// Pieces on the disk: the hash of each.
    disk: BTreeMap<TransferId, Vec<[u8; 32]>>,
    /// The hashes that the pieces of its own files have from one of them on.
    contents: BTreeMap<u64, u8>,
    saved: Vec<TransferId>,
    /// The pieces of the one that was saved last.
    saved_as: Vec<[u8; 32]>,
    /// Whether the person was asked where, each time that the browser was handed a file.
    asked: Vec<bool>,
    /// Files of which nothing more was to be sent.
    stopped: Vec<TransferId>,
    /// Copies for the views.
    kept: BTreeSet<TransferId>,
    /// Files that can be read.
    sources: Vec<TransferId>,
    shown: BTreeMap<TransferId, Transfer>,
    /// The connections on which bytes are taken.
    carries: Vec<LinkId>,
}

impl Device {
    fn new(other: &str) -> Self {
        Self {
            ctx: context(),
            files: Files::default(),
            other: id(other),
            records: BTreeMap::new(),
            disk: BTreeMap::new(),
            contents: [(0, 7)].into(),
            saved: Vec::new(),
            saved_as: Vec::new(),
            asked: Vec::new(),
            stopped: Vec::new(),
            kept: BTreeSet::new(),
            sources: Vec::new(),
            shown: BTreeMap::new(),
            carries: Vec::new(),
        }
    }

    /// Returns the hash of a piece of its files, as they are now.
    fn hash(&self, number: u64) -> [u8; 32] {
        let (_, content) = self.contents.range(..=number).next_back().unwrap();
        let mut hash = [*content; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        hash
    }
}

/// Both, and what is on its way.
struct Pair {
    devices: [Device; 2],
    /// To which device, and what.
    way: VecDeque<(usize, Way)>,
    /// The connection for files from the second device to the first: whether both ends see the same, where it stands.
    channel: Option<bool>,
    spied: bool,
    /// How many attempts at it are in vain: who is called sees it open, and who calls has taken another one.
    vain: usize,
    /// The connections that were closed.
    closed: Vec<LinkId>,
    /// How many pieces were sent.
    sent: u64,
    /// Which pieces come damaged.
    damages: VecDeque<u64>,
    /// How often the browser does not save.
    unsaved: u32,
    /// The connection for files is faster than the one of the session.
    overtaken: bool,
    /// A file of which a piece takes for ever.
    slow: Option<TransferId>,
}

enum Way {
    Call(Vec<String>),
    Said(Box<SessionFrame>),
    Frame(String),
    Piece(TransferId),
    Did(TransferId, FileInput),
    Closed,
}

fn talk(frame: SessionFrame) -> FileTalk {
    match frame {
        SessionFrame::File { id, state } => FileTalk::Word {
            id: TransferId(id),
            state,
        },
        SessionFrame::Channel { label, further } => FileTalk::Channel { label, further },
        SessionFrame::Awaited { label } => FileTalk::Awaited { label },
        SessionFrame::Bound {
            label,
            local,
            remote,
        } => FileTalk::Bound {
            label,
            local,
            remote,
        },
        other => panic!("{other:?}"),
    }
}

fn offer(size: u64) -> FileOffer {
    FileOffer {
        name: "a.bin".into(),
        size,
        kind: String::new(),
        modified: None,
        thumbnail: None,
        folder: None,
    }
}

/// The first file, as it comes.
fn record(size: u64) -> TransferRecord {
    TransferRecord {
        version: 1,
        id: file(1),
        contact: id("Ann"),
        direction: Direction::In,
        offer: offer(size),
        progressed: Progressed::Open,
        began: Default::default(),
        paused: false,
        asks: false,
        whole: false,
        unsaved: false,
    }
}

/// Returns the connection of an attempt in vain, as who is called has it.
fn vain(number: usize) -> LinkId {
    LinkId::Accepted(100 + number as u32)
}

fn file(n: u8) -> TransferId {
    TransferId(format!("{n:032}"))
}

impl Pair {
    fn new() -> Self {
        Self {
            devices: [Device::new("Bob"), Device::new("Ann")],
            way: VecDeque::new(),
            channel: None,
            spied: false,
            vain: 0,
            closed: Vec::new(),
            sent: 0,
            damages: VecDeque::new(),
            unsaved: 0,
            overtaken: false,
            slow: None,
        }
    }

    /// Ann offers Bob a file, who accepts it.
    fn accepted(&mut self, id: &TransferId, size: u64) {
        self.accepted_as(id, offer(size));
    }

    fn accepted_as(&mut self, id: &TransferId, offer: FileOffer) {
        let [ann, bob] = &mut self.devices;
        ann.sources.push(id.clone());
        let other = ann.other.clone();
        ann.files
            .offer(&mut ann.ctx, &other, id, offer.clone())
            .unwrap();
        let other = bob.other.clone();
        bob.files
            .decide(&mut bob.ctx, &other, id, offer, FileChoice::Accept)
            .unwrap();
        self.run();
    }

    /// Ann offers Bob a file, who does not want it.
    fn declined(&mut self, id: &TransferId) {
        let [ann, bob] = &mut self.devices;
        ann.sources.push(id.clone());
        let (to, from, offer) = (ann.other.clone(), bob.other.clone(), offer(9 * PIECE));
        ann.files
            .offer(&mut ann.ctx, &to, id, offer.clone())
            .unwrap();
        bob.files
            .decide(&mut bob.ctx, &from, id, offer, FileChoice::Decline)
            .unwrap();
        self.connect();
        assert_eq!(self.states(id), [TransferState::Declined; 2]);
    }

    /// Bob accepts a file after all.
    fn accept(&mut self, id: &TransferId) -> Result<(), Refusal> {
        self.choose(id, FileChoice::Accept)
    }

    fn choose(&mut self, id: &TransferId, choice: FileChoice) -> Result<(), Refusal> {
        let bob = &mut self.devices[1];
        let from = bob.other.clone();
        let chosen = bob
            .files
            .decide(&mut bob.ctx, &from, id, offer(9 * PIECE), choice);
        self.run();
        chosen
    }

    /// The person of a device gives the first file up.
    fn cancel(&mut self, index: usize) {
        let device = &mut self.devices[index];
        device
            .files
            .command(&mut device.ctx, &file(1), FileCommand::Cancel)
            .unwrap();
        self.run();
    }

    fn connect(&mut self) {
        for device in &mut self.devices {
            device
                .files
                .connected(&mut device.ctx, &device.other.clone());
        }
        self.run();
    }

    fn disconnect(&mut self) {
        self.way.clear();
        self.channel = None;
        for device in &mut self.devices {
            let other = device.other.clone();
            device.files.disconnected(&mut device.ctx, &other);
        }
        self.run();
    }

    /// The engine of a device starts anew with what is stored.
    fn restart(&mut self, index: usize) {
        self.disconnect();
        let device = &mut self.devices[index];
        device.files = Files::default();
        let records = device.records.values().cloned().collect();
        device.files.restore(&mut device.ctx, records, |_| true);
        self.run();
    }

    /// A crash of the second device has left something else in the last pieces of the first file there.
    fn garble(&mut self, pieces: usize) {
        let disk = self.devices[1].disk.get_mut(&file(1)).unwrap();
        for hash in disk.iter_mut().rev().take(pieces) {
            *hash = [66; 32];
        }
    }

    /// Lets everything happen that is due.
    fn run(&mut self) {
        loop {
            self.dial();
            for index in 0..2 {
                self.drain(index);
            }
            let overtakes = |(_, way): &(usize, Way)| matches!(way, Way::Frame(_));
            let first = self.way.iter().position(overtakes);
            let first = first.filter(|_| self.overtaken).unwrap_or_default();
            let Some((to, way)) = self.way.remove(first) else {
                return;
            };
            self.deliver(to, way);
        }
    }

    fn dial(&mut self) {
        let bob = &mut self.devices[1];
        bob.ctx.now.mono = bob.ctx.now.mono + std::time::Duration::from_secs(1);
        for contact in bob.files.to_dial(bob.ctx.now.mono) {
            bob.files.begin_to_fetch(&mut bob.ctx, &contact);
        }
    }

    fn drain(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let other = 1 - index;
        while let Some(fact) = device.ctx.next_fact() {
            match fact {
                // Without a session nobody hears it.
                Fact::Say(to, frame) if device.files.peers.contains_key(&to) => {
                    self.way.push_back((other, Way::Said(frame)));
                }
                Fact::FilesAwaited(contact, labels) => {
                    device.files.dialled(&contact, FETCH);
                    self.way.push_back((other, Way::Call(labels)));
                }
                Fact::Misbehaved(_, how) => panic!("{how}"),
                _ => {}
            }
        }
        while let Some(output) = device.ctx.poll() {
            match output {
                Output::Transmit(_, text) => self.way.push_back((other, Way::Frame(text))),
                Output::Carry(link) => device.carries.push(link),
                Output::Close(link) => {
                    self.closed.push(link);
                    if [FETCH, SERVE].contains(&link) {
                        self.channel = None;
                        self.way.push_back((other, Way::Closed));
                    }
                }
                Output::Store(_, Change::Transfer(record)) => {
                    let id = record.id.clone();
                    device.records.insert(id.clone(), record);
                    device.files.stored(&mut device.ctx, &id);
                }
                Output::Event(Event::Transfer(transfer)) => {
                    device.shown.insert(transfer.transfer.clone(), transfer);
                }
                Output::File(id, output) => {
                    let did = match output {
                        FileOutput::Open { .. } if device.saved.contains(&id) => FileInput::Saved,
                        FileOutput::Open { most, .. } => {
                            let disk = device.disk.entry(id.clone()).or_default();
                            disk.truncate(usize::try_from(most).unwrap());
                            FileInput::Opened {
                                pieces: disk.len() as u64,
                                last: disk.last().copied(),
                            }
                        }
                        FileOutput::Save { .. } if self.slow.as_ref() == Some(&id) => continue,
                        FileOutput::Save { asks, .. } if self.unsaved > 0 => {
                            device.asked.push(asks);
                            self.unsaved -= 1;
                            FileInput::NotSaved
                        }
                        FileOutput::Save { asks, keep, .. } => {
                            device.asked.push(asks);
                            device.saved.push(id.clone());
                            let disk = device.disk.get(&id).cloned();
                            device.saved_as = disk.unwrap_or_default();
                            device.kept.extend(keep.then(|| id.clone()));
                            FileInput::Saved
                        }
                        FileOutput::Stop => {
                            device.stopped.push(id);
                            continue;
                        }
                        FileOutput::Keep => {
                            device.kept.insert(id);
                            continue;
                        }
                        FileOutput::Settle => {
                            device.disk.remove(&id);
                            continue;
                        }
                        FileOutput::Find { .. } if device.sources.contains(&id) => FileInput::Found,
                        FileOutput::Find { .. } => FileInput::Lacking,
                        FileOutput::Read { number, .. } => FileInput::Read {
                            number,
                            hash: device.hash(number),
                        },
                        FileOutput::Send { .. } if self.slow.as_ref() == Some(&id) => continue,
                        FileOutput::Send { .. } => {
                            self.sent += 1;
                            let piece = Way::Piece(id.clone());
                            self.way.push_back((other, piece));
                            FileInput::Sent
                        }
                        FileOutput::Write { .. } if self.slow.as_ref() == Some(&id) => continue,
                        // What is written is so when its bytes have come.
                        FileOutput::Write {
                            link, number, hash, ..
                        } => {
                            assert!(device.carries.contains(&link), "bytes are taken there");
                            let at = self.way.iter().position(|(to, way)| {
                                *to == index && matches!(way, Way::Piece(of) if *of == id)
                            });
                            let at = at.expect("its bytes follow");
                            self.way.remove(at);
                            if self.damages.front() == Some(&number) {
                                self.damages.pop_front();
                                FileInput::Damaged { number }
                            } else {
                                let disk = device.disk.entry(id.clone()).or_default();
                                disk.truncate(usize::try_from(number).unwrap());
                                assert_eq!(disk.len() as u64, number, "no holes");
                                disk.push(hash);
                                FileInput::Written { number, hash }
                            }
                        }
                        FileOutput::Drop => {
                            device.disk.remove(&id);
                            device.kept.remove(&id);
                            device.sources.retain(|source| *source != id);
                            continue;
                        }
                    };
                    self.way.push_back((index, Way::Did(id, did)));
                }
                _ => {}
            }
        }
    }

    fn deliver(&mut self, to: usize, way: Way) {
        let device = &mut self.devices[to];
        let (ctx, other) = (&mut device.ctx, device.other.clone());
        let link = if to == 0 { SERVE } else { FETCH };
        match way {
            Way::Said(frame) => device.files.hear(ctx, &other, talk(*frame)),
            Way::Call(labels) => {
                for (label, number) in labels.iter().zip(0..=self.vain) {
                    assert_eq!(device.files.awaited(label).as_ref(), Some(&other));
                    let in_vain = number < self.vain;
                    let link = if in_vain { vain(number) } else { SERVE };
                    device.files.arrived(&other, link, label);
                    assert_eq!(device.files.awaited(label), None, "once");
                    if in_vain {
                        let of = u8::try_from(number).unwrap();
                        let (local, remote) = ([100 + of; 32], [200 + of; 32]);
                        let binding = ChannelBinding { local, remote };
                        let path = Path::Local;
                        let open = Link::Open { binding, path };
                        device.files.link(&mut device.ctx, &other, link, open);
                    }
                }
                self.channel = Some(!self.spied);
                for index in 0..2 {
                    self.open(index);
                }
            }
            Way::Frame(text) if self.channel.is_some() => {
                let frame = Link::Frame(text.into_bytes());
                device.files.link(ctx, &other, link, frame);
            }
            // Without a header that is wanted they are passed over.
            Way::Frame(_) | Way::Piece(..) => {}
            Way::Closed => {
                let closed = Link::Closed(Closed::Gone);
                device.files.link(ctx, &other, link, closed);
            }
            Way::Did(id, did) => device.files.input(ctx, &id, did),
        }
    }

    fn open(&mut self, index: usize) {
        let (local, remote) = if index == 0 { (1, 2) } else { (2, 1) };
        let remote = if self.spied { 9 } else { remote };
        let binding = ChannelBinding {
            local: [local; 32],
            remote: [remote; 32],
        };
        let path = Path::Local;
        let device = &mut self.devices[index];
        let link = if index == 0 { SERVE } else { FETCH };
        let open = Link::Open { binding, path };
        let other = device.other.clone();
        device.files.link(&mut device.ctx, &other, link, open);
    }

    /// Delivers until so many pieces were sent in all.
    fn run_until_sent(&mut self, pieces: u64) {
        while self.sent < pieces {
            self.step();
        }
    }

    /// Lets the next thing happen.
    fn step(&mut self) {
        self.dial();
        for index in 0..2 {
            self.drain(index);
        }
        let (to, way) = self.way.pop_front().expect("it goes on");
        self.deliver(to, way);
    }

    fn states(&self, id: &TransferId) -> [TransferState; 2] {
        [0, 1].map(|index| self.devices[index].shown[id].state)
    }
}

const PIECE: u64 = PIECE_BYTES as u64;

#[test]
fn a_file_arrives_whole_and_both_know_it() {
    for size in [0, 1, PIECE, 3 * PIECE + 1] {
        let mut pair = Pair::new();
        pair.accepted(&file(1), size);
        pair.connect();
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2], "{size}");
        assert_eq!(pair.devices[1].saved, [file(1)]);
        assert_eq!(pair.sent, piece::count(size));
        let told = Progressed::Ended {
            how: End::Saved,
            told: true,
        };
        for device in &pair.devices {
            assert_eq!(device.records[&file(1)].progressed, told);
        }
        assert_eq!(pair.channel, None, "nothing more is to be fetched");
    }
}

#[test]
fn a_file_goes_on_from_the_last_piece_on_the_disk() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 40 * PIECE);
    for _ in 0..3 {
        pair.connect_and_break(12);
    }
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    let twice = pair.sent - 40;
    assert!(twice <= 3 * PIECES_AHEAD, "{twice} pieces were sent twice");
}

#[test]
fn a_file_goes_on_after_either_end_starts_anew() {
    for index in [0, 1] {
        let mut pair = Pair::new();
        pair.accepted(&file(1), 20 * PIECE);
        pair.connect_and_break(10);
        pair.restart(index);
        pair.connect();
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
        assert!(pair.sent <= 20 + PIECES_AHEAD);
        assert_eq!(pair.devices[1].saved, [file(1)], "once");
    }
}

/// Returns two in the middle of a file that its sender cannot read any more.
fn to_be_chosen_again() -> Pair {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 20 * PIECE);
    pair.connect_and_break(10);
    pair.devices[0].sources.clear();
    pair.restart(0);
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::NeedsFile; 2]);
    pair
}

#[test]
fn a_sender_that_cannot_read_the_file_any_more_is_asked_to_choose_it_again() {
    let mut pair = to_be_chosen_again();
    let ann = &mut pair.devices[0];
    ann.sources.push(file(1));
    let chosen = ann
        .files
        .command(&mut ann.ctx, &file(1), FileCommand::Choose);
    assert_eq!(chosen, Ok(()));
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn a_file_that_is_chosen_again_while_the_two_are_apart_goes_on() {
    let mut pair = to_be_chosen_again();
    pair.disconnect();
    let ann = &mut pair.devices[0];
    ann.sources.push(file(1));
    ann.files
        .command(&mut ann.ctx, &file(1), FileCommand::Choose)
        .unwrap();
    pair.run();
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn what_is_asked_for_does_not_overtake_that_it_is_wanted_again() {
    for end in [FileCommand::Cancel, FileCommand::Pause(true)] {
        let mut pair = Pair::new();
        pair.overtaken = true;
        // Another file holds the connection open.
        pair.accepted(&file(2), 90 * PIECE);
        pair.accepted(&file(1), 9 * PIECE);
        pair.connect_until(3);
        let bob = &mut pair.devices[1];
        bob.files.command(&mut bob.ctx, &file(1), end).unwrap();
        if end == FileCommand::Cancel {
            pair.run_until_sent(pair.sent + 5);
            assert_eq!(pair.accept(&file(1)), Ok(()));
        } else {
            let go_on = FileCommand::Pause(false);
            bob.files.command(&mut bob.ctx, &file(1), go_on).unwrap();
            pair.run();
        }
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2], "{end:?}");
    }
}

#[test]
fn the_place_of_a_file_that_ends_is_another_ones() {
    for (index, ended) in [(0, 1), (1, 1), (0, 3), (1, 3)] {
        let mut pair = Pair::new();
        pair.slow = Some(file(1));
        for n in 1..=4 {
            pair.accepted(&file(n), 9 * PIECE);
        }
        pair.connect();
        // Behind a piece that takes long everything waits, and nothing else is on its way.
        assert_eq!(pair.states(&file(4)), [TransferState::Waiting; 2]);
        for n in 1..=ended {
            let device = &mut pair.devices[index];
            let cancelled = device
                .files
                .command(&mut device.ctx, &file(n), FileCommand::Cancel);
            assert_eq!(cancelled, Ok(()));
        }
        pair.run();
        for n in ended + 1..=4 {
            assert_eq!(pair.states(&file(n)), [TransferState::Saved; 2], "{index}");
        }
        let is_idle = |device: &Device| device.files.is_idle();
        assert!(pair.devices.iter().all(is_idle), "{index}");
    }
}

#[test]
fn nothing_stays_open_for_a_file_that_its_sender_has_given_up() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 20 * PIECE);
    pair.connect_until(5);
    pair.cancel(0);
    let is_idle = |device: &Device| device.files.is_idle();
    assert!(pair.devices.iter().all(is_idle));
}

#[test]
fn what_was_being_written_when_it_was_asked_for_again_is_no_misbehaviour() {
    let mut ctx = context();
    let mut sending = Sending::default();
    sending.want(&mut ctx, &file(1), &offer(99 * PIECE));
    sending.get(SERVE, 5, None);
    sending.read(&mut ctx, &file(1), 99 * PIECE);
    sending.get(SERVE, 5, Some([7; 32]));
    assert!(sending.heard(6) && !sending.heard(7));
    assert_eq!(sending.got(), 6);
}

#[test]
fn every_file_of_many_is_fetched() {
    let mut pair = Pair::new();
    let files: Vec<TransferId> = (1..=130).map(file).collect();
    for id in &files {
        pair.accepted(id, 1);
    }
    pair.connect();
    assert_eq!(pair.devices[1].saved.len(), files.len());
}

#[test]
fn a_connection_that_is_late_in_one_direction_stops_nothing_in_the_other() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 20 * PIECE);
    pair.connect_until(5);
    // Ann says that she is going to call, and never does.
    let bob = &mut pair.devices[1];
    let label = "y".repeat(crate::crypto::LABEL_CHARACTERS);
    let further = Vec::new();
    let ann = bob.other.clone();
    bob.files
        .hear(&mut bob.ctx, &ann, FileTalk::Channel { label, further });
    bob.ctx.now.mono = bob.ctx.now.mono + crate::limits::CHANNEL_WITHIN;
    bob.files.timeout(&mut bob.ctx);
    pair.drain(1);
    assert_eq!(pair.states(&file(1))[1], TransferState::Running);
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn a_piece_that_came_damaged_is_asked_for_again_and_not_for_ever() {
    let mut pair = Pair::new();
    pair.damages = [2, 3, 3].into();
    pair.accepted(&file(1), 6 * PIECE);
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    let mut pair = Pair::new();
    pair.damages = [2; 9].into();
    pair.accepted(&file(1), 6 * PIECE);
    pair.connect();
    let [there, here] = [Failure::There, Failure::Damaged].map(|why| TransferState::Failed { why });
    assert_eq!(pair.states(&file(1)), [there, here]);
}

#[test]
fn a_sender_that_runs_ahead_of_the_disk_fills_no_memory() {
    let mut ctx = context();
    let mut receiving = Receiving::default();
    let size = 20 * PIECE;
    receiving.open(&mut ctx, &file(1), size);
    let opened = FileInput::Opened {
        pieces: 0,
        last: None,
    };
    receiving.input(&mut ctx, &mut record(size), opened);
    receiving.heard(Sender::Ready);
    assert_eq!(receiving.ask(), Some((0, None)));
    crate::test_context::clear(&mut ctx);
    for number in 0..20 {
        let piece = (number, PIECE_BYTES, [7; 32]);
        receiving.announced(&mut ctx, (&file(1), FETCH), size, piece);
    }
    let written = crate::test_context::outputs(&mut ctx).len();
    assert_eq!(written as u64, PIECES_AHEAD);
}

#[test]
fn what_is_declined_or_given_up_is_known_on_both_sides_whenever_they_meet() {
    let here = TransferState::Cancelled { there: false };
    let there = TransferState::Cancelled { there: true };
    for connected in [false, true] {
        for index in [0, 1] {
            let mut pair = Pair::new();
            pair.accepted(&file(1), 20 * PIECE);
            if connected {
                pair.connect_until(5);
            }
            let device = &mut pair.devices[index];
            let given_up = device
                .files
                .command(&mut device.ctx, &file(1), FileCommand::Cancel);
            assert_eq!(given_up, Ok(()));
            pair.run();
            pair.disconnect();
            pair.connect();
            let mut states = [here, there];
            states.rotate_left(index);
            assert_eq!(pair.states(&file(1)), states);
            assert!(pair.devices[1].disk.is_empty(), "nothing of it stays");
        }
    }
    Pair::new().declined(&file(1));
}

#[test]
fn a_paused_file_waits_and_goes_on() {
    for index in [0, 1] {
        let mut pair = Pair::new();
        pair.accepted(&file(1), 20 * PIECE);
        pair.connect_until(5);
        let pause = |pair: &mut Pair, paused| {
            let device = &mut pair.devices[index];
            let paused = FileCommand::Pause(paused);
            device
                .files
                .command(&mut device.ctx, &file(1), paused)
                .unwrap();
            pair.run();
        };
        pause(&mut pair, true);
        let sent = pair.sent;
        assert!(sent <= 5 + PIECES_AHEAD + 1, "{sent}");
        // Also where the two meet anew, and where the one who has stopped it starts anew.
        for again in [false, false, true] {
            let mut states = [false, true].map(|there| TransferState::Paused { there });
            states.rotate_left(index);
            assert_eq!(pair.states(&file(1)), states);
            if again {
                pair.restart(index);
            } else {
                pair.disconnect();
            }
            pair.connect();
        }
        assert_eq!(pair.sent, sent);
        pause(&mut pair, false);
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    }
}

#[test]
fn a_file_that_its_sender_has_paused_takes_the_place_of_no_other() {
    let mut pair = Pair::new();
    for n in 1..=FETCHED_AT_ONCE {
        pair.accepted(&file(u8::try_from(n).unwrap()), 3 * PIECE);
        let ann = &mut pair.devices[0];
        let (id, pause) = (file(u8::try_from(n).unwrap()), FileCommand::Pause(true));
        ann.files.command(&mut ann.ctx, &id, pause).unwrap();
    }
    pair.accepted(&file(9), 3 * PIECE);
    pair.connect();
    assert_eq!(pair.states(&file(9)), [TransferState::Saved; 2]);
}

#[test]
fn what_its_person_has_ended_can_be_accepted_after_all() {
    let ends: [fn(&mut Pair); 3] = [
        |pair| pair.declined(&file(1)),
        |pair| {
            pair.accepted(&file(1), 9 * PIECE);
            pair.connect_until(5);
            pair.cancel(1);
        },
        |pair| {
            pair.damages = [2; 4].into();
            pair.accepted(&file(1), 9 * PIECE);
            pair.connect();
        },
    ];
    for end in ends {
        let mut pair = Pair::new();
        end(&mut pair);
        let [there, here] = pair.states(&file(1));
        assert!(there.has_ended(), "{there:?}");
        assert!(here.may_be_accepted_again(false), "{here:?}");
        assert_eq!(pair.accept(&file(1)), Ok(()));
        assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
        assert_eq!(pair.accept(&file(1)), Err(Refusal::Gone), "once");
    }
}

#[test]
fn what_the_other_person_has_ended_is_not_sent_on_and_can_be_withdrawn() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 9 * PIECE);
    pair.connect_until(5);
    pair.cancel(1);
    assert_eq!(
        pair.devices[0].stopped,
        [file(1)],
        "in the middle of a piece"
    );
    pair.cancel(0);
    let ann = &mut pair.devices[0];
    assert!(ann.sources.is_empty(), "it is let go of");
    assert_eq!(pair.accept(&file(1)), Ok(()));
    let [there, here] = [false, true].map(|there| TransferState::Cancelled { there });
    assert_eq!(pair.states(&file(1)), [there, here]);
    let again = FileCommand::Cancel;
    let ann = &mut pair.devices[0];
    let again = ann.files.command(&mut ann.ctx, &file(1), again);
    assert_eq!(again, Err(Refusal::Gone), "once");
}

#[test]
fn what_was_declined_is_not_accepted_under_another_name() {
    let mut pair = Pair::new();
    pair.declined(&file(1));
    let bob = &mut pair.devices[1];
    let from = bob.other.clone();
    let other = FileOffer {
        name: "cat.png".into(),
        kind: "image/png".into(),
        ..offer(1_000)
    };
    let accepted = bob.files.decide(
        &mut bob.ctx,
        &from,
        &file(1),
        other.clone(),
        FileChoice::Accept,
    );
    assert_eq!(accepted, Err(Refusal::Gone));
    bob.files.take_unasked(&mut bob.ctx, &from, &file(1), other);
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Declined; 2]);
    // Nor is one's own offer.
    let ann = &mut pair.devices[0];
    let to = ann.other.clone();
    let own = ann.files.decide(
        &mut ann.ctx,
        &to,
        &file(1),
        offer(9 * PIECE),
        FileChoice::Accept,
    );
    assert_eq!(own, Err(Refusal::Gone));
}

#[test]
fn what_its_sender_has_given_up_cannot_be_accepted_again() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 9 * PIECE);
    pair.connect_until(5);
    pair.cancel(0);
    assert!(!pair.states(&file(1))[1].may_be_accepted_again(false));
    assert_eq!(pair.accept(&file(1)), Err(Refusal::Gone));
}

#[test]
fn a_file_that_the_browser_has_not_saved_is_not_lost() {
    let mut pair = Pair::new();
    pair.unsaved = 1;
    pair.accepted(&file(1), 3 * PIECE);
    pair.connect();
    assert_eq!(pair.states(&file(1))[1], TransferState::Unsaved);
    pair.cancel(0);
    pair.restart(1);
    // A dialog that was closed does not open again by itself.
    assert_eq!(pair.states(&file(1))[1], TransferState::Unsaved);
    let bob = &mut pair.devices[1];
    bob.files
        .command(&mut bob.ctx, &file(1), FileCommand::Save)
        .unwrap();
    pair.run();
    // And it was, whatever its sender has given up meanwhile.
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    assert_eq!((pair.devices[1].saved.len(), pair.sent), (1, 3));
    let told = Progressed::Ended {
        how: End::Saved,
        told: true,
    };
    for device in &pair.devices {
        assert_eq!(device.records[&file(1)].progressed, told);
    }
}

#[test]
fn a_sender_whose_disk_is_older_hears_what_has_become_of_a_file_that_was_declined_at_first() {
    let mut pair = Pair::new();
    pair.declined(&file(1));
    let older = pair.devices[0].records.clone();
    pair.accept(&file(1)).unwrap();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    pair.devices[0].records = older;
    pair.restart(0);
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn a_sender_whose_disk_is_older_hears_that_a_file_was_saved_which_it_had_given_up() {
    let mut pair = Pair::new();
    pair.unsaved = 1;
    pair.accepted(&file(1), 3 * PIECE);
    pair.connect();
    pair.cancel(0);
    let older = pair.devices[0].records.clone();
    let bob = &mut pair.devices[1];
    bob.files
        .command(&mut bob.ctx, &file(1), FileCommand::Save)
        .unwrap();
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    pair.devices[0].records = older;
    pair.restart(0);
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn what_has_become_of_a_file_is_asked_for_until_it_was_heard() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), 3 * PIECE);
    let older = pair.devices[0].records.clone();
    pair.connect();
    pair.devices[0].records = older;
    pair.restart(0);
    for device in &mut pair.devices {
        device.files.connected(&mut device.ctx, &device.other);
    }
    // It is asked for, and the connection ends before the answer has come.
    pair.step();
    pair.drain(1);
    assert_eq!(pair.way.len(), 1);
    pair.disconnect();
    assert_eq!(pair.states(&file(1))[0], TransferState::Offered);
    pair.connect();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn several_files_pass_in_turn() {
    let mut pair = Pair::new();
    for n in 1..=3 {
        pair.accepted(&file(n), 9 * PIECE);
    }
    pair.connect_until(9);
    let bytes = [1, 2, 3].map(|n| pair.devices[1].disk[&file(n)].len());
    assert!(
        bytes.iter().all(|pieces| (1..=4).contains(pieces)),
        "{bytes:?}"
    );
    pair.run();
    for n in 1..=3 {
        assert_eq!(pair.states(&file(n)), [TransferState::Saved; 2]);
    }
}

#[test]
fn nothing_is_fetched_over_a_connection_with_somebody_in_between() {
    let mut pair = Pair::new();
    pair.spied = true;
    pair.accepted(&file(1), PIECE);
    pair.connect();
    assert_eq!((pair.sent, pair.channel), (0, Some(false)));
    assert_eq!(pair.states(&file(1)), [TransferState::Waiting; 2]);
    pair.spied = false;
    let bob = &mut pair.devices[1];
    bob.ctx.now.mono = bob.files.due(true).unwrap().at;
    bob.files.timeout(&mut bob.ctx);
    pair.drain(1);
    assert_eq!((pair.channel, &pair.closed[..]), (None, &[FETCH][..]));
    let later = pair.devices[1].files.due(true).unwrap().at;
    pair.devices[1].ctx.now.mono = later;
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
}

#[test]
fn whoever_chooses_where_a_file_is_saved_is_asked_each_time_until_they_accept_it_otherwise() {
    let mut pair = Pair::new();
    pair.declined(&file(1));
    pair.unsaved = 1;
    pair.choose(&file(1), FileChoice::SaveAs).unwrap();
    assert_eq!(pair.states(&file(1))[1], TransferState::Unsaved);
    pair.restart(1);
    pair.connect();
    let bob = &mut pair.devices[1];
    bob.files
        .command(&mut bob.ctx, &file(1), FileCommand::Save)
        .unwrap();
    pair.run();
    assert_eq!(pair.states(&file(1)), [TransferState::Saved; 2]);
    assert_eq!(pair.devices[1].asked, [true, true]);
    pair.accepted(&file(2), PIECE);
    pair.run();
    assert_eq!(pair.devices[1].asked, [true, true, false]);
}

#[test]
fn what_only_the_other_side_can_say_is_misbehaviour() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), PIECE);
    pair.connect_until(0);
    let bob = &mut pair.devices[1];
    for state in ["saved", "declined", "lost"] {
        let talk = FileTalk::Word {
            id: file(1),
            state: state.into(),
        };
        let other = bob.other.clone();
        bob.files.hear(&mut bob.ctx, &other, talk);
        let facts = crate::test_context::facts(&mut bob.ctx);
        let misbehaved = |fact: &Fact| matches!(fact, Fact::Misbehaved(..));
        assert!(facts.iter().any(misbehaved), "{state}: {facts:?}");
    }
}

#[test]
fn a_piece_that_is_not_the_next_one_is_passed_over() {
    let mut ctx = context();
    let mut receiving = Receiving::default();
    receiving.open(&mut ctx, &file(1), 9 * PIECE);
    let last = Some([7; 32]);
    let opened = FileInput::Opened { pieces: 2, last };
    receiving.input(&mut ctx, &mut record(9 * PIECE), opened);
    receiving.heard(Sender::Ready);
    assert_eq!(receiving.ask(), Some((2, last)));
    let mut announced = |number, length| {
        crate::test_context::clear(&mut ctx);
        let of = (&file(1), FETCH);
        receiving.announced(&mut ctx, of, 9 * PIECE, (number, length, [0; 32]));
        crate::test_context::outputs(&mut ctx).len()
    };
    for (number, length) in [
        (0, PIECE_BYTES),
        (1, PIECE_BYTES),
        (3, PIECE_BYTES),
        (2, 5),
        (9, 0),
    ] {
        assert_eq!(announced(number, length), 0, "{number}");
    }
    assert_eq!(announced(2, PIECE_BYTES), 1);
    assert_eq!(announced(2, PIECE_BYTES), 0, "once");
}

#[test]
fn no_more_pieces_are_on_their_way_than_a_crash_may_cost() {
    let mut ctx = context();
    let mut sending = Sending::default();
    sending.want(&mut ctx, &file(1), &offer(99 * PIECE));
    sending.get(SERVE, 5, None);
    sending.input(FileInput::Found);
    let mut pieces = 0;
    while sending.is_ready(99 * PIECE) && pieces < 99 {
        sending.read(&mut ctx, &file(1), 99 * PIECE);
        sending.input(FileInput::Sent);
        pieces += 1;
    }
    assert_eq!(pieces, PIECES_AHEAD);
    assert!(sending.heard(6) && sending.is_ready(99 * PIECE));
    assert!(!sending.heard(5), "it was there a moment ago");
    assert!(!sending.heard(99), "it was never sent");
}

#[test]
fn a_contact_sees_nothing_of_the_files_for_another() {
    let mut pair = Pair::new();
    pair.accepted(&file(1), PIECE);
    pair.devices[0].other = id("Eve");
    pair.connect();
    assert_eq!(pair.sent, 0);
    let why = Failure::There;
    assert_eq!(pair.states(&file(1))[1], TransferState::Failed { why });
}

impl Pair {
    /// Connects, and lets so many more pieces be sent.
    fn connect_until(&mut self, pieces: u64) {
        for device in &mut self.devices {
            let other = device.other.clone();
            device.files.connected(&mut device.ctx, &other);
        }
        self.run_until_sent(self.sent + pieces);
    }

    fn connect_and_break(&mut self, pieces: u64) {
        self.connect_until(pieces);
        self.disconnect();
    }
}
