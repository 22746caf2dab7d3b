//! How many requests a second the beacon answers on this machine, and how long one waits. Started
//! by `cargo xtask bench`; the callers take as much of the machine as the server does.

#![allow(clippy::print_stdout, reason = "it prints a figure")]

use anyhow::{Context, Result, anyhow, ensure};
use beacon::address::Proxies;
use beacon::app::App;
use beacon::callers::Callers;
use beacon::server::{Limits, serve};
use beacon::sheet::Signer;
use mesh_chat::beacon::{Audience, Slots};
use mesh_chat::crypto::Identity;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

const CALLERS: u32 = 16;
const WARM_UP: Duration = Duration::from_millis(500);
const TIME: Duration = Duration::from_secs(3);
const REQUEST: &[u8] = b"GET /beacon HTTP/1.1\r\nhost: beacon.example.org\r\n\
    origin: moz-extension://6b2f1c1e-0a4d-4c54-9d67-0c7a1f0e9a11\r\n\
    user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
    accept: */*\r\naccept-language: en-US,en;q=0.5\r\naccept-encoding: gzip, deflate, br\r\n\r\n";

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let never = std::future::pending();
    runtime.spawn(serve(listener, app()?.router(), Limits::default(), never));
    let mut waits = measure(address)?;
    waits.sort_unstable();
    print(&waits)
}

fn app() -> Result<App> {
    let identity = Identity::from_bytes(&[1; 32]).context("a key")?;
    let audience = Audience::of("https://beacon.example.org").context("a URL")?;
    let clock = beacon::system_clock();
    let origin = "moz-extension://*".parse();
    Ok(App {
        callers: Arc::new(Callers {
            origins: vec![origin.map_err(|form: String| anyhow!(form))?],
            tokens: Vec::new(),
        }),
        signer: Arc::new(Signer::new(identity, audience, Slots::STANDARD, clock)),
        proxies: Proxies(0),
        site: None,
    })
}

/// How long each request of each caller took.
fn measure(address: SocketAddr) -> Result<Vec<Duration>> {
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| std::thread::spawn(move || call(address)))
        .collect();
    let mut waits = Vec::new();
    for caller in callers {
        waits.extend(caller.join().map_err(|_| anyhow!("a caller panicked"))??);
    }
    Ok(waits)
}

/// One connection that is kept, one request after the other.
fn call(address: SocketAddr) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut waits = Vec::new();
    let start = Instant::now();
    while start.elapsed() < WARM_UP + TIME {
        let asked = Instant::now();
        stream.write_all(REQUEST)?;
        read_answer(&mut stream)?;
        if asked - start > WARM_UP {
            waits.push(asked.elapsed());
        }
    }
    Ok(waits)
}

/// An answer has no body: it ends with its head.
fn read_answer(stream: &mut TcpStream) -> Result<()> {
    let mut answer = [0; 2_048];
    let mut length = 0;
    while !answer
        .get(..length)
        .is_some_and(|a| a.ends_with(b"\r\n\r\n"))
    {
        let free = answer.get_mut(length..).context("a long answer")?;
        let count = stream.read(free)?;
        ensure!(count > 0, "the server hung up");
        length += count;
    }
    let answer = answer.get(..length).unwrap_or_default();
    let is_good = String::from_utf8_lossy(answer).contains("\r\nx-mesh-beacon: v=1; ");
    ensure!(is_good, "an answer without the header");
    Ok(())
}

fn print(waits: &[Duration]) -> Result<()> {
    let each_second = waits.len() as f64 / TIME.as_secs_f64();
    let at = |share: usize| waits.get(waits.len() * share / 1_000).context("no answers");
    let millis = |wait: &Duration| wait.as_secs_f64() * 1_000.0;
    println!(
        "beacon over loopback, {CALLERS} connections: {each_second:.0} requests/s, \
         median {:.2} ms, p99 {:.2} ms",
        millis(at(500)?),
        millis(at(990)?)
    );
    Ok(())
}
