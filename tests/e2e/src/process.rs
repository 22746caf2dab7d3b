//! A program that ends with the value that stands for it.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A running program and everything it started, as one process group.
pub struct Process {
    child: Child,
    /// Services end when it closes, whatever becomes of the test.
    stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts it. What it prints goes into `log`; lines of its standard output also to `on_line`.
    pub fn start(
        command: &mut Command,
        log: &Path,
        on_line: impl Fn(&str) + Send + 'static,
    ) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        if let Some(dir) = log.parent() {
            fs::create_dir_all(dir)?;
        }
        let file = File::options().create(true).append(true).open(log)?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file.try_clone()?);
        let mut child = command.process_group(0).spawn().with_context(|| {
            format!("cannot start {name}; `cargo xtask setup` installs what is missing")
        })?;
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || follow(stdout, file, on_line));
        }
        let stdin = child.stdin.take();
        Ok(Self { child, stdin })
    }

    /// Hands it a line.
    pub fn say(&mut self, line: &str) -> Result<()> {
        let stdin = self.stdin.as_mut().context("it hears nothing")?;
        writeln!(stdin, "{line}").context("it does not listen any more")
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the whole group at once, as a crash would.
    pub fn kill(&mut self) -> Result<()> {
        signal("KILL", &format!("-{}", self.child.id()))?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to end.
        let _ = self.kill();
    }
}

fn follow(stdout: ChildStdout, mut log: File, on_line: impl Fn(&str)) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        // A full disk must not stop the program that is listened to.
        let _ = writeln!(log, "{line}");
        on_line(&line);
    }
}

/// Ends one process at once and waits until it is gone.
pub fn kill(id: u32) -> Result<()> {
    signal("KILL", &id.to_string())?;
    let end = Instant::now() + Duration::from_secs(10);
    while is_running(id) {
        if Instant::now() > end {
            bail!("process {id} does not end");
        }
        // There is no event to wait for: it is not a child of this process.
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn is_running(id: u32) -> bool {
    // A zombie has ended: only its parent has not asked for it yet.
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.starts_with(" Z"))
    })
}

fn signal(signal: &str, target: &str) -> Result<()> {
    let args = ["-s", signal, "--", target];
    Command::new("kill")
        .args(args)
        .stderr(Stdio::null())
        .status()
        .context("kill")?;
    Ok(())
}
