//! Every bound and interval of this crate, with its reason.

use pace::Backoff;
use std::time::Duration;

/// Stock peerjs pings this often; PeerServer frees an id after 60 s (its command) or 90 s (its
/// library) without.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(5);
/// A dead socket is noticed within this and [`ECHO_WAIT`].
pub const ECHO_EVERY: Duration = Duration::from_secs(25);
/// A round trip to the server on a bad line.
pub const ECHO_WAIT: Duration = Duration::from_secs(5);
/// The same where a person may be waiting: after a wake or a network change. Where it was too short, a new socket
/// takes the place of one that worked.
pub const PROBE_WAIT: Duration = Duration::from_millis(1_500);
/// TCP, TLS and the upgrade on a bad line.
pub const SOCKET_OPENS_WITHIN: Duration = Duration::from_secs(8);

/// The ceiling of the full-jitter back-off after each failure in a row.
pub const RETRY: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
/// An id held for this long starts its back-off anew when it is lost.
pub const HELD_LONG: Duration = Duration::from_secs(60);
/// Registrations at one server: this many at once (a join needs three or four ids) ...
pub const REGISTRATION_BURST: u32 = 6;
/// ... and one more each time this has passed.
pub const REGISTRATION_EVERY: Duration = Duration::from_millis(1_500);
/// Failures of the first server in a row before the next is tried: one failure is often our own
/// network.
pub const FAILURES_BEFORE_NEXT: u32 = 2;
/// How soon the first server is tried again after a later one has answered: our own network may have
/// been at fault, and then everybody else is still at the first.
pub const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How long to stay with a later server before the first is tried again; up to half as much is
/// added so that not everybody moves at once.
pub const RETURN_AFTER: Duration = Duration::from_secs(120);

/// EXPIRE comes 5 to 6 s after a dial to an absent id; a dial that opened takes far less.
pub const DIAL_WITHIN: Duration = Duration::from_secs(8);
/// Attempts of one dial beside each other, the first one included.
pub const ATTEMPTS: usize = 3;
/// How long after an answer a way may take to be found before another attempt begins: most are found within
/// half a second, and a packet that was lost is sent again within it.
pub const RACE_AFTER: Duration = Duration::from_millis(1_500);
/// The same for every further one.
pub const RACE_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long the end whose packets are to come second waits: a way through the server, and a round of checks
/// at a browser, which makes one each 50 ms.
pub const HEAD_START: Duration = Duration::from_millis(250);
/// How long to wait for an address beyond a home's own network before that: a round trip to a STUN server.
pub const HEAD_START_WITHIN: Duration = Duration::from_millis(600);
/// How long a closing connection may take to deliver its last messages.
pub const LINGER: Duration = Duration::from_secs(1);

/// Bytes that wait in a channel from which on the path is in doubt: the other end has not read for as
/// long as a slow line takes for half a minute of chat.
pub const BUFFERED_DOUBT: u32 = 1_000_000;
/// Bytes that wait in a channel before it is closed: browsers hold 16 MB, and would hold as much for
/// each connection of somebody who does not read.
pub const BUFFERED_MAX: u32 = 4_000_000;
/// Bytes that wait in a channel while raw bytes are sent: what a browser sends while the page waits for a processor. With a
/// fifth of that, a file took 1.5 times as long on a busy machine. Firefox loses what is queued beyond 64 MiB.
pub const BYTES_KEPT: u32 = 1024 * 1024;
/// A message of raw bytes, with the byte that says so: what the descriptions of both ends allow for every message. Longer
/// ones are no faster.
pub const BYTES_MAX: u32 = MESSAGE_MAX as u32;

/// A Chrome page holds 500 peer connections and counts them until they are collected.
pub const CONNECTIONS_MAX: usize = 400;
/// Places that may be taken, by open connections and by closed ones that are not collected: some less than a Chrome
/// page has, as it may not have told yet which it has collected.
pub const PLACES_MAX: u32 = 480;
/// Connections that may be closed until they are collected: half of what [`CONNECTIONS_MAX`] leaves, as
/// some are closed while that happens. A collection takes some 20 ms.
pub const CLOSED_MAX: u32 = 50;
/// Connections that one window makes in Firefox, which collects them when their window has gone: some 70 kB each.
pub const WINDOW_MADE: u32 = 50;
/// Windows that stay for a connection that lives, beside the one that makes others. A page that dials 20 times a
/// second comes back to the first after 17 s, when its dials have long ended.
pub const WINDOWS_RESTING: usize = 7;
/// How often, and after how long each time, to look whether all that has happened to a connection has reached the
/// page, before it is closed: usually once. Together less than the second in which everything is closed that a person
/// switches off.
pub const SETTLE_LOOKS: u32 = 16;
/// See [`SETTLE_LOOKS`], in milliseconds.
pub const SETTLE_MILLIS: i32 = 50;
/// How soon a connection that the browser would not make leads to another collection: a dial that
/// failed so is repeated after seconds.
pub const COLLECT_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// Connections being answered at one time: a new router is dialled by everybody at once, and its
/// owner has budgets below this for each kind of caller.
pub const ANSWERING_MAX: usize = 192;
/// Ids held at one time; a person needs some 30, and with many invites, used ones and answers to them as
/// many more.
pub const IDS_MAX: usize = 96;
/// Tokens kept for ids, held or given up lately.
pub const TOKENS_MAX: usize = 256;
/// Frames waiting for one id to be held again; a dial makes about ten.
pub const QUEUED_FRAMES_MAX: usize = 128;
/// Offers that wait for the owner's decision at one time: it decides at once, so that they are few.
pub const OFFERED_MAX: usize = 32;
/// Of these, and of connections whose candidates came early, those of one caller.
pub const OF_ONE_CALLER_MAX: usize = 2;
/// How long the owner may take to decide; the other end gives up after [`DIAL_WITHIN`].
pub const DECIDED_WITHIN: Duration = Duration::from_secs(4);
/// How long to go on where all addresses of the other end so far are beyond the reach: the first
/// ones that browsers tell are those of its own network.
pub const ELSEWHERE_AFTER: Duration = Duration::from_secs(2);
/// Candidates of one connection; browsers make about ten.
pub const CANDIDATES_MAX: usize = 64;
/// Connections whose candidates came before their offer, at one time.
pub const EARLY_MAX: usize = 32;
/// Candidates kept for each of them.
pub const EARLY_CANDIDATES_MAX: usize = 16;
/// Messages that may arrive before the connection has been reported open.
pub const EARLY_FRAMES_MAX: usize = 64;

/// A frame of the server: an SDP is at most [`SDP_MAX`], and JSON escapes it.
pub const SERVER_FRAME_MAX: usize = 64 * 1024;
/// Browsers write less than 2 KiB.
pub const SDP_MAX: usize = 16 * 1024;
/// A candidate line; browsers write about 150 bytes.
pub const CANDIDATE_MAX: usize = 512;
/// An id; ours have at most 90 characters.
pub const ID_MAX: usize = 128;
/// A connection id or a label; stock peerjs makes 14 characters.
pub const LABEL_MAX: usize = 64;
/// Characters kept of a server's reason.
pub const REASON_MAX: usize = 200;
/// A message: stock peerjs refuses to send 16,300 bytes and more.
pub const MESSAGE_MAX: usize = 16_299;
