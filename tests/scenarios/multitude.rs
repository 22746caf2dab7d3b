//! A router that invents a whole namespace of people: what one device does about it is in proportion to
//! their number, and its views are shown a bounded part of them.

use mesh_chat::address::Addresses;
use mesh_chat::config::Config;
use mesh_chat::ids::Namespace;
use mesh_chat::limits::{NAMESPACE_ENTRIES, SHOWN_STRANGERS};
use mesh_chat::name::{Tables, Unicode};
use mesh_chat::node::{
    ChannelBinding, CommandId, Input, Link, LinkId, Node, Output, Path, Signalling,
};
use mesh_chat::records::Snapshot;
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

/// A device whose router is the test.
struct Device {
    node: Node,
    compared: Arc<AtomicUsize>,
    link: Option<LinkId>,
    shown: BTreeSet<String>,
    status: Option<Status>,
    /// How many events there were about people.
    events: usize,
    sent: Vec<String>,
}

impl Device {
    /// Joins, and is connected to the router.
    fn new() -> Self {
        let compared = Arc::default();
        let node = Node::new(
            Config::default(),
            None,
            Snapshot::default(),
            [1; 32],
            Box::new(Counting(Arc::clone(&compared))),
            now(),
        );
        let mut device = Self {
            node,
            compared,
            link: None,
            shown: BTreeSet::new(),
            status: None,
            events: 0,
            sent: Vec::new(),
        };
        let name = "Ann".to_owned();
        device.happens(Input::Command(CommandId(1), Command::Join { name }));
        device
    }

    fn happens(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.node.handle(now(), input);
            loop {
                match self.node.poll() {
                    Output::Timeout(_) => break,
                    Output::Store(id, _) => inputs.push(Input::Stored(id, Ok(()))),
                    Output::LookUpAddress => inputs.push(Input::Addresses(Addresses {
                        seen: vec!["203.0.113.7".parse().unwrap()],
                        own: Vec::new(),
                    })),
                    Output::Register(id) => {
                        let answer = if id == namespace().router_id(1) {
                            Signalling::Taken(id)
                        } else {
                            Signalling::Registered(id)
                        };
                        inputs.push(Input::Signalling(answer));
                    }
                    Output::Dial { link, .. } => {
                        self.link = Some(link);
                        let binding = ChannelBinding {
                            local: [1; 32],
                            remote: [2; 32],
                        };
                        let path = Path::Local;
                        inputs.push(Input::Link(link, Link::Open { binding, path }));
                    }
                    Output::Transmit(_, text) => self.sent.push(text),
                    Output::Event(event) => self.show(event),
                    _ => {}
                }
            }
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

    fn hears(&mut self, text: String) {
        let link = self.link.expect("dialled");
        self.happens(Input::Link(link, Link::Frame(text.into_bytes())));
    }

    /// Hears a registry of a whole namespace; `salt` makes all of its people others.
    fn hears_of_everybody(&mut self, salt: u32) {
        let parts = NAMESPACE_ENTRIES.div_ceil(PART);
        for part in 0..parts {
            let numbers = part * PART..NAMESPACE_ENTRIES.min((part + 1) * PART);
            let entries = numbers.map(|number| entry(salt, u32::try_from(number).unwrap()));
            let entries = entries.collect::<Vec<_>>().join(",");
            let part = part + 1;
            self.hears(format!(
                r#"{{"type":"registry","epoch":{salt},"seq":1,"part":{part},"parts":{parts},"peers":[{entries}]}}"#
            ));
        }
    }

    fn more(&self) -> usize {
        self.status.as_ref().map_or(0, |s| s.more_people as usize)
    }
}

fn now() -> Now {
    Now {
        mono: Mono(1_000),
        unix: 1_795_420_800_000,
    }
}

fn namespace() -> Namespace {
    Namespace::of_address("myapp", "203.0.113.7".parse().unwrap())
}

fn entry(salt: u32, number: u32) -> String {
    // Scattered, so that no order helps.
    let uuid = u128::from(number.wrapping_mul(2_654_435_761)) << 96 | u128::from(salt);
    let id = namespace().discovery_id(uuid::Uuid::from_u128(uuid));
    format!(r#"{{"discoveryID":"{id}","friendlyname":"H{salt} {number}","lastSeen":0}}"#)
}

#[test]
fn of_a_multitude_a_bounded_part_is_shown_and_compared_and_the_rest_is_counted() {
    let mut device = Device::new();
    device.hears_of_everybody(1);
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    assert_eq!(device.more(), NAMESPACE_ENTRIES - SHOWN_STRANGERS);
    assert_eq!(device.events, SHOWN_STRANGERS, "one for each who is shown");
    let compared = device.compared.load(Ordering::Relaxed);
    assert!(compared <= 2 * SHOWN_STRANGERS, "{compared} names");
}

#[test]
fn who_is_shown_is_not_pushed_out_by_a_multitude_that_is_invented_later() {
    let mut device = Device::new();
    let honest = [entry(7, 1), entry(7, 2)].join(",");
    device.hears(format!(
        r#"{{"type":"registry","epoch":1,"seq":1,"part":1,"parts":1,"peers":[{honest}]}}"#
    ));
    let before = device.shown.clone();
    assert_eq!(before.len(), 2);
    for (seq, from) in (2..).zip((0..1_000).step_by(50)) {
        let invented = (from..from + 50).map(|number| entry(8, number));
        let invented = invented.collect::<Vec<_>>().join(",");
        device.hears(format!(
            r#"{{"type":"update","epoch":1,"seq":{seq},"joined":[{invented}],"left":[]}}"#
        ));
    }
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
    assert_eq!(device.shown.len(), SHOWN_STRANGERS);
    assert_eq!(device.more(), NAMESPACE_ENTRIES - SHOWN_STRANGERS);
    assert_eq!(device.events, 3 * SHOWN_STRANGERS, "all came, went, came");
}
