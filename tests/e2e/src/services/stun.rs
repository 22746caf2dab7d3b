//! A STUN server that answers every Binding request with one fixed address.
//!
//! A real STUN server on this machine can only name this machine's own addresses, which are no
//! public ones; behind no NAT, nothing on one machine can find out that it shares an address.
//! `turnserver` stands in where that very answer is wanted: see [`Coturn`].

use super::own_address;
use crate::process::Process;
use crate::tally::Tally;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Who may use the relay.
const USER: &str = "lab";
/// See [`USER`].
const PASSWORD: &str = "lab";

/// RFC 8489, section 5.
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// A STUN server that tells everybody the same address.
pub struct Stun {
    address: SocketAddr,
    /// Who asked.
    pub packets: Tally<SocketAddr>,
}

impl Stun {
    /// Starts one on a free port of this machine's address.
    pub fn start(answer: Ipv4Addr) -> Result<Self> {
        Self::begin(Some(answer))
    }

    /// Starts one that answers nobody.
    pub fn silent() -> Result<Self> {
        Self::begin(None)
    }

    fn begin(answer: Option<Ipv4Addr>) -> Result<Self> {
        let socket = UdpSocket::bind((own_address(), 0))?;
        let stun = Self {
            address: socket.local_addr()?,
            packets: Tally::default(),
        };
        let packets = stun.packets.clone();
        // The thread ends with the tests' process.
        std::thread::spawn(move || {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                packets.add(from);
                let ask = buffer.get(..length);
                if let Some(reply) = answer.and_then(|answer| respond(ask?, answer, from)) {
                    // Lost replies are part of UDP; the client asks again.
                    let _ = socket.send_to(&reply, from);
                }
            }
        });
        Ok(stun)
    }

    /// Returns the address for `iceServers`.
    pub fn url(&self) -> String {
        format!("stun:{}", self.address)
    }
}

/// Returns a Binding success response with XOR-MAPPED-ADDRESS; `None` for anything but a Binding
/// request.
fn respond(request: &[u8], answer: Ipv4Addr, from: SocketAddr) -> Option<Vec<u8>> {
    let (kind, rest) = request.split_at_checked(2)?;
    let transaction = rest.get(6..18)?;
    if kind != [0x00, 0x01] || rest.get(2..6)? != MAGIC {
        return None;
    }
    let port = from.port() ^ u16::from_be_bytes([0x21, 0x12]);
    let address = u32::from(answer) ^ u32::from_be_bytes(MAGIC);
    let mut reply = vec![0x01, 0x01, 0, 12];
    reply.extend(MAGIC);
    reply.extend(transaction);
    reply.extend([0x00, 0x20, 0, 8, 0, 0x01]);
    reply.extend(port.to_be_bytes());
    reply.extend(address.to_be_bytes());
    Some(reply)
}

/// A real STUN and TURN server, Debian's coturn.
pub struct Coturn {
    _process: Process,
    address: SocketAddr,
}

impl Coturn {
    /// Starts one on a free port of this address.
    pub fn start(logs: &Path, host: IpAddr) -> Result<Self> {
        let address = UdpSocket::bind((host, 0))?.local_addr()?;
        let mut command = Command::new("turnserver");
        command.args([
            "-n",
            "--lt-cred-mech",
            "--realm=lab",
            "--no-tls",
            "--no-dtls",
            "--no-cli",
            "--log-file=stdout",
        ]);
        command.args([format!("--user={USER}:{PASSWORD}")]);
        command.args(["--pidfile=/dev/null", "--listening-ip", &host.to_string()]);
        command.args(["--listening-port", &address.port().to_string()]);
        let process = Process::start(&mut command, &logs.join("coturn.log"), |_| {})?;
        wait_until_it_listens(address)?;
        Ok(Self {
            _process: process,
            address,
        })
    }

    /// Returns where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `iceServers`.
    pub fn url(&self) -> String {
        format!("stun:{}", self.address)
    }

    /// Returns the entry of `iceServers` for its relay, to which this transport leads: `udp` or `tcp`.
    pub fn relay(&self, transport: &str) -> Value {
        json!({
            "urls": [format!("turn:{}?transport={transport}", self.address)],
            "username": USER,
            "credential": PASSWORD
        })
    }
}

/// Waits until its TCP port is taken; it prints nothing reliable about that.
fn wait_until_it_listens(address: SocketAddr) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(10);
    while TcpListener::bind(address).is_ok() {
        if Instant::now() > end {
            bail!("turnserver does not listen at {address}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::respond;

    #[test]
    fn a_binding_request_is_answered_with_the_fixed_address() {
        // The address of RFC 5769, section 2.2: 192.0.2.1 port 32853 is a147e112a643 when masked.
        let mut request = vec![0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        request.extend([7; 12]);
        let from = "10.0.0.1:32853".parse().unwrap();
        let reply = respond(&request, [192, 0, 2, 1].into(), from).unwrap();
        assert_eq!(reply[..4], [0x01, 0x01, 0, 12]);
        assert_eq!(reply[8..20], [7; 12]);
        assert_eq!(reply[26..], [0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
    }

    #[test]
    fn anything_else_is_not_answered() {
        let from = "10.0.0.1:1".parse().unwrap();
        assert!(respond(b"hello", [192, 0, 2, 1].into(), from).is_none());
        assert!(respond(&[0x01; 40], [192, 0, 2, 1].into(), from).is_none());
    }
}
