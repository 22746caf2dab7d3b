//! What is promised about files when a browser ends at any moment, and when a device cannot keep what comes.
//!
//! Long because all moments and faults use one set of helpers.
#![allow(clippy::print_stdout, reason = "a test's output is for people")]
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

use e2e::files::{
    CHOSEN, MEGABYTE, accept, bytes, call, check_saved, choose, contacts, offer, see,
    see_nothing_stays, send, send_this, view,
};
use e2e::{Browser, Kind, Result, World, friends};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SIZE: usize = 24 * MEGABYTE;
const MIDDLE: usize = 8 * MEGABYTE;

/// How far a file is when a browser is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Offered,
    Accepted,
    FirstPiece,
    Middle,
    /// In the middle, and once more before it has gone on for long.
    Twice,
    Paused,
    LastPiece,
    Saved,
}
use When::{Accepted, FirstPiece, LastPiece, Middle, Offered, Paused, Saved, Twice};

/// Whose browser is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Whose {
    Receiver,
    Sender,
    Both,
}
use Whose::{Both, Receiver, Sender};

/// A receiver or a sender that is killed alone in the middle is in `files.rs`, both ways.
const TO_FIREFOX: [(When, Whose); 8] = [
    (Offered, Sender),
    (Accepted, Receiver),
    (FirstPiece, Receiver),
    (Middle, Both),
    (Twice, Receiver),
    (Paused, Sender),
    (LastPiece, Receiver),
    (Saved, Receiver),
];
const TO_CHROMIUM: [(When, Whose); 9] = [
    (Offered, Receiver),
    (Accepted, Sender),
    (FirstPiece, Sender),
    (Middle, Both),
    (Twice, Receiver),
    (Paused, Receiver),
    (LastPiece, Receiver),
    (LastPiece, Sender),
    (Saved, Receiver),
];

/// One file, on its way from one browser to the other.
struct Way<'a> {
    world: &'a World,
    from: &'a mut Browser,
    to: &'a mut Browser,
    name: String,
    transfer: String,
}

impl Way<'_> {
    fn from(&self) -> &Browser {
        self.from
    }

    fn to(&self) -> &Browser {
        self.to
    }

    fn choose(&self) -> Result {
        choose(self.from(), &self.world.folder().join(&self.name))
    }

    /// Waits for a moment; how many bytes were shown.
    fn reach(&self, when: When, whose: Whose) -> Result<u64> {
        let (from, to) = (self.from(), self.to());
        call(to, &format!("offered({:?})", self.name))?;
        if when == Offered {
            return Ok(0);
        }
        accept(to, &self.name, &self.transfer)?;
        let watched = if whose == Sender { from } else { to };
        let shown = |states: &[&str], bytes| {
            let said = see(watched, &self.transfer, states, bytes)?;
            Ok(said.last().copied().unwrap_or_default())
        };
        match when {
            Offered | Accepted => Ok(0),
            FirstPiece => shown(&["running"], MEGABYTE),
            Middle | Twice => shown(&["running"], MIDDLE),
            Paused => {
                shown(&["running"], MIDDLE)?;
                self.pause(watched, true)?;
                shown(&["paused: false"], MIDDLE)
            }
            LastPiece if whose == Sender => shown(&["running"], SIZE - MEGABYTE),
            LastPiece => {
                let before = downloads(to)?.len();
                let end = Instant::now() + Duration::from_secs(60);
                // What the browser does with its downloads nobody tells.
                while downloads(to)?.len() == before {
                    assert!(Instant::now() < end, "{} does not save", to.name());
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(0)
            }
            Saved => shown(&["saved"], SIZE),
        }
    }

    fn pause(&self, browser: &Browser, pauses: bool) -> Result {
        let command = format!(
            "command({{ file: [{:?}, {{ pause: {pauses} }}] }})",
            self.transfer
        );
        call(browser, &command).map(drop)
    }

    fn kill(&mut self, whose: Whose) -> Result {
        let mut killed = [(Sender, &mut self.from), (Receiver, &mut self.to)];
        let mut killed: Vec<_> = killed
            .iter_mut()
            .filter(|(side, _)| [*side, Both].contains(&whose))
            .collect();
        for (_, browser) in &mut killed {
            browser.kill()?;
        }
        for (_, browser) in killed {
            browser.start()?;
            view(browser)?;
        }
        Ok(())
    }

    /// Does what a person has to do after the end of a browser, and waits until the file is saved.
    fn go_on(&self, when: When, whose: Whose) -> Result<Vec<u64>> {
        let (from, to) = (self.from(), self.to());
        match when {
            Offered => accept(to, &self.name, &self.transfer)?,
            // Whoever accepts something and ends at once may not have accepted it.
            Accepted if whose != Sender => {
                let again = call(to, &format!("accept({:?})", self.name));
                let refused = again.err().map(|error| format!("{error:#}"));
                assert!(refused.is_none_or(|refused| refused.contains("gone")));
            }
            Paused => {
                let stopped = if whose == Sender { from } else { to };
                see(stopped, &self.transfer, &["paused: false"], 0)?;
                self.pause(stopped, false)?;
            }
            Accepted | FirstPiece | Middle | Twice | LastPiece | Saved => {}
        }
        if whose != Receiver {
            let either = "[\"needsFile\", \"saved\"]";
            let said = call(from, &format!("see({:?}, {either})", self.transfer))?;
            let needs = |one: &Value| one["state"] == "needsFile";
            if said.as_array().is_some_and(|said| said.iter().any(needs)) {
                self.choose()?;
                call(from, &format!("choose({:?}, {CHOSEN})", self.transfer))?;
            }
        }
        for browser in [from, to] {
            see(browser, &self.transfer, &["saved"], SIZE)?;
        }
        let killed = if whose == Sender { from } else { to };
        see(killed, &self.transfer, &["saved"], SIZE)
    }

    /// Checks that it was saved once. A browser that is killed while it saves may leave what it had of that, and tells the
    /// extension nothing of it after a start; that is `expected` from then on.
    fn check_saved(
        &self,
        expected: &mut BTreeSet<String>,
        broken: &BTreeSet<String>,
        moment: (When, Whose),
    ) -> Result {
        let there = downloads(self.to())?;
        if moment == (LastPiece, Receiver) {
            let new: Vec<&String> = there.difference(expected).collect();
            let content = bytes(SIZE);
            let mut whole = 0;
            for name in new {
                let is_whole = fs::read(self.to().downloads().join(name))? == content;
                whole += usize::from(is_whole);
                assert!(is_whole || broken.contains(name), "{name}");
            }
            assert_eq!(whole, 1, "{there:?}");
            *expected = there;
        } else {
            check_saved(self.to(), &self.name, SIZE)?;
            expected.insert(self.name.clone());
            assert_eq!(there, *expected, "{moment:?}");
        }
        see_nothing_stays(self.to())
    }
}

/// Returns what is in a browser's downloads.
fn downloads(browser: &Browser) -> Result<BTreeSet<String>> {
    let folder = browser.downloads();
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let name =
        |file: std::io::Result<fs::DirEntry>| Ok(file?.file_name().to_string_lossy().into_owned());
    fs::read_dir(folder)?.map(name).collect()
}

/// Checks that both can write to each other.
fn check_chat(one: &Browser, other: &Browser, about: &str) -> Result {
    for (from, to) in [(one, other), (other, one)] {
        let text = format!("{} after {about}", from.name());
        call(from, &format!("write({:?}, {text:?})", to.name()))?;
        call(to, &format!("read({text:?})"))?;
    }
    Ok(())
}

/// Kills browsers at these moments, each time of another file.
fn kill_at(moments: &[(When, Whose)], receiver: Kind) -> Result {
    let (world, mut browsers) = contacts(&format!("files-killed-to-{receiver:?}"))?;
    let content = bytes(SIZE);
    let mut expected = BTreeSet::new();
    for &(when, whose) in moments {
        let began = Instant::now();
        let moment = format!("{when:?} {whose:?}");
        let name = format!("{moment}.bin");
        fs::write(world.folder().join(&name), &content)?;
        let [alice, bob] = &mut browsers;
        let (from, to) = if receiver == Kind::Firefox {
            (alice, bob)
        } else {
            (bob, alice)
        };
        let mut way = Way {
            world: &world,
            from,
            to,
            name,
            transfer: String::new(),
        };
        way.choose()?;
        way.transfer = offer(way.from(), way.to(), CHOSEN)?;
        let mut shown = way.reach(when, whose)?;
        way.kill(whose)?;
        if when == Twice {
            let more = usize::try_from(shown)? + MEGABYTE;
            let said = see(way.to(), &way.transfer, &["running"], more)?;
            shown = said.last().copied().unwrap_or_default();
            way.kill(whose)?;
        }
        let broken = downloads(way.to())?;
        let there = way.go_on(when, whose)?;
        let begun = there.iter().copied().find(|bytes| *bytes > 0);
        let begun = begun.unwrap_or_default();
        assert!(begun >= shown, "{moment}: {shown} before, then {there:?}");
        if let (FirstPiece | Middle | Twice | Paused, Receiver | Both) = (when, whose) {
            assert!(begun < SIZE as u64, "{moment}: killed too late");
        }
        way.check_saved(&mut expected, &broken, (when, whose))?;
        check_chat(way.from(), way.to(), &moment)?;
        println!("{moment}: {shown}, then {begun}; {:?}", began.elapsed());
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_file_to_firefox_is_saved_once_whenever_a_browser_is_killed() -> Result {
    kill_at(&TO_FIREFOX, Kind::Firefox)
}

#[test]
fn a_file_to_chromium_is_saved_once_whenever_a_browser_is_killed() -> Result {
    kill_at(&TO_CHROMIUM, Kind::Chromium)
}

/// Returns whether disks can be mounted here, and says so where they cannot.
fn is_root() -> Result<bool> {
    let root = fs::metadata("/proc/self")?.uid() == 0;
    if !root {
        println!("!! NOT RUN: a disk of its own needs root");
    }
    Ok(root)
}

/// Fills the disk with a browser's profile, but for so many bytes.
fn fill(browser: &Browser, but: usize) -> Result<PathBuf> {
    let ballast = browser.profile().join("ballast");
    let mut file = File::create(&ballast)?;
    let block = vec![1; MEGABYTE];
    while file.write_all(&block).is_ok() {}
    let there = file.metadata()?.len();
    file.set_len(there.saturating_sub(but as u64))?;
    Ok(ballast)
}

#[test]
fn a_file_for_which_there_is_no_room_is_refused_when_it_is_accepted() -> Result {
    let (world, browsers) = contacts("files-no-room")?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("huge of {}.bin", from.name());
        let file = world.folder().join(&name);
        // It has no blocks.
        File::create(&file)?.set_len(1 << 40)?;
        choose(from, &file)?;
        let transfer = send_this(from, to, &name, CHOSEN)?;
        see(to, &transfer, &["failed: noRoom"], 0)?;
        see(from, &transfer, &["failed: there"], 0)?;
        see_nothing_stays(to)?;
        fs::remove_file(file)?;
    }
    check_chat(alice, bob, "no room")?;
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_disk_that_fills_while_a_file_comes_harms_nothing_else() -> Result {
    const DISK: usize = 600;
    const ROOM: usize = 6 * MEGABYTE;
    if !is_root()? {
        return Ok(());
    }
    let world = World::with_downloads("files-disk-full")?;
    let browsers = friends::contacts_with(&world, |setup| setup.disk = Some(DISK))?;
    browsers.iter().try_for_each(view)?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("of {}.bin", from.name());
        let file = world.folder().join(&name);
        fs::write(&file, bytes(2 * SIZE))?;
        choose(from, &file)?;
        let transfer = send_this(from, to, &name, CHOSEN)?;
        see(to, &transfer, &["running"], MIDDLE)?;
        let ballast = fill(to, ROOM)?;
        see(to, &transfer, &["failed: noRoom"], 0)?;
        see(from, &transfer, &["failed: there"], 0)?;
        see_nothing_stays(to)?;
        check_chat(alice, bob, &format!("the full disk of {}", to.name()))?;
        fs::remove_file(ballast)?;
        // Its person has made room.
        accept(to, &name, &transfer)?;
        for browser in [to, from] {
            see(browser, &transfer, &["saved"], 2 * SIZE)?;
        }
        check_saved(to, &name, 2 * SIZE)?;
        see_nothing_stays(to)?;
    }
    Ok(())
}

#[test]
fn a_browser_without_a_private_file_system_says_so_and_still_sends() -> Result {
    let world = World::with_downloads("files-no-storage")?;
    let browsers = friends::contacts_with(&world, |setup| setup.no_file_system = true)?;
    browsers.iter().try_for_each(view)?;
    let [alice, bob] = &browsers;
    let transfer = send(alice, bob, "to Bob.bin", MIDDLE)?;
    see(bob, &transfer, &["failed: noStorage"], 0)?;
    see(alice, &transfer, &["failed: there"], 0)?;
    check_chat(alice, bob, "no storage")?;
    let transfer = send(bob, alice, "to Alice.bin", MIDDLE)?;
    for browser in [alice, bob] {
        see(browser, &transfer, &["saved"], MIDDLE)?;
    }
    check_saved(alice, "to Alice.bin", MIDDLE)?;
    assert!(downloads(bob)?.is_empty());
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_file_that_vanishes_while_it_is_sent_is_given_up_on_both_sides() -> Result {
    let (world, browsers) = contacts("files-vanished")?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("of {}.bin", from.name());
        let file = world.folder().join(&name);
        fs::write(&file, bytes(2 * SIZE))?;
        choose(from, &file)?;
        let transfer = send_this(from, to, &name, CHOSEN)?;
        see(to, &transfer, &["running"], MIDDLE)?;
        fs::remove_file(&file)?;
        for browser in [from, to] {
            see(browser, &transfer, &["failed: changed"], 0)?;
        }
        see_nothing_stays(to)?;
        assert!(downloads(to)?.is_empty(), "{}", to.name());
    }
    check_chat(alice, bob, "a file that vanished")
}
