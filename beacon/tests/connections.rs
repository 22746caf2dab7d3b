//! What a connection may take of the server.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use beacon::server::{Limits, serve};
use common::Beacon;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(20);
const GET: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

/// A server that ends with the test's process.
fn start(limits: Limits) -> SocketAddr {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
    let listener = listener.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Beacon::new().router();
    std::thread::spawn(move || {
        runtime.block_on(serve(listener, router, limits, std::future::pending()))
    });
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

/// How long it takes until the server hangs up.
fn until_closed(mut stream: TcpStream) -> Duration {
    let start = Instant::now();
    // A reset ends it as well.
    let _ = stream.read_to_end(&mut Vec::new());
    start.elapsed()
}

#[test]
fn who_does_not_finish_a_request_is_cut_off() {
    let address = start(Limits {
        head: SHORT,
        ..Limits::default()
    });
    let mut slow = connect(address);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nx: ").unwrap();
    let silent = connect(address);
    assert!(until_closed(slow) < LONG / 2);
    assert!(until_closed(silent) < LONG / 2);
}

#[test]
fn a_connection_in_use_ends_at_its_age_too() {
    let address = start(Limits {
        life: SHORT,
        ..Limits::default()
    });
    let mut stream = connect(address);
    let start = Instant::now();
    let mut buffer = [0; 1_024];
    while stream.write_all(GET).is_ok() && stream.read(&mut buffer).is_ok_and(|count| count > 0) {
        assert!(start.elapsed() < LONG / 2);
    }
    assert!(start.elapsed() >= SHORT / 2);
}

#[test]
fn who_reads_nothing_is_cut_off() {
    let address = start(Limits {
        life: SHORT,
        grace: SHORT,
        ..Limits::default()
    });
    let mut stream = connect(address);
    stream.set_write_timeout(Some(LONG)).unwrap();
    let start = Instant::now();
    // Until both sockets' buffers are full of answers, and then until the server gives up.
    while stream.write_all(&GET.repeat(1_000)).is_ok() {}
    assert!(start.elapsed() < LONG / 2);
}

#[test]
fn more_connections_than_allowed_wait_for_their_turn() {
    let address = start(Limits {
        connections: 1,
        ..Limits::default()
    });
    let mut first = connect(address);
    first.write_all(GET).unwrap();
    assert!(first.read(&mut [0; 1_024]).unwrap() > 0);
    let mut second = connect(address);
    second.write_all(GET).unwrap();
    second.set_read_timeout(Some(SHORT)).unwrap();
    assert!(second.read(&mut [0; 1]).is_err(), "it waits");
    drop(first);
    second.set_read_timeout(Some(LONG)).unwrap();
    assert!(second.read(&mut [0; 1]).unwrap() > 0);
}
