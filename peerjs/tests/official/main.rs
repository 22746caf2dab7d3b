//! An endpoint, the official PeerServer and a page with stock peerjs. Needs Node with the packages of the repository,
//! and Chromium: `cargo test -p peerjs --features official`.
//!
//! The endpoint runs here, and its sockets are real ones. What it wants of peer connections, the page does: beside stock
//! peerjs, of which the endpoint sees nothing but what goes over the server and the channel.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a helper cannot do fails its test"
)]

mod place;

use peerjs::endpoint::Input;
use peerjs::event::{Closed, ConnId, Event};
use peerjs::reach::Reach;
use place::{Owner, PeerServer};
use serde_json::json;

#[test]
fn an_id_is_held_and_nobody_else_gets_it_until_it_is_released() {
    let server = PeerServer::start();
    let (mut alice, mut other) = (Owner::new(&server, 1), Owner::new(&server, 2));
    alice.handle(Input::Register("alice".into()));
    alice.see(|event| *event == Event::Registered("alice".into()));
    other.handle(Input::Register("alice".into()));
    other.see(|event| *event == Event::Taken("alice".into()));
    alice.handle(Input::Release("alice".into()));
    alice.handle(Input::Register("ann".into()));
    alice.see(|event| *event == Event::Registered("ann".into()));
    alice.see_sockets(1);
    other.handle(Input::Register("alice".into()));
    other.see(|event| *event == Event::Registered("alice".into()));
    // Over the server alone one can hear of the other.
    other.handle(Input::Knock {
        from: "alice".into(),
        to: "ann".into(),
    });
    alice.see(|event| {
        *event
            == Event::Knocked {
                local: "ann".into(),
                remote: "alice".into(),
            }
    });
}

#[test]
fn a_stock_page_dials_an_endpoint_and_is_dialled_by_it() {
    let server = PeerServer::start();
    let mut alice = Owner::new(&server, 1).with_page();
    alice.handle(Input::Register("alice".into()));
    alice.see(|event| *event == Event::Registered("alice".into()));
    alice.stock("register", &json!({ "id": "bob", "port": server.port }));
    alice.see_stock(&json!({ "stock": "open" }));

    // The page dials. It is offered, with who dials, before anything is made.
    alice.stock("dial", &json!({ "to": "alice" }));
    let incoming =
        alice.see(|event| matches!(event, Event::Incoming { remote, .. } if remote == "bob"));
    let Event::Incoming { conn, local, .. } = incoming else {
        unreachable!()
    };
    assert_eq!(local, "alice");
    let reach = Reach::Anywhere;
    alice.handle(Input::Answer { conn, reach });
    talk(&mut alice, conn);
    alice.stock("close", &json!({}));
    alice.see(|event| *event == Event::Closed(conn, Closed::Gone));

    // The endpoint dials, and the page takes it as that of any other page.
    let conn = ConnId::Dialled(1);
    alice.handle(Input::Dial {
        conn,
        from: "alice".into(),
        to: "bob".into(),
        label: Some("dc_of_alice".into()),
        further: Vec::new(),
        reach: Reach::Anywhere,
    });
    alice.see_stock(&json!({ "stock": "link", "from": "alice", "label": "dc_of_alice" }));
    talk(&mut alice, conn);
    alice.handle(Input::Close(conn));
    alice.see_stock(&json!({ "stock": "close" }));

    // Nobody holds this id, as the server says in the end.
    let conn = ConnId::Dialled(2);
    alice.handle(Input::Dial {
        conn,
        from: "alice".into(),
        to: "nobody".into(),
        label: None,
        further: Vec::new(),
        reach: Reach::Anywhere,
    });
    alice.see(|event| *event == Event::Closed(conn, Closed::Unreachable));
}

/// Sends a message in each direction.
fn talk(alice: &mut Owner, conn: ConnId) {
    let open =
        alice.see(|event| matches!(event, Event::Open { conn: opened, .. } if *opened == conn));
    let Event::Open {
        local_fingerprint,
        remote_fingerprint,
        ..
    } = open
    else {
        unreachable!()
    };
    assert_ne!(local_fingerprint, remote_fingerprint);
    alice.handle(Input::Send(conn, r#"{"hello":"Bob","of":["Ä"]}"#.into()));
    alice.see_stock(&json!({ "stock": "data", "data": { "hello": "Bob", "of": ["Ä"] } }));
    alice.stock("send", &json!({ "data": { "hello": "Alice" } }));
    let heard = alice.see(|event| matches!(event, Event::Frame(from, _) if *from == conn));
    assert_eq!(heard, Event::Frame(conn, br#"{"hello":"Alice"}"#.to_vec()));
}
