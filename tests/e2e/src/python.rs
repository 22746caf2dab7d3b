//! The second client, of `interop/`: told by lines of JSON what to do, and telling in the same way what happens.

use crate::process::Process;
use crate::tally::Tally;
use crate::{Result, World, paths};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Names the interpreter in whose environment `interop/requirements.txt` is installed, where it is not
/// `interop/.venv/bin/python`.
const INTERPRETER: &str = "MESH_CHAT_PYTHON";

/// Somebody who uses the client in Python. Their state folder stays over a restart.
pub struct Python {
    name: String,
    config: PathBuf,
    folder: PathBuf,
    process: Option<Process>,
    heard: Arc<Tally<Value>>,
}

impl Python {
    /// Gives somebody new a name, and has them join the network of this world.
    pub fn start(world: &World, name: &str) -> Result<Self> {
        Self::start_with(world, name, &world.services.config())
    }

    /// The same with this configuration.
    pub fn start_with(world: &World, name: &str, config: &Value) -> Result<Self> {
        let folder = world.folder().join(format!("python-{name}"));
        std::fs::create_dir_all(&folder)?;
        let file = folder.join("config.json");
        std::fs::write(&file, config.to_string())?;
        let mut new = Self {
            name: name.to_owned(),
            config: file,
            folder,
            process: None,
            heard: Arc::default(),
        };
        let done = new.command()?.args(["name", name]).status()?;
        if !done.success() {
            bail!("the client in Python does not start: {done}");
        }
        new.start_again()?;
        Ok(new)
    }

    /// Starts the client on the state that is there, and waits until it listens.
    pub fn start_again(&mut self) -> Result {
        let mut command = self.command()?;
        command.args(["--json", "--verbose", "listen", "--commands", "--downloads"]);
        command.arg(self.downloads());
        let heard = Arc::clone(&self.heard);
        let log = self.folder.join("log");
        self.process = Some(Process::start(&mut command, &log, move |line| {
            if let Ok(event) = serde_json::from_str(line) {
                heard.add(event);
            }
        })?);
        self.see(&json!({ "event": "ready" })).map(drop)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where files go.
    pub fn downloads(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    /// Puts a file into a folder of its own.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let folder = self.folder.join("files");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(name);
        std::fs::write(&file, bytes)?;
        Ok(file)
    }

    /// Has it do something.
    pub fn tell(&mut self, command: &Value) -> Result {
        let process = self.process.as_mut().context("it does not run")?;
        process.say(&command.to_string())
    }

    /// Has it do something that is done at once; what comes of it.
    pub fn run(&mut self, command: &Value) -> Result<Value> {
        let tag = self.heard.len();
        let mut command = command.clone();
        command["tag"] = tag.into();
        self.tell(&command)?;
        let answer = self
            .heard
            .wait(&format!("{command}"), PATIENCE, |event| event["tag"] == tag)?;
        if answer["event"] != "done" {
            bail!("{command}: {answer}");
        }
        Ok(answer)
    }

    /// Waits for an event with these fields, among all since the last `forget`.
    pub fn see(&self, fields: &Value) -> Result<Value> {
        let wanted = |event: &Value| {
            let mut fields = fields.as_object().into_iter().flatten();
            fields.all(|(name, value)| event[name] == *value)
        };
        let what = format!("{fields} in the log of {}", self.name);
        self.heard.wait(&what, PATIENCE, wanted)
    }

    /// Waits for an event for which this holds.
    pub fn see_where(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        self.heard.wait(what, PATIENCE, wanted)
    }

    /// Returns everything that was heard since the last `forget`.
    pub fn heard(&self) -> Vec<Value> {
        self.heard.all()
    }

    /// Forgets what was heard.
    pub fn forget(&self) {
        self.heard.clear();
    }

    /// Takes its own Transport ID from it, and those of its contacts, while it does not run; from now on it has
    /// this configuration.
    pub fn lose_addresses(&mut self, config: &Value) -> Result {
        const LOSE: &str = "import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as state:
    state.execute(\"DELETE FROM meta WHERE name = 'transport_id'\")
    state.execute('UPDATE contacts SET transport_id = NULL')";
        std::fs::write(&self.config, config.to_string())?;
        let state = self.folder.join("state/state.db");
        let done = Command::new(interpreter()?)
            .arg("-c")
            .arg(LOSE)
            .arg(state)
            .status()?;
        if !done.success() {
            bail!("the state of {} cannot be changed: {done}", self.name);
        }
        Ok(())
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) -> Result {
        self.forget();
        self.process
            .take()
            .map_or(Ok(()), |mut process| process.kill())
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(interpreter()?);
        command
            .env("PYTHONPATH", paths::root().join("interop"))
            .args(["-m", "mesh_chat"]);
        command.arg("--state").arg(self.folder.join("state"));
        command.arg("--config").arg(&self.config);
        Ok(command)
    }
}

/// Returns the interpreter, where `cargo xtask setup` has made an environment for it, or another one is named.
fn interpreter() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(INTERPRETER) {
        return Ok(named.into());
    }
    let environment = paths::root().join("interop/.venv");
    if !environment.join("installed").exists() {
        bail!("run `cargo xtask setup` first, or set {INTERPRETER}");
    }
    Ok(environment.join("bin/python"))
}
