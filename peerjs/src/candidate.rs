//! ICE candidates, parsed from and written to the form of RFC 8839.

use crate::limits::CANDIDATE_MAX;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use thiserror::Error;

/// An ICE candidate of one component. Everything that is not a field is left out when it is
/// written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    foundation: String,
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

/// Why a candidate is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CandidateError {
    /// More than [`CANDIDATE_MAX`] bytes.
    #[error("candidate too long")]
    TooLong,
    /// Not the form of RFC 8839.
    #[error("malformed candidate")]
    Malformed,
    /// Neither a `.local` name nor an address at which another device can be. Other names are
    /// refused because looking them up would tell their owner who talks to whom.
    #[error("address not accepted")]
    Address,
    /// Not of component 1, or not UDP: browsers never listen for TCP, so that a candidate for it
    /// only makes them knock at somebody's port.
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
        let related = related(words)?;
        if transport != "udp" {
            return Err(CandidateError::NotInUse);
        }
        if !address.is_of_another() {
            return Err(CandidateError::Address);
        }
        Ok(Self {
            foundation,
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
        let kind = self.kind.name();
        write!(
            f,
            "candidate:{foundation} 1 udp {priority} {address} {port} typ {kind}"
        )?;
        if let Some((address, port)) = &self.related {
            write!(f, " raddr {address} rport {port}")?;
        }
        Ok(())
    }
}

/// Returns the related address and port in the pairs of words after the type.
fn related<'a>(
    mut words: impl Iterator<Item = &'a str>,
) -> Result<Option<(Address, u16)>, CandidateError> {
    let (mut address, mut port) = (None, None);
    while let Some(name) = words.next() {
        let value = words.next().ok_or(CandidateError::Malformed)?;
        match name {
            "raddr" => address = Some(Address::parse(value)?),
            "rport" => port = Some(number(value)?),
            _ => {}
        }
    }
    Ok(address.zip(port))
}

impl Address {
    fn parse(text: &str) -> Result<Self, CandidateError> {
        if let Ok(ip) = text.parse() {
            return Ok(Self::Ip(ip));
        }
        let any = planted!(AnyNameResolved).then_some("x");
        let name = text.strip_suffix(".local").or(any);
        let name = name.ok_or(CandidateError::Address)?;
        let fits = (1..=63).contains(&name.len());
        if fits && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            Ok(Self::Mdns(text.to_owned()))
        } else {
            Err(CandidateError::Address)
        }
    }

    /// Returns whether another device can be there: not loopback, "this network" (0/8), link-local,
    /// multicast, broadcast or unspecified.
    fn is_of_another(&self) -> bool {
        match self {
            Self::Mdns(_) => true,
            Self::Ip(IpAddr::V4(ip)) => is_of_another_v4(*ip),
            Self::Ip(IpAddr::V6(ip)) => ip
                .to_ipv4_mapped()
                .map_or_else(|| is_of_another_v6(*ip), is_of_another_v4),
        }
    }
}

fn is_of_another_v4(ip: Ipv4Addr) -> bool {
    let [first, ..] = ip.octets();
    !(first == 0
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast())
}

fn is_of_another_v6(ip: Ipv6Addr) -> bool {
    !(ip.is_unspecified() || ip.is_loopback() || ip.is_unicast_link_local() || ip.is_multicast())
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
