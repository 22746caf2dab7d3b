//! Peer connections between devices: what they carry, how they stall, and how they die.

use crate::context::Context;
use crate::event::Event;
use crate::random::Random;
use peerjs::endpoint::{Input, RtcCommand, RtcId, RtcInput};
use peerjs::event::ConnId;
use peerjs::path::RemoteCandidate;
use std::collections::{BTreeMap, BTreeSet};

/// How long ICE takes to doubt a path that has died, and to give it up (measured in Chromium).
const ICE_SUSPECTS: u64 = 7_300;
const ICE_FAILS: u64 = 17_300;
/// How long the far end takes to notice a close, in milliseconds.
const CLOSE_LAG: u64 = 60;

/// Names one end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// The device it is on.
    pub device: usize,
    /// The generation of the process that opened it.
    pub generation: u64,
    /// How its endpoint names it.
    pub conn: RtcId,
}

/// How the two ends of a connection see each other.
#[derive(Clone, Debug)]
pub struct Route {
    /// The answering end, as the dialling one sees it.
    pub answering: RemoteCandidate,
    /// The dialling end, as the answering one sees it.
    pub dialling: RemoteCandidate,
}

/// All ends of peer connections that there were, by number.
#[derive(Debug, Default)]
pub struct Connections {
    ends: Vec<EndState>,
    /// The numbers of the ends that are not closed.
    numbers: BTreeMap<End, usize>,
    /// Devices that tell nobody an address of theirs.
    silent: BTreeSet<usize>,
}

#[derive(Debug)]
struct EndState {
    own: End,
    peer: Option<usize>,
    /// Nothing gets through any more.
    cut: bool,
    /// When the last message arrives here: no message overtakes another.
    arrives: u64,
    /// Until when nothing arrives; then all of it does, in order.
    stalls: u64,
}

impl Connections {
    /// From now on a device tells nobody an address of its own.
    pub fn silence(&mut self, device: usize) {
        self.silent.insert(device);
    }

    /// Returns how many connections a device has, and is making.
    #[must_use]
    pub fn count(&self, device: usize) -> usize {
        let first = |device| End {
            device,
            generation: 0,
            conn: ConnId::Dialled(0).into(),
        };
        self.numbers.range(first(device)..first(device + 1)).count()
    }

    /// Returns how many of them carry something.
    #[must_use]
    pub fn alive_of(&self, device: usize) -> usize {
        let ends = self.numbers.iter().filter(|(end, _)| end.device == device);
        let open = ends.filter(|(_, number)| self.ends.get(**number).is_some_and(|end| !end.cut));
        open.count()
    }

    /// Returns the other end of a connection. Of a dial that is not open it is that of its first attempt.
    #[must_use]
    pub fn far_end(&self, device: usize, generation: u64, conn: ConnId) -> Option<End> {
        let attempt = |attempt| End {
            device,
            generation,
            conn: RtcId { conn, attempt },
        };
        let attempts = self.numbers.range(attempt(0)..=attempt(u8::MAX));
        let mut ends = attempts.filter_map(|(_, number)| self.ends.get(*number));
        let end = ends.find_map(|end| self.ends.get(end.peer?))?;
        Some(end.own)
    }

    /// Makes connections carry nothing any more: those for whose two devices `lost` returns true.
    pub fn cut(&mut self, ctx: &mut Context, lost: impl Fn(usize, usize) -> bool) {
        let ends = &self.ends;
        let other = |end: &EndState| Some(ends.get(end.peer?)?.own.device);
        let is_lost = |end: &EndState| {
            let device = end.own.device;
            !end.cut && lost(device, other(end).unwrap_or(device))
        };
        let found = (0..ends.len()).filter(|number| ends.get(*number).is_some_and(is_lost));
        for number in found.collect::<Vec<_>>() {
            self.cut_end(ctx, number);
        }
    }

    /// Cuts any one connection.
    pub fn cut_any(&mut self, ctx: &mut Context) {
        if let Some(number) = self.any(ctx) {
            self.cut_end(ctx, number);
        }
    }

    /// Makes any one connection carry nothing for a while; ICE doubts it where that takes long.
    /// With no time at all the doubt is groundless.
    pub fn stall_any(&mut self, ctx: &mut Context, time: u64) {
        let Some(number) = self.any(ctx) else {
            return;
        };
        let Some(end) = self.ends.get(number) else {
            return;
        };
        for number in [Some(number), end.peer].into_iter().flatten() {
            let until = ctx.now + time;
            if let Some(end) = self.ends.get_mut(number) {
                end.stalls = end.stalls.max(until);
            }
            if time == 0 || time > ICE_SUSPECTS {
                self.tell(ctx, number, time.min(ICE_SUSPECTS), RtcInput::Suspect);
            }
        }
    }

    /// Carries out a command to one end. `route` finds the way from the device that dials to the
    /// one that answers.
    pub fn command(
        &mut self,
        ctx: &mut Context,
        own: End,
        command: RtcCommand,
        route: impl FnOnce(&mut Random, usize, usize) -> Option<Route>,
    ) {
        match command {
            RtcCommand::Offer { .. } => self.begin(ctx, own, None, "actpass"),
            RtcCommand::Answer(offer) => self.begin(ctx, own, number_in(&offer), "active"),
            RtcCommand::Accept(answer) => self.open(ctx, own, &answer, route),
            RtcCommand::Send(message) => self.send(ctx, own, message),
            RtcCommand::Close => self.close(ctx, own),
            RtcCommand::Candidate(_) => {}
        }
    }

    fn any(&self, ctx: &mut Context) -> Option<usize> {
        let ends = self.ends.iter().enumerate();
        let alive = ends.filter(|(_, end)| !end.cut).map(|(number, _)| number);
        let alive: Vec<usize> = alive.collect();
        let at = ctx.random.within(0, alive.len() as u64);
        alive.get(usize::try_from(at).ok()?).copied()
    }

    fn alive(&mut self, number: usize) -> Option<&mut EndState> {
        self.ends.get_mut(number).filter(|end| !end.cut)
    }

    fn cut_end(&mut self, ctx: &mut Context, number: usize) {
        let Some(end) = self.alive(number) else {
            return;
        };
        end.cut = true;
        let peer = end.peer;
        self.tell(ctx, number, ICE_SUSPECTS, RtcInput::Suspect);
        self.tell(ctx, number, ICE_FAILS, RtcInput::Closed);
        if let Some(peer) = peer {
            self.cut_end(ctx, peer);
        }
    }

    fn tell(&self, ctx: &mut Context, number: usize, after: u64, input: RtcInput) {
        if let Some(end) = self.ends.get(number) {
            let input = Input::Rtc(end.own.conn, input);
            let event = Event::Endpoint(end.own.device, end.own.generation, input);
            ctx.later(after, event);
        }
    }

    /// An end comes into being and describes itself.
    fn begin(&mut self, ctx: &mut Context, own: End, peer: Option<usize>, setup: &str) {
        let number = self.ends.len();
        self.ends.push(EndState {
            own,
            peer,
            cut: false,
            arrives: 0,
            stalls: 0,
        });
        self.numbers.insert(own, number);
        self.tell(ctx, number, 3, RtcInput::Described(sdp(number, setup)));
        if self.silent.contains(&own.device) {
            return;
        }
        let candidate = "candidate:0 1 udp 1 10.0.0.1 9 typ host".to_owned();
        self.tell(ctx, number, 4, RtcInput::Candidate(candidate));
    }

    /// The dialling end has the answer: both open, where there is a way between them.
    fn open(
        &mut self,
        ctx: &mut Context,
        own: End,
        answer: &str,
        route: impl FnOnce(&mut Random, usize, usize) -> Option<Route>,
    ) {
        let numbers = self.numbers.get(&own).copied().zip(number_in(answer));
        let Some((ours, theirs)) = numbers else {
            return;
        };
        let Some(answering) = self.ends.get(theirs) else {
            return;
        };
        // The certificates and the secrets of ICE are those of the two descriptions that were swapped.
        if answering.peer != Some(ours) {
            return;
        }
        let (device, is_cut) = (answering.own.device, answering.cut);
        let Some(dialling) = self.ends.get_mut(ours) else {
            return;
        };
        dialling.peer = Some(theirs);
        if is_cut || dialling.cut {
            return;
        }
        let Some(route) = route(&mut ctx.random, own.device, device) else {
            return;
        };
        let lag = ctx.random.within(2, 60);
        let (own_sdp, their_sdp) = (sdp(ours, "actpass"), sdp(theirs, "active"));
        let open = |local: &str, remote: &str, selected| RtcInput::Open {
            local: local.to_owned(),
            remote: remote.to_owned(),
            selected: Some(selected),
        };
        let first = open(&own_sdp, &their_sdp, route.answering);
        let second = open(&their_sdp, &own_sdp, route.dialling);
        self.tell(ctx, ours, lag, first);
        self.tell(ctx, theirs, lag, second);
    }

    fn send(&mut self, ctx: &mut Context, own: End, message: Vec<u8>) {
        let number = self.numbers.get(&own);
        let end = number.and_then(|number| self.ends.get(*number));
        let Some(peer) = end.filter(|end| !end.cut).and_then(|end| end.peer) else {
            return;
        };
        let now = ctx.now;
        let Some(end) = self.ends.get_mut(peer) else {
            return;
        };
        let lag = 2 + u64::try_from(peer % 40).unwrap_or(0);
        end.arrives = end.arrives.max(now + lag).max(end.stalls);
        let after = end.arrives - now;
        self.tell(ctx, peer, after, RtcInput::Data(message));
    }

    fn close(&mut self, ctx: &mut Context, own: End) {
        let Some(number) = self.numbers.remove(&own) else {
            return;
        };
        let Some(end) = self.alive(number) else {
            return;
        };
        end.cut = true;
        let Some(peer) = end.peer else {
            return;
        };
        if let Some(end) = self.alive(peer) {
            end.cut = true;
            self.tell(ctx, peer, CLOSE_LAG, RtcInput::Closed);
        }
    }
}

/// Returns a description whose user fragment and fingerprint hold the number of its end.
fn sdp(number: usize, setup: &str) -> String {
    let bytes = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let [a, b, c, d] = bytes;
    let digits = vec![format!("{a:02X}:{b:02X}:{c:02X}:{d:02X}"); 8].join(":");
    format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:u{number:08}\r\na=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\n\
         a=fingerprint:sha-256 {digits}\r\na=setup:{setup}\r\na=mid:0\r\na=sctp-port:5000\r\n\
         a=max-message-size:262144\r\n"
    )
}

fn number_in(sdp: &str) -> Option<usize> {
    let (_, rest) = sdp.split_once("a=ice-ufrag:u")?;
    rest.get(..8)?.parse().ok()
}
