//! The program itself, over TCP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use mesh_chat::beacon::{Pin, Response};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const URL: &str = "http://127.0.0.1:8080";
const ORIGIN: &str = "chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh";
const TOKEN: &str = "planted-secret-token";

fn beacon() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beacon"));
    command.stdin(Stdio::null());
    command
}

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("beacon-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A fresh key in it, and what `keygen` printed.
    fn key(&self) -> (PathBuf, String) {
        let file = self.0.join("key");
        let made = beacon().arg("keygen").arg(&file).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let public = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        (file, public)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The running program.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> ureq::http::Response<ureq::Body> {
        let url = format!("http://{}{path}", self.address);
        ureq::get(url).header("origin", ORIGIN).call().unwrap()
    }

    /// Everything that comes for these bytes until the server hangs up.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        // The server may hang up before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(kill.unwrap().success());
    }

    /// How it ended, and its log.
    fn ended(mut self) -> (ExitStatus, String) {
        let end = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(key: &PathBuf) -> Command {
    let mut command = beacon();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--url", URL])
        .args(["--origin", ORIGIN, "--key"])
        .arg(key);
    command
}

#[test]
fn a_client_verifies_what_the_program_serves_until_it_stops_gracefully() {
    let folder = Folder::new("serve");
    let (key, public) = folder.key();
    let running = Running::start(serve(&key).args(["--token", TOKEN, "--debug"]));
    let answer = running.get("/beacon");
    let header = |name| answer.headers().get(name).map(|v| v.to_str().unwrap());
    let response = Response {
        current: header("X-Mesh-Beacon"),
        next: header("X-Mesh-Beacon-Next"),
        date: None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let pin = Pin::new(URL, &public).unwrap();
    let read = pin.read(response, u64::try_from(now.as_millis()).unwrap());
    let root = read.unwrap().current.root;
    let mut echo = running.get("/ip?format=json");
    assert_eq!(
        echo.body_mut().read_to_string().unwrap(),
        r#"{"ip":"127.0.0.1"}"#
    );
    assert_eq!(running.get("/healthz").status(), 200);
    let with_token = format!(
        "GET /beacon HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
    );
    assert!(
        running
            .raw(&with_token.into_bytes())
            .contains(&public_kid(&header))
    );
    running.terminate();
    let (status, log) = running.ended();
    assert!(status.success(), "{status}: {log}");
    assert!(log.contains("stopped"), "{log}");
    let private = std::fs::read_to_string(&key).unwrap();
    let private = private.trim().rsplit(':').next().unwrap();
    let signature = header("X-Mesh-Beacon").unwrap().rsplit("sig=").next();
    for secret in [TOKEN, private, &root, signature.unwrap()] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

fn public_kid<'a>(header: &impl Fn(&'static str) -> Option<&'a str>) -> String {
    let value = header("X-Mesh-Beacon").unwrap();
    value.split("; ").nth(1).unwrap().to_owned()
}

#[cfg(target_os = "linux")]
/// Waits until the program has read what was written; the system shows what it has not.
fn until_read(running: &Running, stream: &TcpStream) {
    let port = |address: &str| -> u16 { address.rsplit(':').next().unwrap().parse().unwrap() };
    let ours = stream.local_addr().unwrap().to_string();
    let ends = [&running.address, &ours].map(|address| format!(":{:04X}", port(address)));
    let end = Instant::now() + Duration::from_secs(10);
    let is_read = || {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let rows = table.lines().map(|row| row.split_whitespace().collect());
        let mut rows =
            rows.filter(|row: &Vec<&str>| row[1].ends_with(&ends[0]) && row[2].ends_with(&ends[1]));
        rows.next().unwrap()[4].ends_with(":00000000")
    };
    while !is_read() {
        assert!(Instant::now() < end, "it does not read");
        std::thread::yield_now();
    }
}

// As far as the system shows what is not read yet.
#[cfg(target_os = "linux")]
#[test]
fn a_stop_lets_a_request_that_has_begun_end() {
    let folder = Folder::new("stop");
    let running = Running::start(&mut serve(&folder.key().0));
    let mut idle = TcpStream::connect(&running.address).unwrap();
    let mut busy = TcpStream::connect(&running.address).unwrap();
    busy.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        .unwrap();
    until_read(&running, &busy);
    running.terminate();
    let mut nothing = Vec::new();
    idle.read_to_end(&mut nothing).unwrap();
    assert!(nothing.is_empty(), "it hangs up: the stop has begun");
    busy.write_all(b"\r\n").unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(running.ended().0.success());
}

#[test]
fn what_is_too_large_is_refused() {
    let folder = Folder::new("large");
    let running = Running::start(&mut serve(&folder.key().0));
    let get = "GET /beacon HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let origin = format!("origin: {ORIGIN}\r\n");
    let long = format!("x: {}\r\n", "y".repeat(20_000));
    let many = "x: y\r\n".repeat(65);
    for (more, status) in [
        ("", "204"),
        (long.as_str(), "431"),
        (many.as_str(), "431"),
        ("content-length: 1\r\n", "413"),
        ("content-length: 99999999999\r\n", "413"),
    ] {
        let answer = running.raw(format!("{get}{origin}{more}\r\n").as_bytes());
        let line = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&line), "{more:.40}: {answer}");
        assert_eq!(answer.contains("x-mesh-beacon: "), status == "204");
    }
    let chunked = format!("{get}{origin}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    let answer = running.raw(chunked.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert_eq!(running.get("/healthz").status(), 200, "it is still there");
}

fn refused(args: &[&str]) {
    let output = beacon().args(args).output().unwrap();
    assert!(!output.status.success(), "{args:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("planted"), "{said}");
}

#[test]
fn a_command_line_that_cannot_be_meant_is_refused() {
    let folder = Folder::new("line");
    let (key, public) = folder.key();
    let file = key.to_str().unwrap();
    let tokens = folder.0.join("tokens");
    std::fs::write(&tokens, "planted secret\n").unwrap();
    let tokens = tokens.to_str().unwrap();
    for args in [
        ["--key", file, "--url", URL].as_slice(),
        &["--key", file, "--origin", ORIGIN],
        &["--key", file, "--url", "http://b.org", "--origin", ORIGIN],
        &["--key", file, "--url", URL, "--origin", "https://*"],
        &["--key", file, "--url", URL, "--token-file", tokens],
        &["--key", file, "--url", URL, "--token", "planted secret"],
        &["--key", tokens, "--url", URL, "--origin", ORIGIN],
    ] {
        refused(&[&["serve", "--listen=127.0.0.1:0"], args].concat());
    }
    let good = ["--url", URL, "--origin", ORIGIN, "--key", file];
    for more in [
        ["--slot-seconds=20"].as_slice(),
        &["--slot-seconds=2", "--test-slots"],
    ] {
        refused(&[&["serve", "--listen=127.0.0.1:0"], &good as &[&str], more].concat());
    }
    refused(&["keygen", file]);
    let printed = beacon().args(["public", file]).output().unwrap();
    assert_eq!(String::from_utf8(printed.stdout).unwrap().trim(), public);
}

#[test]
fn slots_of_tests_are_short() {
    let folder = Folder::new("slots");
    let (key, public) = folder.key();
    let running = Running::start(serve(&key).args(["--test-slots", "--slot-seconds", "20"]));
    let answer = running.get("/beacon");
    let header = answer
        .headers()
        .get("X-Mesh-Beacon")
        .unwrap()
        .to_str()
        .unwrap();
    let slots = mesh_chat::beacon::Slots::for_tests(20).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = u64::try_from(now.as_millis()).unwrap();
    let pin = Pin::new(URL, &public).unwrap();
    assert!(pin.verify(header, now).is_err());
    assert!(pin.with_slots(slots).verify(header, now).is_ok());
}

#[test]
fn the_page_that_is_served_from_here_gets_the_header_at_its_own_origin() {
    let folder = Folder::new("web");
    std::fs::write(folder.0.join("index.html"), "<!doctype html>").unwrap();
    let (key, _) = folder.key();
    let mut command = beacon();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--url", URL, "--key"])
        .arg(&key)
        .arg("--web")
        .arg(&folder.0);
    let running = Running::start(&mut command);
    let mut page = running.get("/");
    assert_eq!(page.body_mut().read_to_string().unwrap(), "<!doctype html>");
    let given = |origin: &str| {
        let ask = format!(
            "POST /beacon HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: {origin}\r\n\r\n"
        );
        running.raw(ask.as_bytes()).contains("x-mesh-beacon: ")
    };
    assert!(given(URL));
    assert!(!given(ORIGIN), "nobody else was named");
}
