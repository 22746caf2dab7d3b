//! What leaves a device: every packet, by whom it is for, and every name that is looked up.
//!
//! A name server of its own tells the device that no name is known. So whoever is called by a name shows as that
//! name, and whoever is called by an address shows as a packet.

use super::Namespace;
use crate::tally::Tally;
use anyhow::Result;
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, socket,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::thread;

/// A packet that is sent, as `linux/if_packet.h` has it.
const OUTGOING: u8 = 4;
/// The kind of the interface by which a device talks to itself, as `linux/if_arp.h` has it.
const LOOPBACK: u16 = 772;

/// What a packet is made for. Others, such as ICMP, browsers cannot send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// HTTP and WebSockets.
    Tcp,
    /// WebRTC, STUN, mDNS.
    Udp,
}

/// Where a packet goes.
pub type Recipient = (Transport, SocketAddr);

/// What a device has sent and asked so far.
#[derive(Clone, Default)]
pub struct Wiretap {
    /// Where packets went, one for each packet.
    pub packets: Tally<Recipient>,
    /// The names that were looked up.
    pub names: Tally<String>,
}

impl Wiretap {
    /// Listens at a device, for the rest of the tests' process.
    pub(super) fn on(device: &Namespace) -> Result<Self> {
        let tap = Self::default();
        let own = tap.clone();
        let names = device.enter(move || own.listen())??;
        let port = names.local_addr()?.port();
        device.run(&format!(
            "iptables -w -t nat -A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports {port}"
        ))?;
        let asked = tap.names.clone();
        thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = names.recv_from(&mut buffer) {
                let question = buffer.get(..length).and_then(Question::read);
                if let Some(question) = question {
                    asked.add(question.name);
                    // Lost answers are part of UDP.
                    let _ = names.send_to(&question.unknown, from);
                }
            }
        });
        Ok(tap)
    }

    /// Begins to note packets; returns the socket of the name server. On a thread that is inside.
    fn listen(self) -> Result<UdpSocket> {
        let (family, kind) = (AddressFamily::Packet, SockType::Datagram);
        let wire = socket(family, kind, SockFlag::empty(), SockProtocol::EthAll)?;
        thread::spawn(move || {
            // The heads are enough; what is longer is cut.
            let mut buffer = [0; 128];
            while let Ok((length, Some(link))) = recvfrom::<LinkAddr>(wire.as_raw_fd(), &mut buffer)
            {
                let sent = link.pkttype() == OUTGOING && link.hatype() != LOOPBACK;
                let recipient = buffer.get(..length).filter(|_| sent).and_then(recipient);
                if let Some(recipient) = recipient {
                    self.packets.add(recipient);
                }
            }
        });
        Ok(UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?)
    }
}

/// Returns whom an IP packet is for; `None` where it is of neither transport, or not the first part of one.
fn recipient(packet: &[u8]) -> Option<Recipient> {
    let (head, protocol, address) = match packet.first()? >> 4 {
        4 => {
            if u16::from_be_bytes(*packet.get(6..)?.first_chunk()?) & 0x1fff != 0 {
                return None;
            }
            let address: [u8; 4] = *packet.get(16..)?.first_chunk()?;
            let head = usize::from(packet.first()? & 0xf) * 4;
            (head, packet.get(9)?, IpAddr::V4(Ipv4Addr::from(address)))
        }
        6 => {
            let address: [u8; 16] = *packet.get(24..)?.first_chunk()?;
            (40, packet.get(6)?, IpAddr::V6(Ipv6Addr::from(address)))
        }
        _ => return None,
    };
    let transport = match protocol {
        6 => Transport::Tcp,
        17 => Transport::Udp,
        _ => return None,
    };
    let port = u16::from_be_bytes(*packet.get(head + 2..)?.first_chunk()?);
    Some((transport, SocketAddr::new(address, port)))
}

/// A question to a name server, RFC 1035, section 4.
struct Question {
    name: String,
    /// The answer that there is no such name.
    unknown: Vec<u8>,
}

impl Question {
    fn read(packet: &[u8]) -> Option<Self> {
        let mut labels = Vec::new();
        let mut rest = packet.get(12..)?;
        loop {
            let (length, after) = rest.split_first()?;
            if *length == 0 {
                rest = after;
                break;
            }
            let (label, after) = after.split_at_checked(usize::from(*length))?;
            labels.push(String::from_utf8_lossy(label).into_owned());
            rest = after;
        }
        // Kind and class end the question; what stands behind it is not repeated.
        let end = packet.len() - rest.get(4..)?.len();
        let mut unknown = packet.get(..end)?.to_vec();
        let head = [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0];
        unknown.get_mut(2..12)?.copy_from_slice(&head);
        Some(Self {
            name: labels.join("."),
            unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Question, Transport, recipient};

    #[test]
    fn whom_a_packet_is_for_is_read_from_its_heads() {
        let mut v4 = vec![0x45, 0, 0, 28, 0, 0, 0x40, 0, 64, 17, 0, 0];
        v4.extend([10, 0, 1, 100, 203, 0, 113, 1]);
        v4.extend([0x9c, 0x40, 0x0d, 0x96, 0, 8, 0, 0]);
        let stun = "203.0.113.1:3478".parse().unwrap();
        assert_eq!(recipient(&v4), Some((Transport::Udp, stun)));
        let mut later = v4.clone();
        later[7] = 1;
        assert_eq!(recipient(&later), None);
        let mut v6 = vec![0x60, 0, 0, 0, 0, 20, 6, 64];
        v6.extend([0; 16]);
        v6.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        v6.extend([0x9c, 0x40, 0x01, 0xbb]);
        let site = "[2001:db8::1]:443".parse().unwrap();
        assert_eq!(recipient(&v6), Some((Transport::Tcp, site)));
        assert_eq!(recipient(&v6[..41]), None);
        assert_eq!(recipient(&[]), None);
    }

    #[test]
    fn a_name_is_read_and_answered_as_unknown() {
        let mut ask = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
        ask.extend(b"\x09elsewhere\x07example\0\0\x01\0\x01");
        let asked = ask.len();
        ask.extend([0, 0, 41, 0, 0, 0, 0, 0, 0, 0, 0]);
        let question = Question::read(&ask).unwrap();
        assert_eq!(question.name, "elsewhere.example");
        assert_eq!(question.unknown.len(), asked);
        assert_eq!(question.unknown[..6], [7, 7, 0x81, 0x83, 0, 1]);
        assert!(Question::read(&ask[..20]).is_none());
    }
}
