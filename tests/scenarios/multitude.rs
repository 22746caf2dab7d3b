//! A router that invents a whole namespace of people: what one device does about it is in proportion to
//! their number, its views are shown a bounded part of them, and who is there is shown before who is
//! only told of.
//!
//! Long because its device, whose routers and peers are the test, is used by nothing else.

use mesh_chat::address::Addresses;
use mesh_chat::config::Config;
use mesh_chat::crypto::Identity;
use mesh_chat::ids::{Namespace, Stranger};
use mesh_chat::limits::{NAMESPACE_ENTRIES, RELAYED_ENTRIES, SHOWN_STRANGERS, TOLD_ENTRIES};
use mesh_chat::name::{Tables, Unicode};
use mesh_chat::node::{
    ChannelBinding, Closed, CommandId, Input, Link, LinkId, Node, Output, Path, Signalling,
};
use mesh_chat::records::{CardRecord, ContactRecord, Secret, Snapshot};
use mesh_chat::values::ContactId;
use mesh_chat::view::{Command, Event, PersonId, Status};
use mesh_chat::{Mono, Now};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Entries in one frame.
const PART: usize = 100;

/// The tables, and how often they were asked for what look-alikes have in common.
struct Counting(Arc<AtomicUsize>);

impl Unicode for Counting {
    fn nfc(&self, text: &str) -> String {
        Tables.nfc(text)
    }

    fn folded(&self, text: &str) -> String {
        self.0.fetch_add(1, Ordering::Relaxed);
        Tables.folded(text)
    }

    fn graphemes(&self, text: &str) -> usize {
        Tables.graphemes(text)
    }
}

/// A device whose routers and peers are the test.
struct Device {
    node: Node,
    compared: Arc<AtomicUsize>,
    /// Milliseconds since the beginning.
    passed: u64,
    /// The Router IDs that others hold.
    taken: BTreeSet<String>,
    /// The connection to the router that was dialled last.
    link: Option<LinkId>,
    shown: BTreeSet<String>,
    status: Option<Status>,
    /// How many events there were about people.
    events: usize,
    sent: Vec<(LinkId, String)>,
    closed: Vec<LinkId>,
}

impl Device {
    /// Joins, and is connected to the router.
    fn new() -> Self {
        Self::with(Snapshot::default())
    }

    /// The same of somebody who goes on from this.
    fn with(snapshot: Snapshot) -> Self {
        let compared = Arc::default();
        let node = Node::new(
            Config::default(),
            None,
            snapshot,
            [1; 32],
            Box::new(Counting(Arc::clone(&compared))),
            at(0),
        );
        let mut device = Self {
            node,
            compared,
            passed: 0,
            taken: BTreeSet::from([namespace().router_id(1)]),
            link: None,
            shown: BTreeSet::new(),
            status: None,
            events: 0,
            sent: Vec::new(),
            closed: Vec::new(),
        };
        let name = "Ann".to_owned();
        device.happens(Input::Command(CommandId(1), Command::Join { name }));
        device
    }

    fn happens(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.node.handle(at(self.passed), input);
            loop {
                match self.node.poll() {
                    Output::Timeout(_) => break,
                    Output::Store(id, _) => inputs.push(Input::Stored(id, Ok(()))),
                    Output::LookUpAddress => inputs.push(Input::Addresses(Addresses {
                        seen: vec!["203.0.113.7".parse().unwrap()],
                        own: Vec::new(),
                    })),
                    Output::Register(id) => {
                        let answer = if self.taken.contains(&id) {
                            Signalling::Taken(id)
                        } else {
                            Signalling::Registered(id)
                        };
                        inputs.push(Input::Signalling(answer));
                    }
                    Output::Dial { link, to, .. } if namespace().router_index(&to).is_some() => {
                        self.link = Some(link);
                        inputs.push(Input::Link(link, open()));
                    }
                    Output::Transmit(link, text) => self.sent.push((link, text)),
                    Output::Close(link) => self.closed.push(link),
                    Output::Event(event) => self.show(event),
                    _ => {}
                }
            }
        }
    }

    /// Lets this many seconds pass.
    fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.passed += 1_000;
            self.happens(Input::Timeout);
        }
    }

    fn show(&mut self, event: Event) {
        match event {
            Event::Person(person) => {
                self.events += 1;
                if let PersonId::Stranger(id) = person.id {
                    self.shown.insert(id);
                }
            }
            Event::PersonGone(PersonId::Stranger(id)) => {
                self.events += 1;
                self.shown.remove(&id);
            }
            Event::Status(status) => self.status = Some(status),
            _ => {}
        }
    }

    /// The router is gone, and whoever is next has its id within the wait for it.
    fn loses_its_router(&mut self) {
        let link = self.link.take().expect("dialled");
        self.happens(Input::Link(link, Link::Closed(Closed::Gone)));
        self.wait(4);
    }

    /// Somebody dials a Router ID of the device, and checks in.
    fn is_joined_at(&mut self, index: u32, id: &str, name: &str) -> LinkId {
        let link = LinkId::Accepted(1);
        self.happens(Input::Link(
            link,
            Link::Incoming {
                local: namespace().router_id(index),
                remote: id.to_owned(),
                label: "x".repeat(64),
            },
        ));
        self.happens(Input::Link(link, open()));
        let checkin = format!(
            r#"{{"type":"checkin","discoveryID":"{id}","friendlyname":"{name}","lastSeen":0}}"#
        );
        self.happens(Input::Link(link, Link::Frame(checkin.into_bytes())));
        link
    }

    fn shows(&self, id: &str) -> bool {
        self.shown.contains(Stranger::at(id).as_str())
    }

    fn hears(&mut self, text: String) {
        let link = self.link.expect("dialled");
        self.happens(Input::Link(link, Link::Frame(text.into_bytes())));
    }

    /// Hears a registry of a whole namespace; `salt` makes all of its people others.
    fn hears_of_everybody(&mut self, salt: u32) {
        self.hears_of(salt, NAMESPACE_ENTRIES, "");
    }

    /// Hears a registry of so many people, with this behind each name.
    fn hears_of(&mut self, salt: u32, people: usize, more: &str) {
        let parts = people.div_ceil(PART);
        for part in 0..parts {
            let numbers = part * PART..people.min((part + 1) * PART);
            let entries =
                numbers.map(|number| entry_with(salt, u32::try_from(number).unwrap(), more));
            let entries = entries.collect::<Vec<_>>().join(",");
            let part = part + 1;
            self.hears(format!(
                r#"{{"type":"registry","epoch":{salt},"seq":1,"part":{part},"parts":{parts},"peers":[{entries}]}}"#
            ));
        }
    }

    fn hears_registry(&mut self, entries: &str) {
        self.hears(format!(
            r#"{{"type":"registry","epoch":1,"seq":1,"part":1,"parts":1,"peers":[{entries}]}}"#
        ));
    }

    fn hears_update(&mut self, epoch: u32, seq: u32, joined: &str, left: &str) {
        self.hears(format!(
            r#"{{"type":"update","epoch":{epoch},"seq":{seq},"joined":[{joined}],"left":[{left}]}}"#
        ));
    }

    /// Hears of a thousand more people, from this update on. Returns the number of the next one.
    fn hears_of_a_thousand(&mut self, salt: u32, first: u32) -> u32 {
        for (seq, from) in (first..).zip((0..1_000).step_by(50)) {
            let invented = (from..from + 50).map(|number| entry(salt, number));
            let invented = invented.collect::<Vec<_>>().join(",");
            self.hears_update(1, seq, &invented, "");
        }
        first + 20
    }

    fn more(&self) -> usize {
        self.status.as_ref().map_or(0, |s| s.more_people as usize)
    }
}

fn at(passed: u64) -> Now {
    Now {
        mono: Mono(1_000 + passed),
        unix: 1_795_420_800_000 + passed,
        zone: 0,
    }
}

fn open() -> Link {
    let binding = ChannelBinding {
        local: [1; 32],
        remote: [2; 32],
    };
    let path = Path::Local;
    Link::Open { binding, path }
}

fn namespace() -> Namespace {
    Namespace::of_address("myapp", "203.0.113.7".parse().unwrap())
}

fn id(salt: u32, number: u32) -> String {
    // Scattered, so that no order helps.
    let uuid = u128::from(number.wrapping_mul(2_654_435_761)) << 96 | u128::from(salt);
    namespace().discovery_id(uuid::Uuid::from_u128(uuid))
}

fn entry(salt: u32, number: u32) -> String {
    entry_with(salt, number, "")
}

fn entry_with(salt: u32, number: u32, more: &str) -> String {
    let id = id(salt, number);
    format!(r#"{{"discoveryID":"{id}","friendlyname":"H{salt} {number}","lastSeen":0{more}}}"#)
}

#[test]
fn of_a_multitude_a_bounded_part_is_shown_and_compared_and_the_rest_is_counted() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    assert_eq!(device.more(), TOLD_ENTRIES - SHOWN_STRANGERS);
    assert_eq!(device.events, SHOWN_STRANGERS, "one for each who is shown");
    let compared = device.compared.load(Ordering::Relaxed);
    assert!(compared <= 2 * SHOWN_STRANGERS, "{compared} names");
}

#[test]
fn who_is_shown_is_not_pushed_out_by_a_multitude_that_is_invented_later() {
    let mut device = Device::new();
    device.hears_registry(&[entry(7, 1), entry(7, 2)].join(","));
    let before = device.shown.clone();
    assert_eq!(before.len(), 2);
    device.hears_of_a_thousand(8, 2);
    device.wait(1);
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    assert!(before.is_subset(&device.shown));
    assert_eq!(device.more(), 1_002 - SHOWN_STRANGERS);
}

#[test]
fn when_some_leave_others_of_the_multitude_take_their_places() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    device.hears(r#"{"type":"recheckin"}"#.to_owned());
    device.hears_of_everybody(2);
    device.wait(1);
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    assert_eq!(device.more(), TOLD_ENTRIES - SHOWN_STRANGERS);
    assert_eq!(device.events, 3 * SHOWN_STRANGERS, "all came, went, came");
}

/// Somebody who is there, and the last in any order.
const BOB: (u32, u32) = (7, 1_618);

#[test]
fn whoever_checks_in_is_taken_and_shown_although_a_multitude_was_invented_before() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    device.taken.clear();
    device.loses_its_router();
    let bob = id(BOB.0, BOB.1);
    let link = device.is_joined_at(1, &bob, "Bob");
    device.wait(1);
    assert_eq!(device.closed, []);
    assert!(device.shows(&bob));
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    let told = device.sent.iter().filter(|(to, _)| *to == link);
    let told: Vec<&str> = told.map(|(_, text)| text.as_str()).collect();
    let names: usize = told
        .iter()
        .map(|text| text.matches("friendlyname").count())
        .sum();
    assert_eq!(
        names, 2,
        "Ann and Bob, and nobody whom no one vouches for: {told:?}"
    );
}

#[test]
fn nobody_whom_the_next_router_tells_of_stays_behind_a_multitude_that_the_last_one_invented() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    device.loses_its_router();
    let bob = id(BOB.0, BOB.1);
    assert!(!device.shows(&bob));
    device.hears_registry(&entry(BOB.0, BOB.1));
    device.wait(1);
    assert!(device.shows(&bob));
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
}

#[test]
fn the_people_of_a_router_are_shown_before_those_that_it_has_from_others() {
    let mut device = Device::new();
    device.hears_of(1, NAMESPACE_ENTRIES, r#","relayed":true"#);
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    device.hears_update(1, 2, &entry(BOB.0, BOB.1), "");
    device.wait(1);
    assert!(device.shows(&id(BOB.0, BOB.1)));
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    assert_eq!(device.more(), RELAYED_ENTRIES + 1 - SHOWN_STRANGERS);
}

#[test]
fn while_a_router_lies_those_who_have_left_it_see_each_other() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    // Nobody has asked for this one, so the router is left.
    device.hears_registry("");
    device.wait(4);
    let asked = device
        .sent
        .iter()
        .rev()
        .find(|(_, text)| text.contains(r#""type":"registry""#));
    assert_eq!(
        asked.map(|(to, _)| Some(*to)),
        Some(device.link),
        "routers exchange their lists"
    );
    device.hears_of_everybody(2);
    let bob = id(BOB.0, BOB.1);
    device.is_joined_at(2, &bob, "Bob");
    device.wait(1);
    assert!(device.shows(&bob));
}

#[test]
fn whoever_was_asked_is_shown_again_whatever_multitude_came_meanwhile() {
    let mut device = Device::new();
    let bob = id(BOB.0, BOB.1);
    device.hears_registry(&entry(BOB.0, BOB.1));
    let stranger = Stranger::at(&bob).as_str().to_owned();
    let note = None;
    device.happens(Input::Command(
        CommandId(2),
        Command::Connect { stranger, note },
    ));
    device.hears_update(1, 2, "", &format!(r#""{bob}""#));
    assert!(!device.shows(&bob));
    let next = device.hears_of_a_thousand(8, 3);
    device.hears_update(1, next, &entry(BOB.0, BOB.1), "");
    device.wait(1);
    assert!(device.shows(&bob));
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
}

/// `cargo test --release --test scenarios what_a_multitude_costs -- --ignored --nocapture`. The times of a
/// round must grow with the number of people, and not with its square.
#[test]
#[ignore = "it prints times, and judges nothing"]
fn what_a_multitude_costs() {
    println!("people  registry  the same again  one change  router gone  a thousand changes  (ms)");
    for people in [2_048, 4_096, 8_192, 16_384] {
        let mut device = Device::new();
        let mut times = Vec::new();
        let mut takes = |device: &mut Device, what: &dyn Fn(&mut Device)| {
            let begin = std::time::Instant::now();
            what(device);
            times.push(begin.elapsed().as_secs_f64() * 1_000.0);
        };
        takes(&mut device, &|device| device.hears_of(1, people, ""));
        device.hears(r#"{"type":"recheckin"}"#.to_owned());
        takes(&mut device, &|device| device.hears_of(1, people, ""));
        takes(&mut device, &|device| {
            device.hears_update(1, 2, &entry(7, 1), "");
        });
        takes(&mut device, &|device| {
            for seq in 3..503 {
                let (joined, left) = (entry(7, seq), id(7, seq - 1));
                device.hears_update(1, seq, &joined, &format!(r#""{left}""#));
            }
        });
        takes(&mut device, &Device::loses_its_router);
        let [registry, again, change, changes, gone] = times[..] else {
            unreachable!("five are taken");
        };
        println!("{people:6} {registry:9.1} {again:15.1} {change:11.2} {gone:12.1} {changes:19.1}");
    }
}

/// `cargo test --release --test scenarios what_an_input_costs -- --ignored --nocapture`: of a device
/// that is in a network of a thousand and knows five hundred who are away.
#[test]
#[ignore = "it prints times, and judges nothing"]
fn what_an_input_costs() {
    const ROUNDS: u32 = 2_000;
    let contacts = (0..500).map(contact).collect();
    let mut device = Device::with(Snapshot {
        contacts,
        ..Snapshot::default()
    });
    device.hears_of(1, 1_000, "");
    device.wait(60);
    assert_eq!(device.shown.len() + device.more(), 1_000);
    let mut takes = |what: &str, input: &dyn Fn(&mut Device, u32)| {
        let begin = std::time::Instant::now();
        (0..ROUNDS).for_each(|round| input(&mut device, round));
        let micros = begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);
        println!("{what:20} {micros:8.1} µs, {:8.0} a second", 1e6 / micros);
    };
    takes("nothing is due", &|device, _| {
        device.happens(Input::Timeout);
    });
    takes("a router's ping", &|device, _| {
        device.hears(r#"{"type":"ping"}"#.to_owned());
        device.passed += 100;
    });
    takes("somebody comes", &|device, round| {
        device.hears_update(1, 2 + round, &entry(9, round), "");
        device.passed += 100;
    });
    takes("and goes", &|device, round| {
        let gone = format!(r#""{}""#, id(9, round));
        device.hears_update(1, 2 + ROUNDS + round, "", &gone);
        device.passed += 100;
    });
}

/// A contact who is known by no address that is in use.
fn contact(number: u16) -> ContactRecord {
    // Digits are base64url; the last letter has no bits that would be left over.
    let secret = |digits: usize| Secret(format!("{number:0digits$}A"));
    let identity = Identity::from_bytes(&std::array::from_fn(|at| match at {
        0 => 1,
        1 => number.to_be_bytes()[0],
        2 => number.to_be_bytes()[1],
        _ => 7,
    }));
    ContactRecord {
        version: 1,
        id: ContactId(format!("{number:032x}")),
        identity: identity.map(|identity| identity.public().encode()),
        name: format!("Contact {number}"),
        new_name: None,
        card: Some(CardRecord {
            transport_id: format!("myapp-{}", uuid::Uuid::from_u128(u128::from(number))),
            discovery_uuid: secret(21),
        }),
        profile_number: 1,
        pair_secret: secret(42),
        last_seen: None,
        preferences: Box::default(),
        introduced: None,
    }
}

#[test]
fn those_to_be_shown_of_a_multitude_are_not_chosen_anew_with_each_change() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    let before = device.events;
    let shown: Vec<String> = device.shown.iter().take(100).cloned().collect();
    for (seq, gone) in (2..).zip(&shown) {
        device.hears_update(1, seq, "", &format!(r#""myapp-{gone}""#));
    }
    assert_eq!(device.events, before + 100, "who is gone goes at once");
    device.wait(1);
    assert_eq!(device.events, before + 200, "and others come together");
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
}
