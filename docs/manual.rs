// Ann and Bob join behind one address and appear in each other's list. The loop is their world.
use mesh_chat::node::{LinkId::*, *};
use mesh_chat::view::{Command, Event};
use mesh_chat::{Mono, Node, Now, address::Addresses, config::Config, name::Tables};
use std::collections::{BTreeMap, VecDeque};

fn main() {
    let now = Now { mono: Mono(0), unix: 1_795_420_800_000, zone: 0 };
    let mut nodes = [1, 2].map(|seed| {
        Node::new(Config::default(), None, Default::default(), [seed; 32], Box::new(Tables), now)
    });
    let join = |name: &str| Input::Command(CommandId(0), Command::Join { name: name.to_owned() });
    let mut inputs = VecDeque::from([(0, join("Ann")), (1, join("Bob"))]);
    let (mut holders, mut lists) = (BTreeMap::new(), [vec![], vec![]]);
    let other_end = |link| match link { Dialled(n) => Accepted(n), Accepted(n) => Dialled(n) };
    let home = Addresses { seen: vec!["203.0.113.7".parse().unwrap()], own: vec![] };
    while let Some((me, input)) = inputs.pop_front() {
        let (other, mut tell) = (1 - me, |node, input| inputs.push_back((node, input)));
        nodes[me].handle(now, input);
        loop {
            match nodes[me].poll() {
                Output::Timeout(_) => break, // nothing more to do until this moment
                Output::LookUpAddress => tell(me, Input::Addresses(home.clone())),
                Output::Register(id) if *holders.entry(id.clone()).or_insert(me) == me => {
                    tell(me, Input::Signalling(Signalling::Registered(id)));
                }
                Output::Register(id) => tell(me, Input::Signalling(Signalling::Taken(id))),
                Output::Dial { link, from: remote, to: local, label, .. } => {
                    let incoming = Link::Incoming { local, remote, label };
                    tell(other, Input::Link(other_end(link), incoming));
                }
                Output::Answer { link, .. } => {
                    let binding = ChannelBinding { local: [0; 32], remote: [0; 32] };
                    let open = Link::Open { binding, path: Path::Local };
                    tell(me, Input::Link(link, open.clone()));
                    tell(other, Input::Link(other_end(link), open));
                }
                Output::Transmit(link, text) => {
                    tell(other, Input::Link(other_end(link), Link::Frame(text.into_bytes())));
                }
                Output::Store(id, _) => tell(me, Input::Stored(id, Ok(()))),
                Output::Event(Event::Person(person)) => lists[me].push(person.name),
                _ => {}
            }
        }
    }
    assert_eq!(lists, [["Bob"], ["Ann"]]);
}
