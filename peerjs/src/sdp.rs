//! Session descriptions of one data channel, parsed into fields and written anew from them.
//!
//! A remote description is never handed to the browser as it came: only what is a field here gets
//! through, and what contradicts one data channel with one certificate is refused.

mod values;

pub use values::Fingerprint;

use crate::candidate::Candidate;
use crate::limits::{CANDIDATES_MAX, SDP_MAX};
use std::fmt;
use thiserror::Error;
use values::{Setup, credential, message_size, port, token};

/// The description of one end of a data channel.
#[derive(Clone, PartialEq, Eq)]
pub struct Description {
    ufrag: String,
    pwd: String,
    fingerprint: Fingerprint,
    setup: Setup,
    mid: String,
    sctp_port: u16,
    max_message_size: u64,
    candidates: Vec<Candidate>,
}

/// Whether a description asks or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdpRole {
    /// The first of a negotiation.
    Offer,
    /// The second.
    Answer,
}

/// Why a description is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SdpError {
    /// More than [`SDP_MAX`] bytes.
    #[error("description too long")]
    TooLong,
    /// A line that is not `letter=value`, or with a control character.
    #[error("malformed line")]
    Line,
    /// Other media than one data channel over SCTP, DTLS and UDP.
    #[error("not exactly one data channel")]
    Media,
    /// Not exactly one fingerprint, or not SHA-256.
    #[error("not exactly one SHA-256 fingerprint")]
    Fingerprint,
    /// Not exactly one ufrag and password of RFC 8839.
    #[error("no proper ICE credentials")]
    Credentials,
    /// `a=ice-lite`: a server, not a browser.
    #[error("ICE-lite")]
    IceLite,
    /// Not exactly one `a=setup` that fits the role.
    #[error("no proper setup role")]
    Setup,
    /// Not exactly one media id of at most 16 token characters.
    #[error("no proper mid")]
    Mid,
    /// Not exactly one SCTP port.
    #[error("no proper SCTP port")]
    SctpPort,
    /// A maximum message size that a message of ours would not fit, or more than one.
    #[error("no proper maximum message size")]
    MessageSize,
    /// More than [`CANDIDATES_MAX`].
    #[error("too many candidates")]
    Candidates,
}

impl Description {
    /// Parses a description, remote or local.
    pub fn parse(text: &str, role: SdpRole) -> Result<Self, SdpError> {
        if text.len() > SDP_MAX {
            return Err(SdpError::TooLong);
        }
        let mut fields = Fields::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            fields.line(line)?;
        }
        fields.finish(role)
    }

    /// Returns the fingerprint of the certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Leaves out candidates.
    pub fn retain(&mut self, keep: impl FnMut(&Candidate) -> bool) {
        self.candidates.retain(keep);
    }

    /// Says how long a message may be that this end is sent.
    pub fn limit_messages(&mut self, bytes: usize) {
        self.max_message_size = u64::try_from(bytes).unwrap_or(u64::MAX);
    }

    /// Returns the id of the one media section.
    pub fn mid(&self) -> &str {
        &self.mid
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")?;
        write!(f, "a=group:BUNDLE {}\r\n", self.mid)?;
        write!(
            f,
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
        )?;
        write!(
            f,
            "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n",
            self.ufrag, self.pwd
        )?;
        write!(f, "a=ice-options:trickle\r\n")?;
        write!(f, "a=fingerprint:sha-256 {}\r\n", self.fingerprint)?;
        write!(f, "a=setup:{}\r\na=mid:{}\r\n", self.setup.name(), self.mid)?;
        write!(f, "a=sctp-port:{}\r\n", self.sctp_port)?;
        write!(f, "a=max-message-size:{}\r\n", self.max_message_size)?;
        for candidate in &self.candidates {
            write!(f, "a={candidate}\r\n")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Description {
    /// Leaves out credentials and addresses, which do not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Description")
            .field("mid", &self.mid)
            .finish_non_exhaustive()
    }
}

/// What has been read so far. A second value where one is due is an error at once.
#[derive(Default)]
struct Fields {
    media: bool,
    ufrag: Option<String>,
    pwd: Option<String>,
    fingerprint: Option<Fingerprint>,
    setup: Option<Setup>,
    mid: Option<String>,
    sctp_port: Option<u16>,
    max_message_size: Option<u64>,
    candidates: Vec<Candidate>,
}

impl Fields {
    fn line(&mut self, line: &str) -> Result<(), SdpError> {
        if line.chars().any(char::is_control) {
            return Err(SdpError::Line);
        }
        let (kind, value) = line.split_once('=').ok_or(SdpError::Line)?;
        match kind {
            "m" => self.media(value),
            "a" => self.attribute(value),
            _ if kind.len() == 1 => Ok(()),
            _ => Err(SdpError::Line),
        }
    }

    fn media(&mut self, value: &str) -> Result<(), SdpError> {
        let words: Vec<&str> = value.split(' ').collect();
        let [
            "application",
            port,
            "UDP/DTLS/SCTP" | "TCP/DTLS/SCTP",
            "webrtc-datachannel",
        ] = words.as_slice()
        else {
            return Err(SdpError::Media);
        };
        let offered = port.parse::<u16>().is_ok_and(|port| port != 0);
        if !offered || std::mem::replace(&mut self.media, true) {
            return Err(SdpError::Media);
        }
        Ok(())
    }

    fn attribute(&mut self, attribute: &str) -> Result<(), SdpError> {
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        match name {
            "ice-ufrag" => once(&mut self.ufrag, credential(value, 4), SdpError::Credentials),
            "ice-pwd" => once(&mut self.pwd, credential(value, 22), SdpError::Credentials),
            "ice-lite" => Err(SdpError::IceLite),
            "fingerprint" => once(
                &mut self.fingerprint,
                Fingerprint::parse(value),
                SdpError::Fingerprint,
            ),
            "setup" => once(&mut self.setup, Setup::parse(value), SdpError::Setup),
            "mid" => once(&mut self.mid, token(value), SdpError::Mid),
            "sctp-port" => once(&mut self.sctp_port, port(value), SdpError::SctpPort),
            "sctpmap" => Err(SdpError::Media),
            "max-message-size" => once(
                &mut self.max_message_size,
                message_size(value),
                SdpError::MessageSize,
            ),
            "candidate" => self.candidate(attribute),
            _ => Ok(()),
        }
    }

    /// Adds a candidate. One of an unknown kind is ignored, as RFC 8839 requires.
    fn candidate(&mut self, text: &str) -> Result<(), SdpError> {
        if self.candidates.len() >= CANDIDATES_MAX {
            return Err(SdpError::Candidates);
        }
        self.candidates.extend(Candidate::parse(text));
        Ok(())
    }

    fn finish(self, role: SdpRole) -> Result<Description, SdpError> {
        if !self.media {
            return Err(SdpError::Media);
        }
        let setup = self.setup.ok_or(SdpError::Setup)?;
        if role == SdpRole::Answer && setup == Setup::ActPass {
            return Err(SdpError::Setup);
        }
        Ok(Description {
            ufrag: self.ufrag.ok_or(SdpError::Credentials)?,
            pwd: self.pwd.ok_or(SdpError::Credentials)?,
            fingerprint: self.fingerprint.ok_or(SdpError::Fingerprint)?,
            setup,
            mid: self.mid.ok_or(SdpError::Mid)?,
            sctp_port: self.sctp_port.ok_or(SdpError::SctpPort)?,
            // RFC 8841 section 6.
            max_message_size: self.max_message_size.unwrap_or(64 * 1024),
            candidates: self.candidates,
        })
    }
}

fn once<T>(slot: &mut Option<T>, value: Option<T>, error: SdpError) -> Result<(), SdpError> {
    if slot.is_some() && !planted!(SecondFingerprint) {
        return Err(error);
    }
    *slot = Some(value.ok_or(error)?);
    Ok(())
}

#[cfg(test)]
#[path = "sdp_tests.rs"]
mod tests;
