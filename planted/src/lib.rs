//! Bugs that are planted on purpose, one at a time, to see which tests find them.
//!
//! The places are in the crates that are tested: `planted!(AckBeforeStore)` is `false`, a constant,
//! without their feature `planted`, and so costs nothing in what ships. With it, it is true for the bug
//! that the variable `PLANTED` names: one build serves all. `cargo xtask mutants` does that.
//!
//! Long because it is one table.

use std::sync::OnceLock;

/// Makes the table from one line each.
macro_rules! bugs {
    ($($bug:ident, $what:literal, $place:literal, $finder:expr;)*) => {
        /// A bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $(#[doc = $what] $bug,)*
        }

        /// All of them.
        pub const BUGS: &[Plant] = &[
            $(Plant {
                bug: Bug::$bug,
                name: stringify!($bug),
                what: $what,
                place: $place,
                finder: $finder,
            },)*
        ];
    };
}

/// What is known of a bug.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    /// Which.
    pub bug: Bug,
    /// What `PLANTED` calls it.
    pub name: &'static str,
    /// What goes wrong.
    pub what: &'static str,
    /// The file it is in.
    pub place: &'static str,
    /// Who must find it.
    pub finder: Finder,
}

/// Who must find a bug: a test, by its full name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finder {
    /// Of the core.
    Unit(&'static str),
    /// Of `tests/scenarios`.
    Scenario(&'static str),
    /// Of the crate `peerjs`.
    Peerjs(&'static str),
    /// Of the simulated worlds with a hostile, in `sim/tests/menaces.rs`.
    World(&'static str),
    /// None of them; the reason.
    Nobody(&'static str),
}

use Finder::{Peerjs, Scenario, Unit, World};

bugs! {
    FingerprintsLeftOut, "the certificates are not part of what is signed", "src/crypto.rs",
        Unit("handshakes::exchange::tests::a_proof_is_worth_nothing_on_another_connection");
    HellosLeftOut, "the hellos, and with them the nonces, are not part of what is signed", "src/crypto.rs",
        Unit("vectors::the_vectors_are_what_this_program_derives_and_says");
    LowSUnchecked, "a signature counts in its second form too", "src/crypto.rs",
        Unit("vectors::the_vectors_are_what_this_program_derives_and_says");
    MacUnchecked, "a proof without the key of the handshake counts", "src/handshakes/exchange.rs",
        Unit("handshakes::exchange::tests::a_proof_is_worth_nothing_on_another_connection");
    SignatureUnchecked, "a proof with any signature counts", "src/handshakes/exchange.rs",
        Unit("handshakes::exchange::tests::a_proof_of_one_step_is_none_of_another");
    RoleLabelSwapped, "both sides of a meeting sign under one label", "src/handshakes/exchange.rs",
        Unit("handshakes::exchange::tests::each_side_signs_under_a_label_of_its_own");
    NoNonce, "a hello has no nonce of its own", "src/handshakes/exchange.rs",
        Unit("handshakes::exchange::tests::every_hello_has_a_nonce_of_its_own");
    HintUnchecked, "the key is shown to whoever answers at an address", "src/handshakes/exchange.rs",
        Unit("handshakes::exchange::tests::whoever_answers_with_another_hint_is_somebody_else");
    HintUnbound, "a hint counts on another connection than the one that it is made for", "src/handshakes/exchange.rs",
        World("a_malicious_server_reads_nothing_and_brings_nobody_together");
    ForeignCallerAnswered, "at a Discovery ID callers of any namespace and root are answered", "src/directory/member/mod.rs",
        World("a_caller_from_a_foreign_root_a_freed_id_or_elsewhere_gets_nothing_unasked");
    OtherKeyTaken, "another key than the known one counts for a contact", "src/handshakes/verify.rs",
        Unit("handshakes::tests::contacts::another_key_after_a_complete_exchange_shows_somebody_else");
    OwnKeyTaken, "one is accepted by oneself", "src/handshakes/verify.rs",
        Unit("handshakes::tests::contacts::ones_own_key_is_no_proof_of_somebody_else");
    FirstSecretKept, "a pair that accepts each other anew keeps the first secret on the side that has it", "src/handshakes/finish.rs",
        Unit("handshakes::finish::tests::a_later_acceptance_replaces_the_secret");
    NameUnchecked, "a request shows any name", "src/handshakes/frames.rs",
        Unit("handshakes::tests::accepting::a_name_that_cannot_be_shown_asks_nobody");
    EarlyBytesUnbounded, "a stranger may send without end before a proof", "src/handshakes/frames.rs",
        Unit("handshakes::tests::bounds::all_that_is_said_before_a_proof_fits_the_bound_together");
    HandshakesUnbounded, "any number of strangers at once", "src/handshakes/admission.rs",
        Unit("handshakes::tests::budgets::only_so_many_strangers_are_in_a_handshake_at_once");
    BlacklistOnTimeout, "an address is blacklisted for any failure", "src/handshakes/endings.rs",
        Unit("handshakes::tests::contacts::a_proof_that_does_not_verify_shows_nobody_and_blacklists_nothing");
    BlacklistForever, "a blacklisted address is never tried again", "src/handshakes/blacklist.rs",
        Unit("handshakes::blacklist::tests::an_entry_is_for_one_id_of_one_contact_at_one_server_and_ends_by_time");
    AckBeforeStore, "a message is acknowledged before it is stored", "src/conversations/frames.rs",
        Unit("conversations::tests::a_received_text_is_shown_at_once_and_counts_and_is_acknowledged_once_it_is_stored");
    GapTaken, "a message is taken although one before it is missing", "src/conversations/frames.rs",
        Unit("conversations::tests::a_text_out_of_bounds_is_misbehaviour");
    NothingSentAgain, "what was under way when a connection ended is not sent again", "src/conversations/chat.rs",
        Scenario("delivery::a_sent_message_waits_again_when_the_connection_ends_before_the_acknowledgement");
    LeftoverTaken, "a message counts that a failed write has left on the disk", "src/conversations/chat.rs",
        Scenario("doubtful_disks::what_a_failed_write_has_left_is_not_said_to_be_here");
    LastSentAgain, "what the other device says to have last is sent to it again", "src/conversations/agreement.rs",
        Unit("conversations::agreement::tests::what_the_other_side_has_mostly_follows_from_what_is_known");
    OutboxUnbounded, "any number of messages wait for a contact", "src/conversations/outbox.rs",
        Unit("conversations::chat::tests::the_composer_refuses_at_the_bounds");
    InFlightUnbounded, "everything is sent at once", "src/conversations/outbox.rs",
        Unit("conversations::chat::tests::the_window_bounds_what_is_in_flight");
    AckOfTheFuture, "what is not even written counts as delivered", "src/conversations/outbox.rs",
        Unit("conversations::chat::tests::an_acknowledgement_of_what_was_never_sent_is_none");
    SpiedChannelTaken, "files pass over a connection with somebody in between", "src/files/channel.rs",
        Unit("files::tests::nothing_is_fetched_over_a_connection_with_somebody_in_between");
    FilesOfOthers, "a contact gets the files that are for another one", "src/files/passing.rs",
        Unit("files::tests::a_contact_sees_nothing_of_the_files_for_another");
    AnyPieceTaken, "a piece is written wherever its sender says", "src/files/receiving.rs",
        Unit("files::tests::a_piece_that_is_not_the_next_one_is_passed_over");
    DamagedForEver, "a piece that always comes damaged is asked for without end", "src/files/receiving.rs",
        Unit("files::tests::a_piece_that_came_damaged_is_asked_for_again_and_not_for_ever");
    PiecesWithoutBound, "a file is sent however much of it is on the other disk", "src/files/sending.rs",
        Unit("files::tests::no_more_pieces_are_on_their_way_than_a_crash_may_cost");
    LastPieceBelieved, "a file goes on behind whatever is on the other disk", "src/files/sending.rs",
        Unit("files::tests::checked::what_a_power_loss_has_garbled_is_fetched_again");
    AnyTokenShown, "whoever says that they have seen the screen is verified", "src/contacts/safety.rs",
        Unit("contacts::tests::keeping::who_scans_the_same_safety_number_verifies_it_for_both");
    HostilePathTaken, "a folder is saved whatever paths are in it", "src/folder/check.rs",
        Unit("folder::tests::a_hostile_path_in_a_folder_is_found");
    NameNotCleaned, "a file is called as its sender likes", "src/offer.rs",
        Unit("offer::tests::a_name_is_only_a_name");
    MessageRateOff, "a contact may send as fast as it can", "src/conversations/frames.rs",
        Unit("conversations::tests::more_texts_than_a_person_can_write_are_misbehaviour");
    IntroducedByOneYes, "two are introduced although only one of them said yes", "src/node/wiring/introducing.rs",
        Scenario("introducing::nothing_that_leads_to_either_is_told_before_both_have_said_yes");
    IntroducerGone, "an introduction goes on without who has made it", "src/contacts/introduced.rs",
        Scenario("introducing::an_introduction_is_void_once_the_introducer_is_blocked_or_removed");
    IntroductionsUnbounded, "a contact introduces without end", "src/conversations/chat/introducing.rs",
        Scenario("introducing::a_thousand_introductions_by_one_contact_are_bounded");
    ForeignChanged, "a contact changes and deletes messages of this person", "src/conversations/amendment.rs",
        Unit("conversations::amendment::tests::only_who_has_written_a_message_changes_or_deletes_it");
    DeletedChanged, "a message is changed after it was deleted", "src/conversations/amendment.rs",
        Unit("conversations::amendment::tests::after_a_deletion_nothing_is_left_and_nothing_counts");
    FutureBelieved, "a message of a clock that is ahead stands in the future", "src/conversations/frames.rs",
        Unit("conversations::tests::a_text_of_a_clock_that_is_ahead_is_none_of_the_future");
    FailedWriteTaken, "a write that failed is taken for a good one", "src/node/wiring/writes.rs",
        Scenario("delivery::a_message_that_a_full_disk_refused_is_not_acknowledged_until_there_is_room");
    EntryLifeOff, "an entry lives a moment longer than it should", "src/directory/roster.rs",
        Unit("directory::roster::tests::an_entry_lives_ninety_seconds_past_its_last_confirmation");
    ForeignEntryTaken, "an entry of another namespace is taken", "src/directory/roster.rs",
        Unit("directory::roster::tests::unfit_entries_are_refused_with_the_reason");
    EntryNameUnchecked, "an entry shows any name", "src/directory/roster.rs",
        Unit("directory::roster::tests::unfit_entries_are_refused_with_the_reason");
    CheckinForAnother, "a peer registers the id of somebody else", "src/directory/router/serving.rs",
        Unit("directory::tests::a_check_in_must_be_for_the_own_id_and_fit_the_list");
    EpochIgnored, "a change of an earlier router counts", "src/directory/feed.rs",
        Unit("directory::feed::tests::a_registry_is_whole_with_its_last_part");
    JitterZero, "everybody claims the Router ID at the same moment", "src/directory/member/mod.rs",
        Scenario("directory::routers::where_nobody_answers_at_any_router_id_they_are_asked_for_again_without_haste");
    GhostWaitedFor, "a Router ID at which nobody answers is not passed over", "src/directory/member/unanswered.rs",
        Scenario("directory::lid::whoever_comes_while_the_router_sleeps_is_served_within_ten_seconds");
    RedirectLoops, "a router may send somebody round in a circle", "src/directory/member/returning.rs",
        Unit("directory::tests::a_router_sends_nobody_round_in_a_circle");
    NeverStepsDown, "a router whose id is somebody else's goes on", "src/directory/member/mod.rs",
        Unit("directory::tests::a_router_whose_id_is_held_by_somebody_else_steps_down");
    PingNeverTimesOut, "a connection that answers no ping stays", "src/liveness.rs",
        Unit("liveness::tests::silence_is_asked_about_and_then_judged");
    OldProfileWins, "an older profile replaces a newer one", "src/contacts/profile.rs",
        Unit("contacts::tests::profiles::a_newer_profile_is_taken_and_stored_and_an_older_one_is_not");
    RotationSkippedOnBlock, "who is blocked goes on recognising this device", "src/node/wiring/commands.rs",
        Scenario("contact_settings::a_blocked_contact_neither_reaches_nor_recognises_this_device");
    OffEndsAtStart, "who is off is on again after a start", "src/node/presence.rs",
        Scenario("availability::whoever_is_off_sends_nothing_also_after_a_start");
    ListedForContactsOnly, "who is there for contacts only stays in the registry", "src/node/wiring/availability.rs",
        Scenario("availability::for_contacts_only_nobody_else_sees_a_person_and_contacts_still_reach_them");
    RequestLimitOff, "any number of requests wait", "src/introductions/requests.rs",
        Unit("introductions::tests::a_full_list_takes_no_further_request");
    InviteUsedTwice, "an invite works more than once", "src/introductions/requests.rs",
        Unit("introductions::tests::an_invite_is_used_up_by_a_yes_and_by_a_no");
    NoBackoff, "somebody who is away is dialled without a pause", "src/contacts/dialling.rs",
        Unit("contacts::dialling::tests::each_failure_doubles_the_wait_up_to_ten_minutes");
    QuietHoursRing, "quiet hours do not hold", "src/node/attention/mod.rs",
        Unit("node::attention::tests::quiet::nothing_is_told_where_notifications_are_switched_off_or_in_quiet_hours");
    SlotOffByOne, "one side of a rendezvous is a slot ahead", "src/calendar.rs",
        Unit("calendar::tests::slots_are_ten_minutes_of_utc");
    SameIdEveryDay, "a stranger recognises somebody the next day", "src/crypto.rs",
        Unit("directory::tests::machine::on_a_new_day_the_own_id_is_another_one");
    OldSlotBelieved, "a beacon's slot counts whenever it was signed", "src/beacon/mod.rs",
        Unit("beacon::tests::a_slot_is_accepted_up_to_five_minutes_outside_of_it");
    SecondFingerprint, "a description may have two certificates", "peerjs/src/sdp.rs",
        Peerjs("sdp::tests::hostile_descriptions_are_refused_with_a_reason");
    AnyNameResolved, "a candidate may name any host", "peerjs/src/candidate.rs",
        Peerjs("candidate::tests::hostile_candidates_are_refused");
    NoEcho, "an id is believed to be held although the server is silent", "peerjs/src/signalling/registration.rs",
        Peerjs("endpoint::tests::registration::a_probe_notices_a_dead_socket_within_its_shorter_time");
    AbsentForAll, "that somebody is not there ends answered connections too", "peerjs/src/endpoint/relayed.rs",
        Peerjs("endpoint::tests::connections::leave_and_expire_do_not_end_what_was_answered");
    DialReplaced, "an offer ends the own dial to the same id", "peerjs/src/endpoint/relayed.rs",
        Peerjs("endpoint::tests::connections::a_second_offer_replaces_the_first_but_never_a_dial_of_ours");
}

/// Returns whether this process has the bug.
#[must_use]
pub fn is(bug: Bug) -> bool {
    static CHOSEN: OnceLock<Option<Bug>> = OnceLock::new();
    let chosen = CHOSEN.get_or_init(|| {
        let name = std::env::var("PLANTED").ok()?;
        let known = BUGS.iter().find(|plant| plant.name == name);
        known.map(|plant| plant.bug)
    });
    *chosen == Some(bug)
}
