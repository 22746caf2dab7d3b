//! Between the devices: the signalling server, links and frames, and what goes wrong with them.
//!
//! Long because whatever can happen to a frame is here.

use super::World;
use super::device::End;
use super::recording::RecordedLink;
use mesh_chat::address::Addresses;
use mesh_chat::node::{
    ChannelBinding, Closed, CommandId, Input, Link, LinkId, Output, Path, Signalling,
};

/// The longest frame a data channel carries.
pub(super) const FRAME_BYTES: usize = 16_299;

/// Somebody who holds an id at the signalling server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Device(usize),
    /// No device of this world, and nobody who answers.
    Squatter,
    /// No device of this world: answers every dial and says hello without a hint.
    Impostor,
}

/// What an impostor says.
const HELLO: &str = r#"{"type":"hello","v":1,"eph":"Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;

impl World {
    /// Does what a node wants done.
    pub(super) fn act(&mut self, device: usize, output: Output) {
        match output {
            Output::Register(id) => self.register(device, id),
            Output::Release(id) => self
                .holders
                .retain(|held, holder| *held != id || *holder != Holder::Device(device)),
            Output::Dial {
                link,
                from,
                to,
                label,
                ..
            } => self.dial(device, link, from, to, label),
            Output::Answer { link, .. } => self.answer(device, link),
            Output::Knock { from, to } => {
                if let Some(Holder::Device(holder)) = self.holders.get(&to) {
                    let knocked = Signalling::Knocked {
                        local: to,
                        remote: from,
                    };
                    self.queue.push_back((*holder, Input::Signalling(knocked)));
                }
            }
            Output::Transmit(link, frame) => self.transmit(device, link, frame),
            Output::Close(link) => self.close_other_end(device, link),
            Output::LookUpAddress => {
                let addresses = Addresses {
                    seen: vec![self.devices[device].address.parse().unwrap()],
                    own: Vec::new(),
                };
                self.queue.push_back((device, Input::Addresses(addresses)));
            }
            Output::FetchBeacon { .. } => {
                self.beacon_requests.push(device);
                let answer = (self.beacon)(self.unix());
                self.queue.push_back((device, Input::Beacon(answer)));
            }
            Output::Store(id, change) => self.store(device, id, change),
            Output::Load(id, query) => self.load(device, id, &query),
            Output::Event(event) => self.devices[device].show(event),
            // Nobody waits for it.
            Output::Reply(CommandId(0), _) => {}
            Output::Reply(_, result) => self.devices[device].replies.push(result),
            Output::Disconnect => {
                let ends = self.vanish(device);
                for (other, link) in ends {
                    self.link_event(other, link, Link::Closed(Closed::Gone));
                }
            }
            Output::Configure(_) | Output::Probe | Output::Carry(_) | Output::Timeout(_) => {}
            Output::File(id, output) => self.file(device, id, output),
        }
    }

    fn register(&mut self, device: usize, id: String) {
        if let Some(waiting) = &mut self.unreachable {
            waiting.push((device, id));
            return self.server(device, false);
        }
        self.registered.push(id.clone());
        let own = Holder::Device(device);
        let answer = if *self.holders.entry(id.clone()).or_insert(own) == own {
            Signalling::Registered(id)
        } else {
            Signalling::Taken(id)
        };
        self.queue.push_back((device, Input::Signalling(answer)));
    }

    /// Tells a device whether the server can be reached.
    fn server(&mut self, device: usize, up: bool) {
        let server = Signalling::Server {
            server: "one.example:443".to_owned(),
            up,
            retry_in: None,
            refused: None,
        };
        self.queue.push_back((device, Input::Signalling(server)));
    }

    fn dial(&mut self, device: usize, link: LinkId, local: String, remote: String, label: String) {
        self.dialled.push((local.clone(), remote.clone()));
        if self.holders.get(&remote) == Some(&Holder::Impostor) {
            self.deceived.insert((device, link));
            self.open((device, link), (device, link));
            return;
        }
        let Some(other) = self.holder(&remote) else {
            self.link_event(device, link, Link::Closed(Closed::Unreachable));
            return;
        };
        let theirs = self.devices[other].accept_link();
        self.devices[device].links.insert(link, (other, theirs));
        self.devices[other].links.insert(theirs, (device, link));
        self.devices[other].undecided.insert(theirs);
        let remote_id = self.devices[device].disguise.clone().unwrap_or(local);
        let (caller, called) = ((device, link), (other, theirs));
        self.note_link(RecordedLink {
            caller,
            called,
            from: remote_id.clone(),
            to: remote.clone(),
            label: label.clone(),
            fingerprints: [fingerprint(caller), fingerprint(called)],
        });
        let incoming = Link::Incoming {
            local: remote,
            remote: remote_id,
            label,
        };
        self.link_event(other, theirs, incoming);
    }

    fn answer(&mut self, device: usize, link: LinkId) {
        if self.devices[device].undecided.remove(&link)
            && let Some(other) = self.devices[device].links.get(&link).copied()
        {
            self.open((device, link), other);
            self.open(other, (device, link));
        }
    }

    fn open(&mut self, own: End, other: End) {
        let (here, there) = (self.devices[own.0].address, self.devices[other.0].address);
        let path = if here == there || self.tunnel {
            Path::Local
        } else {
            Path::Public(there.parse().unwrap())
        };
        let binding = ChannelBinding {
            local: fingerprint(own),
            remote: fingerprint(other),
        };
        self.link_event(own.0, own.1, Link::Open { binding, path });
    }

    fn transmit(&mut self, device: usize, link: LinkId, frame: String) {
        if let Some((kind, held)) = &mut self.holding
            && is_of_type(&frame, kind)
        {
            return held.push((device, link, frame));
        }
        self.frames += 1;
        if self.lost.is_some_and(|kind| is_of_type(&frame, kind)) {
            self.break_link(device, link);
            return;
        }
        assert!(frame.len() <= FRAME_BYTES);
        if self.deceived.contains(&(device, link)) && is_of_type(&frame, "hello") {
            self.link_event(device, link, Link::Frame(HELLO.into()));
        }
        let sender = &self.devices[device];
        if let Some((other, theirs)) = sender.links.get(&link).copied() {
            let frame = match &sender.lie {
                Some(lie) => lie(frame),
                None => frame,
            };
            self.note_said(device, link, frame.as_bytes());
            self.devices[other].heard.push(frame.clone());
            self.link_event(other, theirs, Link::Frame(frame.into_bytes()));
        }
    }

    fn close_other_end(&mut self, device: usize, link: LinkId) {
        if let Some((other, theirs)) = self.devices[device].links.remove(&link) {
            self.devices[other].links.remove(&theirs);
            // Of a refusal nobody hears; the time of a dial passes here at once.
            let refused = self.devices[device].undecided.remove(&link);
            let closed = if refused {
                Closed::Unreachable
            } else {
                Closed::Gone
            };
            self.link_event(other, theirs, Link::Closed(closed));
        }
    }

    fn break_link(&mut self, device: usize, link: LinkId) {
        self.close_other_end(device, link);
        self.link_event(device, link, Link::Closed(Closed::Gone));
    }

    /// Breaks a link; both ends are told.
    pub(crate) fn close(&mut self, device: usize, link: LinkId) {
        self.break_link(device, link);
        self.run();
    }

    /// Breaks all links of a device.
    pub(crate) fn close_all(&mut self, device: usize) {
        for link in self.links(device) {
            self.close(device, link);
        }
    }

    /// Silences these ends, and lets their transports doubt the links.
    pub(crate) fn doubt(&mut self, ends: Vec<End>) {
        for (device, link) in ends {
            self.link_event(device, link, Link::Suspect);
        }
        self.run();
    }

    /// Does something while every frame of this type is lost, and its link with it.
    pub(crate) fn while_losing(&mut self, kind: &'static str, action: impl FnOnce(&mut Self)) {
        self.lost = Some(kind);
        action(self);
        self.lost = None;
    }

    /// Does something while every frame of this type is under way, and lets them arrive then.
    pub(crate) fn while_holding(&mut self, kind: &'static str, action: impl FnOnce(&mut Self)) {
        self.holding = Some((kind, Vec::new()));
        action(self);
        let held = self.holding.take().map(|(_, held)| held);
        for (device, link, frame) in held.into_iter().flatten() {
            self.transmit(device, link, frame);
        }
        self.run();
    }

    /// Lets a device change each frame before it sends it, from now on.
    pub(crate) fn lies(&mut self, device: usize, lie: impl Fn(String) -> String + 'static) {
        self.devices[device].lie = Some(Box::new(lie));
    }

    /// Lets a device call under another id from now on, as somebody who registers that one can.
    pub(crate) fn disguise(&mut self, device: usize, id: &str) {
        self.devices[device].disguise = Some(id.to_owned());
    }

    /// Returns every frame that a device got.
    pub(crate) fn heard(&self, device: usize) -> &[String] {
        &self.devices[device].heard
    }

    /// Hands a frame to a device as if it had come over the link.
    pub(crate) fn inject(&mut self, device: usize, link: LinkId, frame: &[u8]) {
        self.happen(device, Input::Link(link, Link::Frame(frame.to_vec())));
    }

    /// Registers an id for somebody who is no device of this world and answers nobody.
    pub(crate) fn squat(&mut self, id: &str) {
        self.holders.insert(id.to_owned(), Holder::Squatter);
    }

    /// Does something while the signalling server cannot be reached, and lets everybody reach it then.
    pub(crate) fn while_unreachable(&mut self, action: impl FnOnce(&mut Self)) {
        self.unreachable = Some(Vec::new());
        action(self);
        for (device, id) in self.unreachable.take().into_iter().flatten() {
            self.server(device, true);
            self.register(device, id);
        }
        self.run();
    }

    /// Breaks a device's connection to the signalling server and makes it again.
    pub(crate) fn reconnect(&mut self, device: usize) {
        let held: Vec<String> = self.held(device).into_iter().map(str::to_owned).collect();
        for id in held {
            self.register_again(device, id);
        }
        self.run();
    }

    /// Lets the server lose the Transport ID of a device and register it again.
    pub(crate) fn reregister_transport_id(&mut self, device: usize) {
        let id = self.transport_id(device);
        self.reregister(device, id);
    }

    /// The server loses an id of a device, which holds it again at once.
    pub(crate) fn reregister(&mut self, device: usize, id: String) {
        self.register_again(device, id);
        self.run();
    }

    fn register_again(&mut self, device: usize, id: String) {
        for event in [Signalling::Lost(id.clone()), Signalling::Registered(id)] {
            self.queue.push_back((device, Input::Signalling(event)));
        }
    }

    /// Lets somebody who is no device of this world dial an id. Returns whether they are answered.
    pub(crate) fn call(&mut self, from: &str, to: &str, label: &str) -> bool {
        let device = self.holder(to).expect("somebody holds the id");
        let link = self.devices[device].accept_link();
        self.devices[device].undecided.insert(link);
        let incoming = Link::Incoming {
            local: to.to_owned(),
            remote: from.to_owned(),
            label: label.to_owned(),
        };
        self.happen(device, Input::Link(link, incoming));
        !self.devices[device].undecided.contains(&link)
    }

    /// Registers an id for somebody who answers there and can prove nothing.
    pub(crate) fn impersonate(&mut self, id: &str) {
        self.holders.insert(id.to_owned(), Holder::Impostor);
    }

    /// Changes the public address of every device; no device is told of it.
    pub(crate) fn renumber(&mut self, address: &'static str) {
        for device in &mut self.devices {
            device.address = address;
        }
    }

    /// Sets what the beacon answers from now on.
    pub(crate) fn beacon_answers(&mut self, answer: fn(u64) -> super::BeaconReply) {
        self.beacon = answer;
    }

    /// Returns the device that holds an id.
    pub(crate) fn holder(&self, id: &str) -> Option<usize> {
        match self.holders.get(id)? {
            Holder::Device(device) => Some(*device),
            Holder::Squatter | Holder::Impostor => None,
        }
    }

    /// Returns from where and to where anybody ever dialled.
    pub(crate) fn dialled(&self) -> &[(String, String)] {
        &self.dialled
    }

    /// Returns the public address of a device.
    pub(crate) fn address_of(&self, device: usize) -> &'static str {
        self.devices[device].address
    }

    /// Returns the ids a device holds.
    pub(crate) fn held(&self, device: usize) -> Vec<&str> {
        let held = self.holders.iter();
        held.filter(|(_, holder)| **holder == Holder::Device(device))
            .map(|(id, _)| id.as_str())
            .collect()
    }

    pub(crate) fn links(&self, device: usize) -> Vec<LinkId> {
        self.devices[device].links.keys().copied().collect()
    }

    /// Returns how many frames were ever sent.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// Returns every id that some device ever registered.
    pub(crate) fn ever_registered(&self) -> &[String] {
        &self.registered
    }

    /// Returns the device of each request the beacon got.
    pub(crate) fn beacon_requests(&self) -> &[usize] {
        &self.beacon_requests
    }
}

/// Returns whether a frame has this in its `type` field, which comes first.
pub(crate) fn is_of_type(frame: &str, kind: &str) -> bool {
    frame.starts_with(&format!(r#"{{"type":"{kind}""#))
}

fn fingerprint((device, link): End) -> [u8; 32] {
    let number = match link {
        LinkId::Dialled(number) => number,
        LinkId::Accepted(number) => number + 1_000_000,
    };
    let mut bytes = [u8::try_from(device).unwrap(); 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}
