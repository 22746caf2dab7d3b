//! Between the devices: ids at the server, connections and frames.

use super::{Far, HEARD, World};
use mesh_chat::address::Addresses;
use mesh_chat::limits::{FRAME_BYTES, LINKS};
use mesh_chat::node::{
    BeaconFailure, ChannelBinding, Closed, CommandId, Input, Link, LinkId, Output, Path, Signalling,
};
use mesh_chat::view::Answer;
use sim::device::Job;

impl World {
    /// Does what a node wants done.
    pub(super) fn act(&mut self, index: usize, output: Output) {
        match output {
            Output::Register(id) => self.register(index, id),
            Output::Release(id) => {
                self.devices[index].ids.remove(&id);
                self.holders
                    .retain(|held, holder| *held != id || *holder != index);
            }
            Output::Dial {
                link,
                from,
                to,
                label,
                ..
            } => self.dial(index, link, from, to, label),
            Output::Answer { link, .. } => self.answer(index, link),
            Output::Knock { from, to } => {
                if let Some(holder) = self.holders.get(&to) {
                    let knocked = Signalling::Knocked {
                        local: to,
                        remote: from,
                    };
                    self.queue.push_back((*holder, Input::Signalling(knocked)));
                }
            }
            Output::Transmit(link, frame) => self.transmit(index, link, frame),
            Output::Close(link) => self.close(index, link),
            Output::LookUpAddress => {
                let seen = vec![self.devices[index].address.parse().expect("an address")];
                let addresses = Addresses {
                    seen,
                    own: Vec::new(),
                };
                self.queue.push_back((index, Input::Addresses(addresses)));
            }
            Output::FetchBeacon { .. } => {
                let answer = Input::Beacon(Err(BeaconFailure::Unreachable));
                self.queue.push_back((index, answer));
            }
            Output::Store(id, change) => {
                let job = Job::Write(id, change);
                self.devices[index].writes.push_back(job);
            }
            Output::Load(id, query) => {
                let job = Job::Read(id, query);
                self.devices[index].writes.push_back(job);
            }
            Output::Event(event) => self.show(index, event),
            Output::Reply(CommandId(id), result) => {
                let device = &mut self.devices[index];
                assert!(device.asked.remove(&id), "a second answer to a command");
                if let Ok(Answer::Backup { text }) = result {
                    device.backup = Some(text);
                }
            }
            Output::Configure(config) => assert_eq!(config.check(), Ok(())),
            Output::Disconnect
            | Output::Probe
            | Output::Carry(_)
            | Output::File(..)
            | Output::Timeout(_) => {}
        }
    }

    fn register(&mut self, index: usize, id: String) {
        assert!(peerjs::id::is_valid(&id), "{id}");
        let device = &mut self.devices[index];
        device.ids.insert(id.clone());
        let answer = if *self.holders.entry(id.clone()).or_insert(index) == index {
            Signalling::Registered(id)
        } else {
            device.ids.remove(&id);
            Signalling::Taken(id)
        };
        self.queue.push_back((index, Input::Signalling(answer)));
    }

    fn dial(&mut self, index: usize, link: LinkId, local: String, remote: String, label: String) {
        assert!(peerjs::id::is_valid(&remote), "{remote}");
        assert!(
            self.devices[index].dialled.insert(link),
            "{link:?} is not new"
        );
        let Some(other) = self.holders.get(&remote).copied() else {
            let closed = Link::Closed(Closed::Unreachable);
            // It counts as open until the node has heard of its end.
            self.devices[index].links.insert(link, Far::Script);
            self.queue.push_back((index, Input::Link(link, closed)));
            return;
        };
        let theirs = self.accept(other);
        self.devices[index]
            .links
            .insert(link, Far::Device(other, theirs));
        self.devices[other]
            .links
            .insert(theirs, Far::Device(index, link));
        let incoming = Link::Incoming {
            local: remote,
            remote: local,
            label,
        };
        self.queue.push_back((other, Input::Link(theirs, incoming)));
    }

    /// Opens a connection that was answered, at both ends where both are devices.
    fn answer(&mut self, index: usize, link: LinkId) {
        let far = self.devices[index].links.get(&link).copied();
        let Some(Far::Device(other, theirs)) = far else {
            return;
        };
        let path = self.path(index, other);
        let (a, b) = (fingerprint(index, link), fingerprint(other, theirs));
        let opens = [((index, link), (a, b)), ((other, theirs), (b, a))];
        for ((device, link), (local, remote)) in opens {
            let binding = ChannelBinding { local, remote };
            let open = Link::Open { binding, path };
            self.queue.push_back((device, Input::Link(link, open)));
        }
    }

    fn path(&self, one: usize, other: usize) -> Path {
        let there = self.devices[other].address;
        if self.devices[one].address == there {
            Path::Local
        } else {
            Path::Public(there.parse().expect("an address"))
        }
    }

    fn accept(&mut self, index: usize) -> LinkId {
        let device = &mut self.devices[index];
        device.accepted += 1;
        LinkId::Accepted(device.accepted)
    }

    /// Lets somebody dial an id of a device, whom the script speaks for.
    pub fn intrude(&mut self, index: usize, local: String, remote: String, path: Path) {
        if self.devices[index].links.len() >= LINKS {
            return;
        }
        let link = self.accept(index);
        self.devices[index].links.insert(link, Far::Script);
        let label = "dc_k2hrqgwkcgm".to_owned();
        let incoming = Link::Incoming {
            local,
            remote,
            label,
        };
        self.happen(index, Input::Link(link, incoming));
        if self.devices[index].links.contains_key(&link) {
            let (local, remote) = (fingerprint(index, link), [7; 32]);
            let binding = ChannelBinding { local, remote };
            self.happen(index, Input::Link(link, Link::Open { binding, path }));
        }
    }

    fn transmit(&mut self, index: usize, link: LinkId, frame: String) {
        assert!(
            (2..=FRAME_BYTES).contains(&frame.len()),
            "{} bytes",
            frame.len()
        );
        let far = self.devices[index].links.get(&link).copied();
        let far = far.unwrap_or_else(|| panic!("sends on {link:?}, which is not open: {frame}"));
        if self.heard.len() < HEARD {
            self.heard.push(frame.clone());
        }
        if let Far::Device(other, theirs) = far {
            let frame = Link::Frame(frame.into_bytes());
            self.queue.push_back((other, Input::Link(theirs, frame)));
        }
    }

    fn close(&mut self, index: usize, link: LinkId) {
        let far = self.devices[index].links.remove(&link);
        self.queue.retain(|(device, input)| {
            !matches!(input, Input::Link(of, _) if *device == index && *of == link)
        });
        if let Some(Far::Device(other, theirs)) = far {
            let closed = Link::Closed(Closed::Gone);
            self.queue.push_back((other, Input::Link(theirs, closed)));
        }
    }

    /// Ends a connection; both ends hear of it, and nothing more of each other.
    pub fn break_link(&mut self, index: usize, link: LinkId, why: Closed) {
        let far = self.devices[index].links.get(&link).copied();
        let mut ends = vec![(index, link)];
        if let Some(Far::Device(other, theirs)) = far {
            ends.push((other, theirs));
        }
        self.queue.retain(|(device, input)| {
            !matches!(input, Input::Link(of, _) if ends.contains(&(*device, *of)))
        });
        for (device, link) in ends {
            if self.devices[device].links.contains_key(&link) {
                self.happen(device, Input::Link(link, Link::Closed(why)));
            }
        }
    }
}

/// Each end has a certificate of its own.
fn fingerprint(index: usize, link: LinkId) -> [u8; 32] {
    let (kind, number) = match link {
        LinkId::Dialled(number) => (1, number),
        LinkId::Accepted(number) => (2, number),
    };
    let mut bytes = [kind; 32];
    bytes[0] = u8::try_from(index).unwrap_or(u8::MAX);
    bytes[1..5].copy_from_slice(&number.to_le_bytes());
    bytes
}
