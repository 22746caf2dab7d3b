//! The real beacon, with slots short enough to see a boundary.

use crate::process::Process;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Lets whoever has it in from any origin.
const TOKEN: &str = "token-of-the-end-to-end-tests";

/// A beacon at one address, which can be stopped and started again.
pub struct Beacon {
    process: Option<Process>,
    key: PathBuf,
    public: String,
    url: String,
    listen: String,
    slot_seconds: u64,
    log: PathBuf,
}

impl Beacon {
    /// Starts one. Its address is signed, so the port is chosen first.
    pub fn start(logs: &Path, slot_seconds: u64) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let key = logs.join("beacon.key");
        let made = Command::new(program()?).arg("keygen").arg(&key).output()?;
        ensure!(made.status.success(), "beacon keygen: {made:?}");
        let listen = format!("127.0.0.1:{port}");
        let mut beacon = Self {
            process: None,
            key,
            public: String::from_utf8(made.stdout)?.trim().to_owned(),
            url: format!("http://{listen}"),
            listen,
            slot_seconds,
            log: logs.join("beacon.log"),
        };
        beacon.restart()?;
        Ok(beacon)
    }

    /// Starts it again, at the same address and with the same key.
    pub fn restart(&mut self) -> Result<()> {
        let mut command = Command::new(program()?);
        command.arg("serve").arg("--key").arg(&self.key);
        command.args(["--url", &self.url, "--listen", &self.listen]);
        command.args(["--origin", "moz-extension://*", "--token", TOKEN]);
        let seconds = self.slot_seconds.to_string();
        command.args(["--test-slots", "--slot-seconds", &seconds]);
        self.process = Some(Process::start(&mut command, &self.log, |_| ())?);
        let end = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(&self.listen).is_err() {
            ensure!(Instant::now() < end, "the beacon does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Returns the beacon's part of `config.json`: with the token, or for extensions that the
    /// origin lets in.
    pub fn config(&self, with_token: bool) -> Value {
        let mut config = json!({
            "url": format!("{}/beacon", self.url),
            "publicKey": self.public,
            "slotSeconds": self.slot_seconds
        });
        if with_token {
            config["token"] = TOKEN.into();
        }
        config
    }
}

/// `cargo build -p beacon` puts it beside the folder of the tests.
fn program() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).context("no folder of tests")?;
    let program = folder.join("beacon");
    ensure!(
        program.is_file(),
        "there is no {}; run `cargo build -p beacon`",
        program.display()
    );
    Ok(program)
}
