//! Everything that can happen at a moment.

use crate::fault::Fault;
use crate::server::Wire;
use mesh_chat::node::{BeaconAnswer, BeaconFailure, Input};
use peerjs::endpoint::Input as EndpointInput;

/// Something that happens at a moment. The order of the variants is part of the trace.
#[derive(Debug)]
pub enum Event {
    /// An input reaches the node of a device, in this generation of its process.
    Node(usize, u64, Box<Input>),
    /// An input reaches the endpoint of a device, in this generation of its process.
    Endpoint(usize, u64, EndpointInput),
    /// The time has come at which a node or an endpoint wants to be called.
    Timer(usize, u64),
    /// The first job of a disk is done, or was lost with its process.
    Disk(usize, u64),
    /// A socket reaches a server, with an id and a token.
    Connect(usize, Wire, String, String),
    /// A frame reaches a server.
    Frame(usize, Wire, String),
    /// A server hears that a socket is closed.
    Hangup(usize, Wire),
    /// The servers drop what has expired.
    Sweep,
    /// The model looks at the world.
    Watch,
    /// A person does something.
    Person(usize),
    /// Something goes wrong.
    Fault(Fault),
    /// A process starts.
    Start(usize),
    /// A request reaches the beacon, or its answer reaches a device.
    Beacon(usize, u64, Box<Call>),
}

/// A request to the beacon, or the answer to it; both with the number of the request.
#[derive(Debug)]
pub enum Call {
    /// The request reaches the beacon.
    Asked(u64),
    /// The answer reaches the device.
    Answered(u64, Reply),
}

/// An answer of the beacon.
#[derive(Debug)]
pub struct Reply {
    /// What the device gets.
    pub answer: Result<BeaconAnswer, BeaconFailure>,
    /// The slot in it, where the pinned key has signed it.
    pub slot: Option<u64>,
}
