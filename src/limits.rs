//! Every bound of the protocol, each with its reason.
//!
//! A peer can make the program refuse, never crash, hang or grow without bound: whatever holds
//! something that a peer, a server or a person hands in is bounded by a constant of this file.
//!
//! Long because it is one list.

use pace::Backoff;
use std::time::Duration;

/// Bytes of one frame on the JSON channel: the stock PeerJS client refuses 16,300 and more.
pub const FRAME_BYTES: usize = 16_299;

/// The largest number in a frame: 2^53 − 1. Records go to the browser's storage, whose numbers are exact up to
/// there.
pub const LARGEST_NUMBER: u64 = (1 << 53) - 1;

/// Bytes accepted on one connection before it is authenticated or asks: a hello and a request fit
/// many times over.
pub const UNAUTHENTICATED_BYTES: usize = 8 * 1024;

/// How long a connection may take to authenticate or to ask.
pub const UNAUTHENTICATED_TIME: Duration = Duration::from_secs(10);

/// Strangers in a handshake at once: a household's worth, and little for a flooder.
pub const HANDSHAKES_AT_ONCE: usize = 8;

/// Handshakes begun by strangers in one minute.
pub const HANDSHAKES_PER_MINUTE: u32 = 30;

/// Handshakes at once of contacts, who have shown a secret: as many as come back together after a
/// network was away.
pub const KNOWN_AT_ONCE: usize = 32;

/// Handshakes at once of others who have shown a secret: who asks again, was asked, or was invited. A
/// stranger gets a secret by asking, so these take no place of contacts.
pub const SHOWN_AT_ONCE: usize = 16;

/// Connections at once of one caller that are not proven or checked in: the one that stalls, and the
/// one that is to replace it.
pub const OF_ONE_CALLER: usize = 2;

/// Attempts of a dial beside the first, where it was answered and no way is found: one in which the packets of
/// this end set out first, and one in which those of the other end do.
pub const FURTHER_ATTEMPTS: usize = 2;

/// Connections at once that one contact dials, or somebody else who has shown a secret: all attempts of a
/// dial, which the other end may have given up unheard, and the first one of the next.
pub const OF_ONE_KNOWN: usize = FURTHER_ATTEMPTS + 2;

/// How often in one minute a caller's secret is looked for among everybody's, at the Discovery IDs and
/// at the Transport ID: each time is an HMAC for each contact, a few milliseconds for 500.
pub const SEARCHES_PER_MINUTE: u32 = 60;

/// Tags of admitted offers that are remembered so that nobody uses one again: more than are admitted
/// in the minutes for which a stalled offer could be worth repeating.
pub const OFFERS_REMEMBERED: usize = 256;

/// Bytes of one text message: of text as people write it, twice that fits a frame.
pub const TEXT_BYTES: usize = 8_000;

/// Bytes of one text message as JSON, in which a control character takes six: with the other fields of its
/// frame it fits [`FRAME_BYTES`].
pub const TEXT_ESCAPED_BYTES: usize = 16_000;

/// Characters of a message's id: 16 bytes in hex.
pub const MESSAGE_ID: usize = 32;

/// How long whoever has written a message may change or delete it: a slip is noticed within a day, and what was
/// answered stays what it was.
pub const CHANGE_WITHIN: Duration = Duration::from_hours(24);

/// How long after it was stored here a contact's change of a message counts: a day, and a week in which
/// one of the two was away.
pub const CHANGE_HEARD_WITHIN: Duration = Duration::from_hours(8 * 24);

/// Proposals of one person that can be agreed to at once: far more than anybody makes before there is an answer.
pub const PROPOSALS: usize = 8;

/// Ranges of messages of each side of a chat that go, beyond which neighbours go together, the latest and the longest
/// lifetime first: a little more than all ends that are rounded, so only a contact who changes the lifetime with every
/// message comes near.
pub const TIMED: usize = 256;

/// How long an own message of a limited lifetime may be unread, or its receipt be missing, after it was delivered: then it
/// goes as if it had been read. As long as the longest lifetime.
pub const UNREAD_WITHIN: Duration = Duration::from_hours(28 * 24);

/// How long a chat that was cleared can be brought back.
pub const UNDO_WITHIN: Duration = Duration::from_secs(10);

/// How many of the last messages leave their id behind when a chat is cleared: by those of each of the two both sides agree on
/// what is stored, so twice as many as are sent again.
pub const IDS_KEPT: u64 = 2_000;

/// How often a message may be changed: more than anybody does.
pub const CHANGES: usize = 100;

/// Bytes of a reaction: the longest sign in use, a family of four, has 25.
pub const REACTION_BYTES: usize = 32;

/// Characters of a message that are quoted in an answer to it.
pub const QUOTED_CHARS: usize = 140;

/// Entries of one contact without a message of their own, such as reactions, that are taken before the person has looked
/// at the chat again: far more than two people make, and little on a disk.
pub const UNSEEN_ACTS: u32 = 2_000;

/// Ids of messages in one question: they fit a frame.
pub const ASK_IDS: usize = 256;

/// Questions about messages on one connection: all that are sent again, each asked about once.
pub const ASKS: usize = OUTBOX_MESSAGES.div_ceil(ASK_IDS);

/// Bytes of a file: what no disk has room for is no offer.
pub const FILE_BYTES: u64 = 1 << 50;

/// Bytes of the name of a file, which is what file systems take.
pub const FILE_NAME_BYTES: usize = 200;

/// Bytes of a piece of a file: what is sent again after a connection has broken, and what is flushed at once.
pub const PIECE_BYTES: u32 = 1 << 20;

/// Pieces that are sent beyond the last one on the other disk: what is sent again after a crash.
pub const PIECES_AHEAD: u64 = 8;

/// How many pieces at the end of what a start has found may be something else than the sender has, before its file has
/// changed: what a crash may cost.
pub const PIECES_BACK: u64 = PIECES_AHEAD;

/// Files that are fetched from one contact at once; others wait for their turn.
pub const FETCHED_AT_ONCE: usize = 3;

/// Files whose state is kept. Beyond, the oldest that has ended is forgotten.
pub const TRANSFERS: usize = 500;

/// How often a piece may come damaged before its file is given up.
pub const DAMAGED_PIECES: u32 = 3;

/// How long a connection for files may take to open and to be bound.
pub const CHANNEL_WITHIN: Duration = Duration::from_secs(10);

/// Calls for files that a contact may announce at once: each takes up to three of the connections that a browser has.
pub const CALLS_AT_ONCE: u32 = 4;

/// How soon it may announce one more. Whoever calls waits for at least as long.
pub const CALL_EVERY: Duration = Duration::from_secs(1);

/// How soon another connection for files is tried where one could not be made or has broken.
pub const CHANNEL_AGAIN: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));

/// Files of which a new session begins with how far they are: some of what [`CONTACT_BURST`] allows.
pub const FILES_SAID: usize = 100;

/// Messages on a connection for files that wait until it is known whose it is.
pub const EARLY_FILE_FRAMES: usize = 8;

/// How long a file waits to be fetched before it is dropped.
pub const TRANSFER_LIFE: Duration = Duration::from_hours(30 * 24);

/// Files and empty folders in one offer: what a browser can hand over and an unpacker takes in reasonable time and memory.
pub const FOLDER_ENTRIES: usize = 20_000;

/// Bytes of all paths of a folder and what is said of each: what is read into memory to check it.
pub const FOLDER_DIRECTORY_BYTES: usize = 4 << 20;

/// Bytes of a path in a folder. Some systems take 1,024, with the place to which it is unpacked before it.
pub const FOLDER_PATH_BYTES: usize = 900;

/// Names in a path: unpackers go down one by one.
pub const FOLDER_DEPTH: usize = 50;

/// Bytes of the media type of a file.
pub const KIND_BYTES: usize = 100;

/// Bytes of a picture that is kept to be looked at, and that is looked at in full: what a camera writes, and little
/// to read at once.
pub const PICTURE_BYTES: u64 = 20_000_000;

/// Dots of a picture that is looked at in full: decoded they take four bytes each, 200 MB.
pub const PICTURE_DOTS: u64 = 50_000_000;

/// Bytes of all pictures that are kept: ten of the largest, a few hundred of most. Beyond, the oldest go.
pub const PICTURES_BYTES: u64 = 200_000_000;

/// Bytes of a picture that may arrive by itself: what a telephone writes.
pub const UNASKED_BYTES: u64 = 5_000_000;

/// Pictures of one contact that may arrive by themselves within [`UNASKED_WITHIN`]: an evening's, and no more than
/// 100 MB in the downloads of somebody who is not looking. Beyond, each waits for the person.
pub const PICTURES_UNASKED: usize = 20;

/// How long a picture counts among those.
pub const UNASKED_WITHIN: Duration = Duration::from_hours(24);

/// Characters of a small picture of a file as base64: with the longest name it fits a frame.
pub const THUMBNAIL_CHARACTERS: usize = 12_000;

/// Messages of one contact that the person has not seen. Beyond, no more are taken before some are seen: at
/// 8,000 bytes each, 16 MB. The sender's own bound tells its person then.
pub const UNSEEN: u32 = 2_000;

/// Messages a contact may send at once before its rate counts.
pub const MESSAGE_BURST: u32 = 20;

/// Messages a contact may send each second in the long run.
pub const MESSAGES_PER_SECOND: u32 = 5;

/// Messages of every kind that a contact may send at once before their rate counts: all that a
/// connection that stood still for a minute gives at once.
pub const CONTACT_BURST: u32 = 250;

/// Messages of every kind that a contact may send each second in the long run.
pub const CONTACT_PER_SECOND: u32 = 50;

/// How often a contact may say who it is: each time can be a write to the disk.
pub const PROFILE_EVERY: Duration = Duration::from_secs(10);

/// Profiles that are sent at once to a contact before that counts.
pub const PROFILES_SENT: u32 = 4;

/// Profiles that are taken at once: more than are sent, by those of a connection that stood still.
pub const PROFILES_TAKEN: u32 = 12;

/// Graphemes of a friendly name: what a list row can show.
pub const NAME_GRAPHEMES: usize = 32;

/// Bytes of a friendly name, so that stacked combining marks stay bounded.
pub const NAME_BYTES: usize = 96;

/// Entries one router answers for: its peers (200), itself, and who is just moving.
pub const REGISTRY_ENTRIES: usize = 256;

/// People who left a router's registry that it tells to whoever checks in: as many ids as fit one
/// frame.
pub const DEPARTED: usize = 100;

/// Router IDs that are tried one after the other where nobody answers: a router, its deputy, and as many again for
/// ids that others hold who are no routers.
pub const ROUTER_IDS: u32 = 4;

/// Routers of one namespace: each holds a connection to the first, which has its own peers too.
pub const ROUTERS: u32 = 64;

/// Entries of a whole namespace, in 8 MB at most.
pub const NAMESPACE_ENTRIES: usize = REGISTRY_ENTRIES * 64;

/// Of these, the ones that other routers can tell of: as many as 64 routers with 200 peers have. The
/// rest is for whoever checks in here, and nobody else can fill it.
pub const TOLD_ENTRIES: usize = NAMESPACE_ENTRIES - REGISTRY_ENTRIES;

/// Of these, the ones that a router may have from others: so many that its own people find room.
pub const RELAYED_ENTRIES: usize = TOLD_ENTRIES - REGISTRY_ENTRIES;

/// Strangers in the lists of a view: more than anybody reads, and little to paint. Of the others
/// their number is told.
pub const SHOWN_STRANGERS: usize = 300;

/// Discovery IDs of one person in one namespace on one day: whoever has taken one, perhaps a contact of
/// earlier days, can take all only at the cost of as many connections for each namespace.
pub const DISCOVERY_IDS: u32 = 4;

/// Peers of a full router that are being sent on at once.
pub const SENT_ON: usize = 32;

/// How long a contact on the same network may be missing from a router's registry, in which it says
/// to be, before the router is taken for one that hides people. Longer than it takes the contact to
/// find out that its connection to the router is dead: until then it says so in good faith.
pub const HIDDEN: Duration = Duration::from_secs(80);

/// How long the word of a contact because of which a router was left does not count again, doubled each
/// time: a liar costs little, and whoever is hidden in truth leaves that router too.
pub const COMPLAINT: Backoff = Backoff::new(Duration::from_hours(1), Duration::from_hours(24));

/// How often a peer lets itself be sent on before it takes the routers for liars.
pub const REDIRECTS: u32 = 8;

/// Bytes of one registry entry on the wire.
pub const ENTRY_BYTES: usize = 512;

/// Check-ins of one peer at once, or its calls for the whole registry: a join, a name that is
/// corrected, and what was missed. Each can cost a registry.
pub const CHECKIN_BURST: u32 = 5;

/// How often a peer may do that in the long run.
pub const CHECKIN_EVERY: Duration = Duration::from_secs(5);

/// Updates of one router at once: the people of a whole namespace, of whom a router may learn from
/// another one in one moment, in frames that hold 31 of the largest entries.
pub const UPDATE_BURST: u32 = 600;

/// How often one router may tell of changes in the long run: it collects them for five times as
/// long, and cuts them into frames.
pub const UPDATE_EVERY: Duration = Duration::from_millis(50);

/// Parts of one registry: as many as the largest one has, by the same reckoning.
pub const REGISTRY_PARTS: u32 = 600;

/// Parts of the registry of a later router: four times what its own people take, for it may have those of
/// others that reach no earlier one. There can be 63 such routers at once.
pub const LATER_PARTS: u32 = 40;

/// People who come or change in the updates of a router at once: twice all of a namespace. Those who go
/// are not counted, as nobody goes twice who has not come again.
pub const CHANGES_BURST: u32 = 2 * 256 * 64;

/// How often there may be one more in the long run: each peer of a full namespace, once in half a minute.
pub const CHANGES_EVERY: Duration = Duration::from_millis(2);

/// The same for a later router, which tells of its own people: each goes to every peer of the router that
/// hears it.
pub const LATER_CHANGES_BURST: u32 = 2 * 256;
/// See [`LATER_CHANGES_BURST`].
pub const LATER_CHANGES_EVERY: Duration = Duration::from_millis(25);

/// Pings, farewells, and pongs that were not asked for on one connection of a namespace at once: the
/// other end may ask again and again while a network changes.
pub const SIGN_BURST: u32 = 10;

/// How often such a message may come in the long run.
pub const SIGN_EVERY: Duration = Duration::from_secs(1);

/// How long a router collects changes before it tells of them. The first one after a quiet while is
/// told at once: people are waiting to see each other.
pub const COLLECT: Duration = Duration::from_millis(250);

/// Peers a router serves: a Chrome page holds about 500 connections, and chats need some.
pub const ROUTER_PEERS: usize = 200;

/// Peers of a router at once that have not checked in: everybody dials a new router at once.
pub const ROUTER_NEW: usize = 128;

/// Peers that dial a router at once before their rate counts: all of a full one's, who lost their
/// router together.
pub const ROUTER_BURST: u32 = 256;

/// Peers that may dial a router each second in the long run: each is a peer connection, which a
/// browser frees late.
pub const ROUTER_PER_SECOND: u32 = 10;

/// Requests waiting for the person.
pub const REQUESTS: usize = 50;

/// Requests waiting from one id: an id that its holder gave up can be taken by somebody else, whose
/// request must not end the first one.
pub const REQUESTS_OF_ONE: usize = 2;

/// Bytes of the note in a request.
pub const NOTE_BYTES: usize = 280;

/// The shortest time between two notifications about requests.
pub const REQUEST_NOTICE: Duration = Duration::from_mins(5);

/// People of one name who are called back because one of them has asked, under the id of another day.
pub const NAMESAKES: usize = 8;

/// How long somebody who was rejected is not asked about again. Who does not show to be the same is known by
/// their id only, which is another one from midnight UTC on.
pub const REJECTED_LIFE: Duration = Duration::from_hours(24);

/// People who were rejected lately.
pub const REJECTED: usize = 50;

/// Names under which nobody is asked about: more than anybody writes down.
pub const IGNORED: usize = 100;

/// Open introductions in one chat that one of the two has made: more than anybody makes, and each is in the head that
/// every message writes. A further one is a line of text.
pub const INTRODUCTIONS: usize = 10;

/// Introductions in one chat whose end is shown; of older ones the text is.
pub const INTRODUCTIONS_KEPT: usize = 2 * INTRODUCTIONS;

/// How long the two have to say yes, as for an invite; then, how long they look for each other
/// is [`UNFINISHED_LIFE`].
pub const INTRODUCTION_LIFE: Duration = Duration::from_hours(7 * 24);

/// How long a stored request waits for the person.
pub const REQUEST_LIFE: Duration = Duration::from_hours(7 * 24);

/// How long an acceptance that the other side never finished is kept.
pub const UNFINISHED_LIFE: Duration = Duration::from_hours(7 * 24);

/// How long what has expired is kept out of sight before it is deleted, in running time: the calendar
/// clock of one start can be wrong.
pub const EXPIRED_KEPT: Duration = Duration::from_hours(24);

/// How long the connection of a request is kept open for its answer.
pub const REQUEST_ANSWER: Duration = Duration::from_mins(10);

/// Invites open at once.
pub const INVITES: usize = 10;

/// How long an invite works: a letter's time, and short enough to be forgotten.
pub const INVITE_LIFE: Duration = Duration::from_hours(7 * 24);

/// How long a special contact is unseen before the person is asked whether to pause it.
pub const LONG_UNSEEN: Duration = Duration::from_hours(30 * 24);

/// Meeting points at which special contacts are waited for at once: each is a socket.
pub const SEATS: usize = 24;

/// The most recently met special contacts, who are waited for always; the others in turn.
pub const SEATS_ALWAYS: usize = 8;

/// Ids at which somebody else was found than who should be there.
pub const BLACKLIST: usize = 256;

/// How long such an id is not dialled.
pub const BLACKLIST_TIME: Duration = Duration::from_mins(15);

/// How far another clock may differ before the person is told.
pub const CLOCK_DIFFERENCE: Duration = Duration::from_mins(5);

/// Alerts that wait for a view, or are shown in one: what can be read at a glance.
pub const ALERTS: usize = 6;

/// How long the same alert is not shown again.
pub const SAME_ALERT: Duration = Duration::from_hours(1);

/// Characters of a backup's passphrase.
pub const PASSPHRASE_CHARS: usize = 8;

/// Bytes of a backup: 500 contacts of 1,000 bytes, in base64.
pub const BACKUP_BYTES: usize = 1_000_000;

/// Bytes of one chunk of a backup with chats: a page of the longest messages with the largest small pictures, and little to
/// have in memory.
pub const BACKUP_CHUNK: usize = 1024 * 1024;

/// How long a former Transport ID is held at most for contacts who have not been told the new one. Who
/// was blocked or removed can see at the server that it is registered, and nothing else; a contact who
/// was away for a day is dialled from here, or met at a rendezvous.
pub const FORMER_LIFE: Duration = Duration::from_hours(24);

/// How long the calendar must say that a former Transport ID is held no longer: it can be wrong for a
/// moment.
pub const FORMER_DOUBT: Duration = Duration::from_mins(10);

/// By how much a start numbers the own profile ahead of the clock, which counts seconds, and of the number on
/// the disk: beyond what contacts were told of changes that the disk has lost, also in the second of the
/// start or while the clock was a little ahead. The clock is there again before a program is started often.
pub const START_AHEAD: u64 = 10;

/// Acceptances that the other side has not finished: a week of them, and few against the contacts.
pub const UNFINISHED: usize = 50;

/// Saved contacts: beyond, nobody asks or is accepted.
pub const CONTACTS: usize = 500;

/// Saved contacts in all: acceptances that are not finished when the last place is taken can still be.
pub const CONTACTS_IN_ALL: usize = CONTACTS + UNFINISHED;

/// Messages waiting for one contact; the composer refuses beyond, nothing is dropped. As many of the
/// delivered ones are sent again to a device that has lost them.
pub const OUTBOX_MESSAGES: usize = 1_000;

/// Bytes of text waiting for one contact.
pub const OUTBOX_BYTES: usize = 10_000_000;

/// Unacknowledged messages in flight on one connection: what fills a slow path, and little to
/// send again.
pub const IN_FLIGHT: usize = 32;

/// Received messages being stored at once, per contact; beyond, the connection is closed and the
/// sender sends again.
pub const STORING: usize = 64;

/// Connections of every kind at once. Chrome refuses a page its 501st.
pub const LINKS: usize = 400;

/// Of these, the ones that only contacts and own dials may use: a router's 200 peers, 32 that are sent
/// on and 63 other routers never starve chats.
pub const LINKS_RESERVED: usize = 100;

/// How often a router and its peers make sure of each other.
pub const HEARTBEAT: Duration = Duration::from_secs(60);

/// How often a deputy makes sure of its router where there are others who rely on that: ICE takes 7 s to doubt
/// a path, and then each of them would find out alone.
pub const WATCH: Duration = Duration::from_secs(3);

/// How long the answer may take before it asks once more.
pub const WATCH_PONG: Duration = Duration::from_secs(1);

/// How long the answer to a ping may take.
pub const PONG: Duration = Duration::from_secs(10);

/// How long the answer to a ping may take when the transport already suspects the path.
pub const PONG_SUSPECT: Duration = Duration::from_secs(2);

/// Deletions that a full disk did not take and that are tried again: more than there are contacts,
/// requests and invites. Of a further one only the next start is reminded.
pub const UNWRITTEN: usize = 1_000;

/// How long an entry of a copied registry lives past its last confirmation.
pub const ENTRY_LIFE: Duration = Duration::from_secs(90);

/// The longest wait before a claim of a Router ID that has lost its holder.
pub const CLAIM_JITTER: Duration = Duration::from_secs(3);

/// How long a router may take to answer a dial before the next Router ID is asked as well: whoever has closed a
/// lid answers nobody, and the people whom it served are found there.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// How long an id whose holder does not answer can be a ghost: a server frees the id of a client
/// that was cut off after 90 s.
pub const GHOST_LIFE: Duration = Duration::from_secs(100);

/// How long the other side of a pair waits for the side that dials first.
pub const DIAL_COURTESY: Duration = Duration::from_secs(3);

/// How often the public address is looked up again.
pub const ADDRESS_CHECK: Duration = Duration::from_mins(5);

/// The shortest time between two notifications that the same contact joined.
pub const JOIN_NOTICE: Duration = Duration::from_mins(5);

/// How long after this device came to a network nobody "joins" it: who is there is found by then.
pub const SETTLING: Duration = Duration::from_secs(60);

/// Characters of a message in a notification: as much as systems show.
pub const NOTIFIED_CHARS: usize = 200;

/// Bytes of what a page hands over to be sent: twice a message, so that whoever chose too much sees by how much.
pub const HANDED_BYTES: usize = 2 * TEXT_BYTES;

/// Contacts in the menu of other pages: more would be a list to read.
pub const RECENT: usize = 5;

/// A gap between two readings of the clock that can only be sleep.
pub const CLOCK_JUMP: Duration = Duration::from_secs(10);

/// A smaller gap, which shows that the clock was set: moments that are known by it are found out anew.
pub const CLOCK_SET: Duration = Duration::from_secs(5);

/// Configured signalling servers, or servers of one ICE entry.
pub const SERVERS: usize = 8;

/// Bytes of a configured text (host, path, key, URL).
pub const SETTING_BYTES: usize = 512;

/// Bytes of a beacon's header: one of version 1 has 143, and a later one may say more.
pub const BEACON_HEADER_BYTES: usize = 512;
