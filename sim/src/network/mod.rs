//! What lies between devices: their homes, the sockets to the signalling servers, and the peer
//! connections.

pub mod connections;
pub mod sockets;

use crate::context::Context;
use crate::devices::Devices;
use crate::home::{Home, Nat};
use crate::random::Random;
use connections::{Connections, End, Route};
use peerjs::candidate::Kind;
use peerjs::endpoint::RtcCommand;
use peerjs::path::RemoteCandidate;
use sockets::Sockets;
use std::net::IpAddr;

/// Everything between devices.
#[derive(Debug)]
pub struct Network {
    /// The networks that devices are in.
    pub homes: Vec<Home>,
    /// The signalling servers, and the sockets to them.
    pub sockets: Sockets,
    /// The peer connections between devices.
    pub connections: Connections,
}

impl Network {
    /// These homes and this many signalling servers, without any connection.
    #[must_use]
    pub fn new(homes: Vec<Home>, servers: usize) -> Self {
        Self {
            homes,
            sockets: Sockets::new(servers),
            connections: Connections::default(),
        }
    }

    /// Makes every connection of a device carry nothing any more. The device is not told. With
    /// `hang_up` the servers are.
    pub fn cut(&mut self, ctx: &mut Context, index: usize, hang_up: bool) {
        self.sockets.cut(ctx, index, hang_up);
        self.connections.cut(ctx, |end, _| end == index);
    }

    /// Cuts what leads out of a home. What stays within it works on.
    pub fn cut_home(&mut self, ctx: &mut Context, devices: &Devices, home: usize) {
        let inside = |index: usize| devices.home(index) == Some(home);
        self.connections
            .cut(ctx, |first, second| inside(first) != inside(second));
        for index in (0..devices.len()).filter(|index| inside(*index)) {
            self.sockets.cut(ctx, index, false);
        }
    }

    /// Carries out a command to one end of a peer connection.
    pub fn command(&mut self, ctx: &mut Context, devices: &Devices, own: End, command: RtcCommand) {
        let homes = &self.homes;
        let attempt = own.conn.attempt;
        let route = |random: &mut Random, dialling, answering| {
            route(homes, devices, dialling, answering)
                .filter(|_| lets_through(homes, devices, (dialling, answering), attempt, random))
        };
        self.connections.command(ctx, own, command, route);
    }

    /// Whether devices in two homes can be connected without a relay.
    #[must_use]
    pub fn passes(&self, first: usize, second: usize) -> bool {
        passes(&self.homes, first, second)
    }

    /// Returns the public address of a home.
    #[must_use]
    pub fn public_address(&self, home: usize) -> IpAddr {
        public_address(&self.homes, home)
    }
}

fn passes(homes: &[Home], first: usize, second: usize) -> bool {
    let nat = |home: usize| homes.get(home).map(|home| home.nat).unwrap_or_default();
    first == second || nat(first).passes(nat(second))
}

/// Whether this attempt of a dial between two devices gets through the NATs between them.
fn lets_through(
    homes: &[Home],
    devices: &Devices,
    (dialling, answering): (usize, usize),
    attempt: u8,
    random: &mut Random,
) -> bool {
    let home = |index: usize| devices.get(index).map(|device| device.home);
    let nat = |index: usize| {
        let home = home(index).and_then(|home| homes.get(home));
        home.map(|home| home.nat).unwrap_or_default()
    };
    let near = home(dialling) == home(answering);
    near || nat(dialling).lets_through(nat(answering), attempt, random)
}

fn public_address(homes: &[Home], home: usize) -> IpAddr {
    let home = homes.get(home);
    home.map_or(IpAddr::from([0, 0, 0, 0]), |home| home.address)
}

/// Returns how two devices see each other over the way between them, if there is one.
fn route(homes: &[Home], devices: &Devices, dialling: usize, answering: usize) -> Option<Route> {
    let online = |index: usize| devices.get(index).filter(|device| !device.offline);
    let (near, far) = (online(dialling)?.home, online(answering)?.home);
    let is_silent = |index: usize| devices.get(index).is_some_and(|device| device.silent);
    // Whoever knows no address of the other end sends it nothing, and most NATs let in answers only.
    let lets_in = |home: usize| homes.get(home).is_some_and(|home| home.nat == Nat::Open);
    if is_silent(dialling) && !lets_in(far) || is_silent(answering) && !lets_in(near) {
        return None;
    }
    let seen = |index: usize, home: usize| {
        if is_silent(index) {
            let (kind, address) = (Kind::PeerReflexive, None);
            return RemoteCandidate { kind, address };
        }
        let (kind, address) = if near == far {
            (Kind::Host, IpAddr::from([10, 0, 0, 9]))
        } else {
            (Kind::ServerReflexive, public_address(homes, home))
        };
        let address = Some(address);
        RemoteCandidate { kind, address }
    };
    passes(homes, near, far).then(|| Route {
        answering: seen(answering, far),
        dialling: seen(dialling, near),
    })
}
