//! The demonstration: two Chromium profiles and one Firefox find each other, ask, accept, chat;
//! one of them crashes and comes back; then two find each other again anywhere, and somebody joins who has
//! only the page. Started by `cargo xtask demo`.

#![allow(clippy::print_stdout, reason = "it tells a story")]

mod away;
mod page;

use e2e::Kind::{Chromium, Firefox};
use e2e::services::{self, Echo, PUBLIC, PeerServer, own_address, stun::Coturn};
use e2e::{Browser, Kind, Page, Result, Setup, Web, browser, paths};
use serde_json::Value;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result {
    let story = Story::begin()?;
    let result = story.tell_all();
    match &result {
        Ok(()) => story.tell("Everything worked."),
        Err(_) => story.tell("It did not work:"),
    }
    println!("Pictures and logs: {}", story.folder.display());
    result
}

struct Story {
    began: Instant,
    folder: PathBuf,
}

impl Story {
    fn begin() -> Result<Self> {
        let folder = paths::fresh_artifacts("demo")?;
        Ok(Self {
            began: Instant::now(),
            folder,
        })
    }

    fn tell(&self, what: &str) {
        println!("{:>7.2} s  {what}", self.began.elapsed().as_secs_f64());
    }

    fn tell_all(&self) -> Result {
        let signalling = PeerServer::start(&self.folder, Ipv4Addr::LOCALHOST)?;
        let stun = Coturn::start(&self.folder, own_address())?;
        let echo = Echo::start(PUBLIC)?;
        self.tell(&format!(
            "PeerServer on port {}, STUN at {}, address echo at {}",
            signalling.port(),
            stun.url(),
            echo.url()
        ));
        let config = services::config(&signalling, &stun.url(), &echo);
        let web = Web::start_with(&config)?;
        let config = web.named_in(config);
        let (alice, carol, mut bob) = self.start_browsers(&config)?;
        self.join(&[&alice, &bob, &carol])?;
        self.meet(&alice, &bob)?;
        self.chat(&alice, &bob)?;
        self.meet(&carol, &bob)?;
        self.notify(&bob, &carol)?;
        self.crash(&alice, &mut bob)?;
        self.send_files(&alice, &mut bob)?;
        for browser in [&alice, &bob, &carol] {
            browser.check_console()?;
        }
        away::chapter(self)?;
        let _dora = page::chapter(self, &web, &alice)?;
        self.wait_for_the_person();
        Ok(())
    }

    fn start_browsers(&self, config: &Value) -> Result<(Browser, Browser, Browser)> {
        let start = |kind: Kind, name: &str| -> Result<Browser> {
            let mut setup = Setup::new(kind, name);
            setup.build.saves = true;
            let browser = Browser::launch(setup, config, &self.folder)?;
            self.tell(&format!("{kind:?} runs, for {name}"));
            Ok(browser)
        };
        std::thread::scope(|scope| {
            let alice = scope.spawn(|| start(Chromium, "Alice"));
            let carol = scope.spawn(|| start(Chromium, "Carol"));
            let bob = start(Firefox, "Bob");
            let panicked = |_| anyhow::anyhow!("a browser's thread panicked");
            Ok((
                alice.join().map_err(panicked)??,
                carol.join().map_err(panicked)??,
                bob?,
            ))
        })
    }

    fn join(&self, browsers: &[&Browser]) -> Result {
        for browser in browsers {
            let page = browser.popup()?;
            page.find(&e2e::named("button", "Join"))?;
            browser.screenshots(&self.folder, &format!("1-first-run-{}", browser.name()))?;
            page.join(browser.name())?;
            self.tell(&format!("{} joins", browser.name()));
        }
        for browser in browsers {
            for other in browsers
                .iter()
                .filter(|other| other.name() != browser.name())
            {
                Page::new(browser)?
                    .person(other.name())
                    .see_button("Connect")?;
            }
            self.tell(&format!("{} sees the two others", browser.name()));
            browser.screenshots(&self.folder, &format!("2-people-{}", browser.name()))?;
        }
        Ok(())
    }

    fn meet(&self, one: &Browser, other: &Browser) -> Result {
        let (a, b) = (Page::new(one)?, Page::new(other)?);
        a.person(other.name()).connect()?;
        self.tell(&format!("{} asks {}", one.name(), other.name()));
        b.person(one.name()).see_button("Accept")?;
        other.screenshots(&self.folder, &format!("3-request-{}", other.name()))?;
        b.accept(one.name())?;
        a.person(other.name()).see_button("Open chat")?;
        b.person(one.name()).see_button("Open chat")?;
        self.tell(&format!("{} accepts; both have a contact", other.name()));
        Ok(())
    }

    fn chat(&self, alice: &Browser, bob: &Browser) -> Result {
        let (a, b) = (Page::new(alice)?, Page::new(bob)?);
        a.person("Bob").open_chat()?;
        b.person("Alice").open_chat()?;
        a.send("Hello Bob, this is Chromium.")?;
        b.see_message("Hello Bob, this is Chromium.")?;
        self.tell("Bob reads in Firefox what Alice wrote in Chromium");
        b.send("Hello Alice, this is Firefox.")?;
        a.see_message("Hello Alice, this is Firefox.")?;
        self.tell("Alice reads in Chromium what Bob wrote in Firefox");
        b.see_message_state("Hello Alice, this is Firefox.", "Read")?;
        self.tell("Bob sees that it was read");
        alice.screenshots(&self.folder, "4-chat-Alice")?;
        bob.screenshots(&self.folder, "4-chat-Bob")?;
        b.click(&e2e::named("button", "Back"))
    }

    fn notify(&self, bob: &Browser, carol: &Browser) -> Result {
        carol.leave_popup()?;
        let b = Page::new(bob)?;
        b.person("Carol").open_chat()?;
        b.send("Carol, are you there?")?;
        b.see_message_state("Carol, are you there?", "Delivered")?;
        let ids = carol.see_notification()?;
        self.tell(&format!(
            "Carol has no view open and gets a notification ({})",
            ids.len()
        ));
        let c = carol.popup()?;
        c.person("Bob").open_chat()?;
        c.see_message("Carol, are you there?")?;
        self.tell("Carol opens the chat and finds the message");
        b.click(&e2e::named("button", "Back"))
    }

    fn crash(&self, alice: &Browser, bob: &mut Browser) -> Result {
        bob.kill()?;
        self.tell("Bob's Firefox is killed");
        let a = Page::new(alice)?;
        a.send("Written while Bob was gone.")?;
        a.see_message("Written while Bob was gone.")?;
        bob.start()?;
        self.tell("Bob's Firefox runs again, on the same profile");
        let b = bob.popup()?;
        b.person("Alice").open_chat()?;
        b.see_message("Hello Bob, this is Chromium.")?;
        b.see_message("Hello Alice, this is Firefox.")?;
        self.tell("Bob has his contact and the whole history");
        b.see_message("Written while Bob was gone.")?;
        a.see_message_state("Written while Bob was gone.", "Read")?;
        self.tell("Bob gets what Alice wrote meanwhile, and Alice sees that he read it");
        bob.screenshots(&self.folder, "5-after-crash-Bob")?;
        alice.screenshots(&self.folder, "5-after-crash-Alice")
    }

    /// A picture, and a folder in the middle of which the browser that gets it is killed.
    fn send_files(&self, alice: &Browser, bob: &mut Browser) -> Result {
        const MEGABYTES: u64 = 64;
        let (a, b) = (Page::new(alice)?, Page::new(bob)?);
        a.attach(&paths::root().join("docs/people.png"))?;
        b.click(&Page::file("people.png").named("button", "Accept"))?;
        b.see(&Page::file("people.png").with_text("any", "Saved in your downloads"))?;
        self.tell("Alice sends Bob a picture, who accepts it; it is in his downloads");
        alice.screenshots(&self.folder, "6-picture-Alice")?;
        bob.screenshots(&self.folder, "6-picture-Bob")?;
        let holiday = self.folder.join("Holiday");
        std::fs::create_dir_all(holiday.join("day 1"))?;
        std::fs::copy(
            paths::root().join("docs/people.png"),
            holiday.join("day 1/people.png"),
        )?;
        std::fs::File::create(holiday.join("large.bin"))?.set_len(MEGABYTES << 20)?;
        a.attach(&holiday)?;
        b.click(&Page::file("Holiday").named("button", "Accept"))?;
        b.see(&Page::file("Holiday").with_text("any", " MB of "))?;
        bob.kill()?;
        self.tell(&format!(
            "Bob's Firefox is killed while he gets a folder of {MEGABYTES} MB"
        ));
        bob.start()?;
        let b = bob.popup()?;
        let back = Instant::now();
        b.person("Alice").open_chat()?;
        let saved = Page::file("Holiday").with_text("any", "Saved in your downloads");
        b.see(&saved)?;
        self.tell(&format!(
            "Bob's Firefox runs again; the folder goes on by itself, and is saved {:.1} s later",
            back.elapsed().as_secs_f64()
        ));
        bob.screenshots(&self.folder, "6-folder-Bob")?;
        std::fs::remove_dir_all(&holiday)?;
        Ok(())
    }

    fn wait_for_the_person(&self) {
        if browser::has_display() && std::env::args().any(|arg| arg == "--stay") {
            self.tell("The browsers stay open. Press Enter to close them.");
            // Whatever ends the line ends the waiting.
            let _ = std::io::stdin().read_line(&mut String::new());
        }
    }
}
