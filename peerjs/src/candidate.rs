//! ICE candidates, parsed from and written to the form of RFC 8839.

use crate::limits::CANDIDATE_MAX;
use std::fmt;
use std::net::IpAddr;
use thiserror::Error;

/// An ICE candidate of one component. Everything that is not a field is left out when it is
/// written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    foundation: String,
    transport: Transport,
    priority: u32,
    /// Where it can be reached.
    pub address: Address,
    /// Its port.
    pub port: u16,
    /// How it was found.
    pub kind: Kind,
    related: Option<(Address, u16)>,
}

/// Where a candidate can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Address literal.
    Ip(IpAddr),
    /// A name ending in `.local`, which only its own network can resolve.
    Mdns(String),
}

/// How a candidate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An address of an interface.
    Host,
    /// Seen by a STUN server.
    ServerReflexive,
    /// Seen by the other end.
    PeerReflexive,
    /// Lent by a TURN server.
    Relay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp(TcpKind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TcpKind {
    Active,
    Passive,
    SimultaneousOpen,
}

/// Why a candidate is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CandidateError {
    /// More than [`CANDIDATE_MAX`] bytes.
    #[error("candidate too long")]
    TooLong,
    /// Not the form of RFC 8839.
    #[error("malformed candidate")]
    Malformed,
    /// Neither a unicast address nor a `.local` name. Other names are refused
    /// because looking them up would tell their owner who talks to whom.
    #[error("address not accepted")]
    Address,
    /// Not of component 1, or neither UDP nor TCP.
    #[error("component or transport not in use")]
    NotInUse,
}

impl Candidate {
    /// Parses `candidate:…`, with or without a leading `a=`.
    pub fn parse(text: &str) -> Result<Self, CandidateError> {
        if text.len() > CANDIDATE_MAX {
            return Err(CandidateError::TooLong);
        }
        let text = text.strip_prefix("a=").unwrap_or(text);
        let text = text
            .strip_prefix("candidate:")
            .ok_or(CandidateError::Malformed)?;
        let mut words = text.split_ascii_whitespace();
        let mut next = || words.next().ok_or(CandidateError::Malformed);
        let foundation = foundation(next()?)?;
        if next()? != "1" {
            return Err(CandidateError::NotInUse);
        }
        let transport = next()?.to_ascii_lowercase();
        let priority = number(next()?)?;
        let address = Address::parse(next()?)?;
        let port = number(next()?)?;
        if next()? != "typ" {
            return Err(CandidateError::Malformed);
        }
        let kind = Kind::parse(next()?)?;
        let extensions = Extensions::parse(words)?;
        if !address.is_unicast() {
            return Err(CandidateError::Address);
        }
        let transport = match (transport.as_str(), extensions.tcp) {
            ("udp", None) => Transport::Udp,
            ("tcp", Some(kind)) => Transport::Tcp(kind),
            ("udp" | "tcp", _) => return Err(CandidateError::Malformed),
            _ => return Err(CandidateError::NotInUse),
        };
        let related = extensions.related();
        Ok(Self {
            foundation,
            transport,
            priority,
            address,
            port,
            kind,
            related,
        })
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            foundation,
            priority,
            address,
            port,
            ..
        } = self;
        let transport = match self.transport {
            Transport::Udp => "udp",
            Transport::Tcp(_) => "tcp",
        };
        let kind = self.kind.name();
        write!(
            f,
            "candidate:{foundation} 1 {transport} {priority} {address} {port} typ {kind}"
        )?;
        if let Some((address, port)) = &self.related {
            write!(f, " raddr {address} rport {port}")?;
        }
        if let Transport::Tcp(kind) = self.transport {
            write!(f, " tcptype {}", kind.name())?;
        }
        Ok(())
    }
}

/// The pairs of words after the type.
#[derive(Default)]
struct Extensions {
    address: Option<Address>,
    port: Option<u16>,
    tcp: Option<TcpKind>,
}

impl Extensions {
    fn parse<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Self, CandidateError> {
        let mut found = Self::default();
        while let Some(name) = words.next() {
            let value = words.next().ok_or(CandidateError::Malformed)?;
            match name {
                "raddr" => found.address = Some(Address::parse(value)?),
                "rport" => found.port = Some(number(value)?),
                "tcptype" => found.tcp = Some(TcpKind::parse(value)?),
                _ => {}
            }
        }
        Ok(found)
    }

    fn related(self) -> Option<(Address, u16)> {
        Some((self.address?, self.port?))
    }
}

impl Address {
    fn parse(text: &str) -> Result<Self, CandidateError> {
        if let Ok(ip) = text.parse() {
            return Ok(Self::Ip(ip));
        }
        let name = text.strip_suffix(".local").ok_or(CandidateError::Address)?;
        let fits = (1..=63).contains(&name.len());
        if fits && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            Ok(Self::Mdns(text.to_owned()))
        } else {
            Err(CandidateError::Address)
        }
    }

    fn is_unicast(&self) -> bool {
        match self {
            Self::Mdns(_) => true,
            Self::Ip(IpAddr::V4(ip)) => {
                !ip.is_unspecified() && !ip.is_multicast() && !ip.is_broadcast()
            }
            Self::Ip(IpAddr::V6(ip)) => !ip.is_unspecified() && !ip.is_multicast(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Mdns(name) => f.write_str(name),
        }
    }
}

impl Kind {
    /// Parses the word that stands after `typ`; also what `getStats` calls `candidateType`.
    pub fn parse(text: &str) -> Result<Self, CandidateError> {
        match text {
            "host" => Ok(Self::Host),
            "srflx" => Ok(Self::ServerReflexive),
            "prflx" => Ok(Self::PeerReflexive),
            "relay" => Ok(Self::Relay),
            _ => Err(CandidateError::Malformed),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::ServerReflexive => "srflx",
            Self::PeerReflexive => "prflx",
            Self::Relay => "relay",
        }
    }
}

impl TcpKind {
    fn parse(text: &str) -> Result<Self, CandidateError> {
        match text {
            "active" => Ok(Self::Active),
            "passive" => Ok(Self::Passive),
            "so" => Ok(Self::SimultaneousOpen),
            _ => Err(CandidateError::Malformed),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::SimultaneousOpen => "so",
        }
    }
}

fn foundation(text: &str) -> Result<String, CandidateError> {
    let of_ice = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    if text.len() <= 32 && text.bytes().all(of_ice) {
        Ok(text.to_owned())
    } else {
        Err(CandidateError::Malformed)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, CandidateError> {
    // `from_str` would take a sign.
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map_err(|_| CandidateError::Malformed)
    } else {
        Err(CandidateError::Malformed)
    }
}

#[cfg(test)]
#[path = "candidate_tests.rs"]
mod tests;
