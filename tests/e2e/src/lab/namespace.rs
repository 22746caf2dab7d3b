//! A network namespace: a network stack of its own, in which threads and programs can be.

use anyhow::{Context, Result, anyhow, bail};
use nix::sched::{CloneFlags, setns};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

/// Where `ip netns` keeps the names.
const NAMES: &str = "/run/netns";

/// The first part of every name; then come the process id and what it is.
const PREFIX: &str = "meshchat";

/// A namespace that is deleted with the last value that stands for it.
#[derive(Clone, Debug)]
pub struct Namespace(Arc<Name>);

#[derive(Debug)]
struct Name(String);

impl Namespace {
    /// Makes one, with nothing in it but its loopback. The name is also of this process, so that
    /// two runs do not meet.
    pub(super) fn new(what: &str) -> Result<Self> {
        let name = format!("{PREFIX}-{}-{what}", std::process::id());
        ip(&["netns", "add", &name])?;
        let namespace = Self(Arc::new(Name(name)));
        // Drivers and browsers talk over it.
        namespace.ip("link set lo up")?;
        Ok(namespace)
    }

    /// Returns the name that `ip netns` knows.
    pub(super) fn name(&self) -> &str {
        &self.0.0
    }

    /// Runs `ip` with these words inside.
    pub(super) fn ip(&self, words: &str) -> Result<()> {
        let own = ["-n", self.name()];
        ip(&own.into_iter().chain(words.split(' ')).collect::<Vec<_>>())
    }

    /// Runs a program with these words inside.
    pub(super) fn run(&self, words: &str) -> Result<()> {
        let own = ["netns", "exec", self.name()];
        ip(&own.into_iter().chain(words.split(' ')).collect::<Vec<_>>())
    }

    /// Runs a program with these words inside, and returns what it says.
    pub(super) fn ask(&self, words: &str) -> Result<String> {
        let own = ["netns", "exec", self.name()];
        let words: Vec<_> = own.into_iter().chain(words.split(' ')).collect();
        let output = Command::new("ip").args(&words).output().context("ip")?;
        if !output.status.success() {
            bail!("ip {}", words.join(" "));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Sends a signal to all that runs inside.
    pub(super) fn signal(&self, signal: &str) -> Result<()> {
        let mut kill = Command::new("sh");
        let all = "ip netns pids \"$0\" | xargs -r kill -s \"$1\"";
        kill.args(["-c", all, self.name(), signal]);
        if !kill.status()?.success() {
            bail!("{signal} to all in {}", self.name());
        }
        Ok(())
    }

    /// Does something on a thread that is inside. Sockets that it opens and programs that it
    /// starts stay inside for their life.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let inside = File::open(Path::new(NAMES).join(self.name()))
            .with_context(|| format!("no namespace {}", self.name()))?;
        thread::scope(|scope| {
            let thread = scope.spawn(move || {
                setns(inside, CloneFlags::CLONE_NEWNET)?;
                Ok(work())
            });
            thread
                .join()
                .map_err(|_| anyhow!("a thread in {} panicked", self.name()))?
        })
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        // What is not removed now is, as a leftover, before the next lab.
        let _ = ip(&["netns", "delete", &self.0]);
    }
}

/// Removes what runs that have ended have left behind, and what still runs in it. Labs that start
/// at once may each do so.
pub(super) fn remove_leftovers() -> Result<()> {
    let Ok(names) = fs::read_dir(NAMES) else {
        return Ok(());
    };
    for entry in names {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if is_leftover(&name) {
            let mut kill = Command::new("sh");
            kill.args(["-c", "ip netns pids \"$0\" | xargs -r kill -s KILL", &name]);
            kill.status()?;
            let deleted = ip(&["netns", "delete", &name]);
            if Path::new(NAMES).join(&name).exists() {
                deleted?;
            }
        }
    }
    Ok(())
}

/// Returns whether the process in the name has ended.
fn is_leftover(name: &str) -> bool {
    let mut parts = name.split('-');
    let ours = parts.next() == Some(PREFIX);
    let process = parts.next().and_then(|id| id.parse::<u32>().ok());
    ours && process.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists())
}

fn ip(words: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(words).output().context("ip")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("ip {}: {}", words.join(" "), said.trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_leftover;

    #[test]
    fn only_what_a_process_that_has_ended_made_is_a_leftover() {
        // Ids of processes end at 2^22.
        assert!(is_leftover("meshchat-4194305-home-a"));
        assert!(!is_leftover(&format!("meshchat-{}-a", std::process::id())));
        assert!(!is_leftover("meshchat"));
        assert!(!is_leftover("somebody-4194305-else"));
    }
}
