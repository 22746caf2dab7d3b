//! The first inputs of each target: one of each shape among the frames of the simulation, and what
//! browsers write.

use crate::sequence;
use mesh_chat::records::Change;
use peerjs::frame;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use webext::local::Writes;

/// Inputs of one target that are of the same kind; more say little that is new.
const OF_A_KIND: usize = 2;

const ROUTER: [&str; 9] = [
    "checkin",
    "registry",
    "update",
    "recheckin",
    "redirect",
    "deputy",
    "ping",
    "pong",
    "bye",
];
const HANDSHAKE: [&str; 6] = [
    "hello", "request", "accepted", "rejected", "confirm", "auth",
];

/// A description of Chromium, and one of Firefox.
const DESCRIPTIONS: [&str; 2] = [
    "v=0\r\no=- 1812719453311902667 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:p0eQ\r\na=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\na=ice-options:trickle\r\na=fingerprint:sha-256 25:50:25:79:6C:67:07:5D:D0:46:0D:98:D1:AD:5F:25:ED:CB:CB:3C:67:9E:A2:7A:3A:4D:40:21:1C:33:42:1F\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n",
    "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 5722326028817123411 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=sendrecv\r\na=fingerprint:sha-256 24:90:37:FB:F8:8D:C0:72:90:A8:4F:05:9D:59:71:1F:1C:1E:EB:41:CF:03:60:21:6F:51:4E:4A:BB:62:04:58\r\na=group:BUNDLE 0\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=candidate:0 1 UDP 2122187007 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 43903 typ host\r\na=candidate:2 1 TCP 2105458943 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 9 typ host tcptype active\r\na=sendrecv\r\na=end-of-candidates\r\na=ice-pwd:1240633af73cc7e3175231fa77a4a7a2\r\na=ice-ufrag:6d92f237\r\na=mid:0\r\na=setup:actpass\r\na=sctp-port:5000\r\na=max-message-size:1073741823\r\n",
];

const CANDIDATES: [&str; 4] = [
    "candidate:1 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 192.168.1.2 rport 46154",
    "candidate:0 1 UDP 2122187007 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 43903 typ host",
    "candidate:2 1 tcp 2105458943 2001:db8::7 9 typ host tcptype active generation 0",
    "candidate:3 1 udp 41885439 198.51.100.2 50000 typ relay raddr 203.0.113.7 rport 46154",
];

/// Writes the inputs, of what `sim --tell` prints.
///
/// # Errors
/// Where the folder cannot be written.
pub fn from_stdin() -> Result<(), String> {
    let mut corpus = Corpus::default();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        if let Some((_, frame)) = line.split_once(") {").filter(|_| line.contains(" sends ")) {
            corpus.frame(&format!("{{{frame}"))?;
        }
    }
    corpus.signalling()?;
    corpus.stored()
}

/// The folder of inputs, and what is in it.
struct Corpus {
    folder: PathBuf,
    kinds: Vec<String>,
    shapes: BTreeSet<String>,
}

impl Default for Corpus {
    fn default() -> Self {
        Self {
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"),
            kinds: Vec::new(),
            shapes: BTreeSet::new(),
        }
    }
}

impl Corpus {
    /// Keeps a frame if it has fields as none before.
    fn frame(&mut self, text: &str) -> Result<(), String> {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return Ok(());
        };
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let target = match kind {
            _ if ROUTER.contains(&kind) && !text.contains(r#""log""#) => "router",
            _ if HANDSHAKE.contains(&kind) => "handshake",
            "get" | "differs" | "piece" | "got" => "file",
            _ => "session",
        };
        let shape = format!("{kind} {}", shape(&value));
        if text.len() < 1_500 && self.shapes.insert(shape) {
            self.keep(target, kind, text.as_bytes())?;
        }
        Ok(())
    }

    fn signalling(&mut self) -> Result<(), String> {
        let (sdp, line) = (DESCRIPTIONS[1], CANDIDATES[0]);
        let frames = [
            ("offer", frame::offer("b", "dc_1", sdp)),
            (
                "answer",
                frame::answer("b", "dc_1", &sdp.replace("actpass", "active")),
            ),
            ("candidate", frame::candidate("b", "dc_1", "0", line)),
            ("echo", frame::echo("b", "AAAA")),
            (
                "error",
                r#"{"type":"ERROR","payload":{"msg":"Invalid key"}}"#.to_owned(),
            ),
            ("expire", r#"{"type":"EXPIRE","payload":{}}"#.to_owned()),
            ("open", r#"{"type":"OPEN"}"#.to_owned()),
        ];
        for (kind, frame) in frames {
            let relayed = frame.replacen('{', r#"{"src":"a-1","#, 1);
            self.keep("signalling", kind, relayed.as_bytes())?;
        }
        for text in DESCRIPTIONS {
            self.keep("sdp", "offer", format!("0{text}").as_bytes())?;
            let answer = text.replace("actpass", "active");
            self.keep("sdp", "answer", format!("1{answer}").as_bytes())?;
        }
        for line in CANDIDATES {
            self.keep("candidate", "line", line.as_bytes())?;
        }
        Ok(())
    }

    /// Keeps what two contacts have stored, and what their backups hold.
    fn stored(&mut self) -> Result<(), String> {
        for snapshot in sequence::friends() {
            let (mut lines, mut local) = (String::new(), Writes::default());
            let mut backup = (None, Vec::new());
            for change in sequence::changes(snapshot) {
                match &change {
                    Change::Profile(record) => backup.0 = Some(record.clone()),
                    Change::Contact(record) => backup.1.push(record.clone()),
                    Change::Thread(head, _) => lines += &line("thread", head)?,
                    _ => {}
                }
                local.add(&change).map_err(|error| error.to_string())?;
            }
            for message in &snapshot.outbox {
                lines += &line("message", message)?;
            }
            for (key, text) in local.set {
                lines += &format!("{key}={text}\n");
            }
            self.keep("records", "person", lines.as_bytes())?;
            let (profile, contacts) = backup;
            let content = serde_json::json!({ "profile": profile, "contacts": contacts });
            self.keep("backup", "content", content.to_string().as_bytes())?;
        }
        Ok(())
    }

    fn keep(&mut self, target: &str, kind: &str, bytes: &[u8]) -> Result<(), String> {
        let name = format!("{target}/{kind}");
        let before = self.kinds.iter().filter(|known| **known == name).count();
        if target != "candidate" && before >= OF_A_KIND {
            return Ok(());
        }
        self.kinds.push(name);
        let folder = self.folder.join(target);
        let file = folder.join(format!("{kind}-{}", before + 1));
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&file, bytes))
            .map_err(|error| format!("{}: {error}", file.display()))
    }
}

fn line(key: &str, record: &impl serde::Serialize) -> Result<String, String> {
    let text = json::to_string(record).map_err(|error| error.to_string())?;
    Ok(format!("{key}={text}\n"))
}

/// Returns the names of the fields, and of those in them.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{name}:{}", shape(value)));
            members.collect::<Vec<_>>().join(",")
        }
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => String::new(),
    }
}
