//! The kinds of clients, each used as its person does; and pairs of them, who find each other and talk.

use crate::files::{bytes, see_saved};
use crate::web::bare;
use crate::{Browser, Kind, Page, Python, Result, Web, World, named};
use anyhow::Context;
use serde_json::json;
use std::fs;
use std::time::Duration;

/// What somebody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The extension in this browser.
    Extension(Kind),
    /// The page in this browser, which has no extension.
    Page(Kind),
    /// The client in Python.
    Python,
}

/// Who joins first, and is the router of all others, who come and go one after the other.
pub type Round<'a> = (Client, &'a [Client]);

/// How large the files are.
const SIZE: usize = 300_007;

/// The router's id in the network of the services.
const ROUTER: &str = "myapp-203-0-113-7-1";

/// How long a server may take to notice that somebody has come or gone.
const NOTICED: Duration = Duration::from_secs(20);

/// In each round, has the router and every other one become contacts, write to each other, and send a file.
pub fn meet(test: &str, rounds: &[Round<'_>]) -> Result {
    let clients = Clients::start(test)?;
    for (number, (first, others)) in rounds.iter().enumerate() {
        let web = Web::start(&clients.world)?;
        let mut router = clients.join(*first, number, &web)?;
        clients.see_ids("the router", |ids| ids.iter().any(|id| id == ROUTER))?;
        for other in *others {
            let mut person = clients.join(*other, number, &web)?;
            // Over two rounds either is the router, and asks or is asked.
            let router_asks = first.kind() == other.kind();
            match router_asks {
                true => clients.talk(&mut router, &mut person),
                false => clients.talk(&mut person, &mut router),
            }
            .with_context(|| format!("{other:?} under {first:?}"))?;
            clients.leave(*other, person)?;
        }
        clients.leave(*first, router)?;
        clients.see_ids("nobody", <[String]>::is_empty)?;
    }
    // Firefox breaks off what a script does in a page that is left, and its console says so: pages are left here.
    let is_told = |browser: &&Browser| browser.kind() == Kind::Chromium;
    let bare = clients.bare.iter().filter(is_told);
    let mut all = clients.extensions.iter().chain(bare);
    all.try_for_each(Browser::check_console)
}

impl Client {
    /// Returns the browser it is in.
    fn kind(self) -> Option<Kind> {
        match self {
            Self::Extension(kind) | Self::Page(kind) => Some(kind),
            Self::Python => None,
        }
    }
}

/// A world with each browser twice: with the extension, and without.
struct Clients {
    world: World,
    extensions: [Browser; 2],
    bare: [Browser; 2],
}

impl Clients {
    /// Starts it. The extensions have joined once, and are off.
    fn start(test: &str) -> Result<Self> {
        let world = World::with_downloads(test)?;
        let extensions = world.browsers([(Kind::Chromium, "Carl"), (Kind::Firefox, "Fred")])?;
        let bare = bare(&world, [(Kind::Chromium, "Cora"), (Kind::Firefox, "Fay")])?;
        for browser in &extensions {
            browser.popup()?.join(browser.name())?;
            switch_off(browser)?;
        }
        Ok(Self {
            world,
            extensions,
            bare,
        })
    }

    /// Has somebody join: with the extension always the same one, else somebody new, whom no one knows.
    fn join(&self, client: Client, round: usize, web: &Web) -> Result<Person<'_>> {
        Ok(match client {
            Client::Extension(kind) => {
                let browser = of(&self.extensions, kind);
                Page::new(browser)?.click(&named("button", "Switch on"))?;
                Person::Viewer(browser, browser.name().to_owned())
            }
            Client::Page(kind) => {
                let browser = of(&self.bare, kind);
                let name = format!("{} {round}", browser.name());
                web.open(browser)?.join(&name)?;
                Person::Viewer(browser, name)
            }
            Client::Python => {
                let name = format!("Vera {round}");
                Person::Script(Python::start(&self.world, &name)?)
            }
        })
    }

    fn leave(&self, client: Client, person: Person<'_>) -> Result {
        match (client, person) {
            (Client::Extension(_), Person::Viewer(browser, _)) => switch_off(browser),
            (_, Person::Viewer(browser, _)) => browser.session()?.navigate("about:blank"),
            (_, Person::Script(mut python)) => python.kill(),
        }
    }

    fn see_ids(&self, what: &str, wanted: impl Fn(&[String]) -> bool) -> Result {
        let signalling = &self.world.services.signalling;
        signalling.wait_for_ids(what, NOTICED, wanted)
    }

    /// One asks the other; each writes, which the other reads; whoever was asked sends a file, which the other saves.
    fn talk(&self, asking: &mut Person<'_>, asked: &mut Person<'_>) -> Result {
        asked.see_listed(asking.name())?;
        asking.ask(asked.name())?;
        asked.accept(asking.name())?;
        asking.open_chat(asked.name())?;
        asked.open_chat(asking.name())?;
        asking.write_to(asked)?;
        asked.write_to(asking)?;
        asked.send_file_to(asking, &self.world)?;
        asking.close_chat()?;
        asked.close_chat()
    }
}

fn of(browsers: &[Browser; 2], kind: Kind) -> &Browser {
    let [chromium, firefox] = browsers;
    match kind {
        Kind::Chromium => chromium,
        Kind::Firefox => firefox,
    }
}

/// Leaves, and shows the lists.
fn switch_off(browser: &Browser) -> Result {
    let page = Page::new(browser)?;
    page.click(&named("button", "Here"))?;
    page.click(&named("menuitemradio", "Until I switch on"))?;
    page.see(&named("button", "Switch on")).map(drop)
}

/// Somebody who has joined.
enum Person<'a> {
    /// Sees the extension or the page, under this name.
    Viewer(&'a Browser, String),
    /// Uses the client in Python.
    Script(Python),
}

impl Person<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Viewer(_, name) => name,
            Self::Script(python) => python.name(),
        }
    }

    fn see_listed(&self, name: &str) -> Result {
        match self {
            Self::Viewer(browser, _) => Page::new(browser)?
                .person(name)
                .see_button("Connect")
                .map(drop),
            Self::Script(python) => python
                .see(&json!({ "event": "listed", "name": name }))
                .map(drop),
        }
    }

    fn ask(&mut self, name: &str) -> Result {
        self.see_listed(name)?;
        match self {
            Self::Viewer(browser, _) => Page::new(browser)?.person(name).connect(),
            Self::Script(python) => python.tell(&json!({ "do": "ask", "person": name })),
        }
    }

    fn accept(&mut self, name: &str) -> Result {
        match self {
            Self::Viewer(browser, _) => Page::new(browser)?.accept(name),
            Self::Script(python) => {
                let request = python.see(&json!({ "event": "request", "name": name }))?;
                let accept = json!({ "do": "accept", "request": request["request"] });
                python.run(&accept).map(drop)
            }
        }
    }

    fn open_chat(&self, name: &str) -> Result {
        match self {
            Self::Viewer(browser, _) => Page::new(browser)?.person(name).open_chat(),
            Self::Script(python) => python
                .see(&json!({ "event": "profile", "name": name }))
                .map(drop),
        }
    }

    fn close_chat(&self) -> Result {
        match self {
            Self::Viewer(browser, _) => Page::new(browser)?.click(&named("button", "Back")),
            Self::Script(_) => Ok(()),
        }
    }

    /// Writes to somebody, and sees that they have read it.
    fn write_to(&mut self, other: &Person<'_>) -> Result {
        let text = format!("{} to {}.", self.name(), other.name());
        match self {
            Self::Viewer(browser, _) => {
                let page = Page::new(browser)?;
                page.send(&text)?;
                other.see_message(&text)?;
                page.see_message_state(&text, "Read").map(drop)
            }
            Self::Script(python) => {
                let send = json!({ "do": "send", "contact": other.name(), "text": text });
                let message = python.run(&send)?["message"].clone();
                other.see_message(&text)?;
                python.see(&json!({ "event": "delivered", "message": message }))?;
                python
                    .see(&json!({ "event": "read", "message": message }))
                    .map(drop)
            }
        }
    }

    fn see_message(&self, text: &str) -> Result {
        match self {
            Self::Viewer(browser, _) => Page::new(browser)?.see_message(text).map(drop),
            Self::Script(python) => {
                let message = json!({ "event": "message", "text": text, "mine": false });
                python.see(&message).map(drop)
            }
        }
    }

    /// Sends somebody a file, and sees that they have saved it.
    fn send_file_to(&mut self, other: &mut Person<'_>, world: &World) -> Result {
        let name = format!("{} for {}.bin", self.name(), other.name());
        let path = world.folder().join(&name);
        fs::write(&path, bytes(SIZE))?;
        match self {
            Self::Viewer(browser, _) => {
                let page = Page::new(browser)?;
                page.attach(&path)?;
                other.take_file(&name)?;
                page.see(&Page::file(&name).with_text("any", "Saved on the other device"))
                    .map(drop)
            }
            Self::Script(python) => {
                let send = json!({ "do": "send-file", "contact": other.name(), "path": path });
                let message = python.run(&send)?["message"].clone();
                other.take_file(&name)?;
                let saved = json!({ "event": "file", "message": message, "state": "saved" });
                python.see(&saved).map(drop)
            }
        }
    }

    /// Accepts a file that is offered, and looks at what is saved.
    fn take_file(&mut self, name: &str) -> Result {
        match self {
            Self::Viewer(browser, _) => {
                let page = Page::new(browser)?;
                page.click(&Page::file(name).named("button", "Accept"))?;
                page.see(&Page::file(name).with_text("any", "Saved in your downloads"))?;
                see_saved(browser, name, SIZE)
            }
            Self::Script(python) => {
                let offer = python.see(&json!({ "event": "message", "text": name }))?;
                let [contact, message] = ["name", "message"].map(|field| &offer[field]);
                python.run(&json!({ "do": "take", "contact": contact, "message": message }))?;
                python.see(&json!({ "event": "file", "message": message, "state": "saved" }))?;
                let saved = fs::read(python.downloads().join(name))?;
                assert!(saved == bytes(SIZE), "{name} is another file");
                Ok(())
            }
        }
    }
}
