//! Whole conversations, byte for byte: `tests/conversations.json`.
//!
//! The same seeds and the same clock give the same bytes, on every machine. `interop/` reads the file too: it takes
//! each message, and says itself what either side says in each handshake. `RECORD=1 cargo test -p mesh-chat golden`
//! writes it.

use crate::recorded::{self, Json, hex, text};
use crate::world::{ANN, AWAY, BOB, HOME, Recording, Said, World, is_of_type};
use Json::{Flag, List, Number, Object};
use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use mesh_chat::crypto::Identity;
use mesh_chat::offer::FileOffer;
use mesh_chat::records::Secret;
use mesh_chat::view::{Act, Command, FileChoice, Presence, Reference, TransferId};

const COMMITTED: &str = include_str!("../conversations.json");

const ABOUT: &str = "What two nodes of the core say, in the order in which it is said. Links are numbered; `ephemeralCaller` \
    and `ephemeralCalled` are the secret scalars of the hellos. `devices` is what each knows in the end; whoever starts again \
    is another device. A message of JSON is `bytes`, another one `hex`. Written by the tests of the core: \
    RECORD=1 cargo test -p mesh-chat golden";

/// A world, and which conversations are had in it.
struct Story {
    name: &'static str,
    world: World,
    chapters: Vec<Chapter>,
    invite: Option<String>,
}

/// A conversation, with how many links and messages there were before it.
struct Chapter {
    name: &'static str,
    links: usize,
    said: usize,
}

impl Story {
    fn new(name: &'static str, world: World) -> Self {
        Self {
            name,
            world,
            chapters: Vec::new(),
            invite: None,
        }
    }

    /// Begins the next conversation.
    fn chapter(&mut self, name: &'static str) -> &mut World {
        let recording = self.world.recording();
        self.chapters.push(Chapter {
            name,
            links: recording.links.len(),
            said: recording.said.len(),
        });
        &mut self.world
    }

    fn told(mut self) -> Json {
        let scalars = ephemerals(&self.world);
        // So that each has one that begins where it ends.
        self.chapter("");
        let recording = self.world.recording();
        let chapters = self.chapters.windows(2).map(|chapters| {
            let (begin, end) = (&chapters[0], &chapters[1]);
            let links = (begin.links..end.links).map(|link| told_link(recording, link, &scalars));
            let said = recording.said[begin.said..end.said]
                .iter()
                .map(told_message);
            Object(vec![
                ("name", text(begin.name)),
                ("links", List(links.collect())),
                ("said", List(said.collect())),
            ])
        });
        let devices = (0..self.world.devices()).map(|device| told_device(&self.world, device));
        let mut story = vec![
            ("name", text(self.name)),
            ("devices", List(devices.collect())),
        ];
        story.extend(self.invite.as_ref().map(|code| ("invite", text(&**code))));
        story.push(("conversations", List(chapters.collect())));
        Object(story)
    }
}

fn told_message(said: &Said) -> Json {
    let message = match std::str::from_utf8(&said.message) {
        Ok(message) if message.starts_with('{') => ("bytes", text(message)),
        _ => ("hex", hex(&said.message)),
    };
    Object(vec![
        ("at", Number(said.at)),
        ("link", Number(said.link as u64)),
        ("by", Number(said.by as u64)),
        message,
    ])
}

fn told_link(recording: &Recording, number: usize, scalars: &[Scalars]) -> Json {
    let link = &recording.links[number];
    let was_answered = recording.said.iter().any(|said| said.link == number);
    let mut members = vec![
        ("link", Number(number as u64)),
        ("caller", Number(link.caller.0 as u64)),
        ("called", Number(link.called.0 as u64)),
        ("from", text(&*link.from)),
        ("to", text(&*link.to)),
        ("label", text(&*link.label)),
        ("fpCaller", hex(&link.fingerprints[0])),
        ("fpCalled", hex(&link.fingerprints[1])),
        ("answered", Flag(was_answered)),
    ];
    if let [Some(caller), Some(called)] = &scalars[number] {
        members.push(("ephemeralCaller", hex(caller)));
        members.push(("ephemeralCalled", hex(called)));
    }
    Object(members)
}

/// Whose device it is, and what it knows in the end.
fn told_device(world: &World, device: usize) -> Json {
    let snapshot = world.snapshot(device);
    let profile = snapshot.profile.unwrap();
    let known = snapshot.contacts.iter().map(|contact| {
        Object(vec![
            ("key", hex(&decoded(contact.identity.as_ref().unwrap()))),
            ("pairSecret", hex(&secret(&contact.pair_secret))),
        ])
    });
    Object(vec![
        ("device", Number(device as u64)),
        ("name", text(&*profile.name)),
        ("identity", hex(&secret(&profile.identity))),
        ("discoveryUUID", hex(&secret(&profile.discovery_uuid))),
        ("transportID", text(&*profile.transport_id)),
        ("contacts", List(known.collect())),
    ])
}

fn secret(secret: &Secret) -> Vec<u8> {
    decoded(&secret.0)
}

fn decoded(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// The secret scalars of the hellos of a link: that of whoever dialled, and the other.
type Scalars = [Option<[u8; 32]>; 2];

/// Returns them for each link. A node tells nobody; but all that it draws comes from its seed, in the order in which it
/// is needed.
fn ephemerals(world: &World) -> Vec<Scalars> {
    let recording = world.recording();
    let mut scalars = vec![[None; 2]; recording.links.len()];
    for device in 0..world.devices() {
        let mut drawn = Drawn::of(device);
        for said in recording.said.iter().filter(|said| said.by == device) {
            let message = String::from_utf8_lossy(&said.message);
            if is_of_type(&message, "hello") {
                let (_, rest) = message.split_once(r#""eph":""#).unwrap();
                let (public, _) = rest.split_once('"').unwrap();
                let is_called = recording.links[said.link].called.0 == device;
                scalars[said.link][usize::from(is_called)] = Some(drawn.next(public));
            }
        }
    }
    scalars
}

/// What a device has drawn: the stream of its seed, from behind what was found last.
struct Drawn(Vec<u8>);

impl Drawn {
    fn of(device: usize) -> Self {
        let seed = [u8::try_from(device).unwrap() + 1; 32];
        let mut stream = vec![0; 65_536];
        ChaCha20Rng::from_seed(seed).fill_bytes(&mut stream);
        Self(stream)
    }

    /// Returns the next scalar that has this public key, and goes on behind it.
    fn next(&mut self, public: &str) -> [u8; 32] {
        let is_it = |scalar: &[u8; 32]| {
            Identity::from_bytes(scalar).is_some_and(|key| key.public().encode() == public)
        };
        let at = (0..self.0.len()).step_by(4).find(|at| {
            let scalar = self.0[*at..].first_chunk();
            scalar.is_some_and(is_it)
        });
        let rest = self.0.split_off(at.expect("a scalar of the seed"));
        let (scalar, rest) = rest.split_first_chunk().unwrap();
        let scalar = *scalar;
        self.0 = rest.to_vec();
        scalar
    }
}

#[test]
fn whole_conversations_are_the_same_bytes_wherever_and_whenever_they_are_had() {
    let stories = [between_neighbours().told(), over_an_invite().told()];
    let made = Object(vec![
        ("about", text(ABOUT)),
        ("stories", List(stories.to_vec())),
    ]);
    recorded::compare("conversations.json", COMMITTED, &made);
}

/// Ann and Bob on one network: from strangers to contacts who have lost each other's addresses.
fn between_neighbours() -> Story {
    let mut story = Story::new("Neighbours", World::new().recorded());
    meet(story.chapter("Two join a network, one asks, and the other accepts"));
    chat(story.chapter("Messages, with receipts, an answer, a reaction, a change and a deletion"));
    pass_a_file(story.chapter("A file is offered, and fetched"));
    let world = story.chapter("One starts again, and contacts meet");
    let bob = world.restart(BOB, HOME);
    world.pass(10_000);
    assert_here(world, bob, "Ann");
    let world = story.chapter("Both have lost their addresses, and meet at the rendezvous");
    world.make_special(ANN, "Bob");
    world.make_special(bob, "Ann");
    world.pass(1_000);
    lose_each_other(world, bob);
    story
}

fn meet(world: &mut World) {
    world.start(Default::default());
    world.start(Default::default());
    world.join(ANN, "Ann");
    world.join(BOB, "Bob");
    world.ask_with_note(ANN, "Bob", "We met at the lake.");
    world.accept(BOB);
    world.pass(1_000);
    assert_here(world, ANN, "Bob");
}

fn assert_here(world: &World, device: usize, name: &str) {
    assert_ne!(world.person(device, name).presence, Presence::Offline);
}

fn chat(world: &mut World) {
    world.send(ANN, "Bob", "Grüß dich");
    let contact = world.contact(BOB, "Ann");
    world.command(BOB, Command::Typing { contact });
    world.read(BOB, "Ann");
    world.pass(1_000);
    let about = world.messages(BOB)[0].id.clone();
    refer(world, BOB, Act::Reply, &about, "You too");
    refer(world, BOB, Act::Reaction, &about, "👋");
    refer(world, ANN, Act::Edit, &about, "Grüß euch");
    world.pass(1_000);
    refer(world, ANN, Act::Delete, &about, "🗑️");
    world.read(ANN, "Bob");
    world.pass(1_000);
    assert!(world.messages(BOB)[0].marks.deleted);
}

fn refer(world: &mut World, device: usize, act: Act, about: &str, text: &str) {
    let contact = world.contact(device, if device == ANN { "Bob" } else { "Ann" });
    let about = about.to_owned();
    let command = Command::Refer {
        contact,
        reference: Reference { act, about },
        text: text.to_owned(),
    };
    world.command(device, command);
}

fn pass_a_file(world: &mut World) {
    // Two binary messages: the second one has one byte of the file.
    let bytes: Vec<u8> = (0..16_299_u32).map(|place| (place % 251) as u8).collect();
    let transfer = TransferId("00112233445566778899aabbccddeeff".to_owned());
    world.choose_file(ANN, &transfer, &bytes);
    let offer = FileOffer {
        name: "notes.bin".to_owned(),
        size: bytes.len() as u64,
        kind: String::new(),
        modified: Some(world.unix()),
        thumbnail: None,
        folder: None,
    };
    let (to_bob, to_ann) = (world.contact(ANN, "Bob"), world.contact(BOB, "Ann"));
    let offer = Command::Offer {
        contact: to_bob,
        transfer: transfer.clone(),
        offer,
    };
    world.command(ANN, offer);
    world.pass(1_000);
    let accept = Command::Decide {
        contact: to_ann,
        transfer: transfer.clone(),
        choice: FileChoice::Accept,
    };
    world.command(BOB, accept);
    world.pass(20_000);
    assert_eq!(world.got_file(BOB, &transfer), Some(&*bytes));
}

/// Lets both start again on different networks, where somebody else has taken both their addresses.
fn lose_each_other(world: &mut World, bob: usize) {
    let addresses = [ANN, bob].map(|device| world.transport_id(device));
    world.kill(ANN);
    world.kill(bob);
    for address in addresses {
        world.squat(&address);
    }
    let (ann, bob) = (world.restart(ANN, HOME), world.restart(bob, AWAY));
    world.pass(60_000);
    assert_here(world, ann, "Bob");
    assert_here(world, bob, "Ann");
}

/// Ann and Bob on two networks.
fn over_an_invite() -> Story {
    let world = World::new().address(BOB, AWAY).recorded();
    let mut story = Story::new("Far from each other", world);
    let world = story.chapter("An invite is used, and the request is accepted");
    world.start(Default::default());
    world.start(Default::default());
    world.join(ANN, "Ann");
    world.join(BOB, "Bob");
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.pass(500);
    world.accept(ANN);
    world.pass(1_000);
    assert_here(world, BOB, "Ann");
    story.invite = Some(code.0);
    story
}
