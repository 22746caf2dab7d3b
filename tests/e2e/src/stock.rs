//! A page with the stock PeerJS client, told by a test what to say: an honest peer, or a liar.

use crate::browser::{Browser, Kind, Setup};
use crate::lab::{Namespace, within};
use crate::paths;
use crate::services::{PeerServer, Site};
use crate::world::World;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// A browser without the extension that shows the page.
pub struct Stock {
    browser: Browser,
    /// What PeerJS is told: server and ICE servers.
    options: Value,
}

/// An open data connection of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link(u64);

impl Stock {
    /// Starts one that uses the world's signalling server.
    pub fn start(world: &World) -> Result<Self> {
        Self::open(None, &world.services.signalling, &json!([]), world.folder())
    }

    /// Starts one in a place, with these ICE servers.
    pub(crate) fn open(
        place: Option<Namespace>,
        server: &PeerServer,
        ice: &Value,
        logs: &Path,
    ) -> Result<Self> {
        let root = paths::root();
        let folders = ["tests/e2e/js", "node_modules/peerjs/dist"];
        let folders = folders.map(|folder| root.join(folder));
        let site = within(place.as_ref(), || Site::start(folders.into()))??;
        let mut setup = Setup::new(Kind::Chromium, "stock");
        setup.bare = true;
        setup.place = place;
        let browser = Browser::launch(setup, &Value::Null, logs)?;
        browser.session()?.navigate(&site.url("stock.html"))?;
        let options = json!({
            "host": server.host(), "port": server.port(), "path": "/", "secure": false,
            "config": { "iceServers": ice }
        });
        Ok(Self { browser, options })
    }

    /// Registers an id.
    pub fn register(&self, id: &str) -> Result<()> {
        self.call("register", &[json!(id), self.options.clone()])
            .map(drop)
    }

    /// Releases an id.
    pub fn leave(&self, id: &str) -> Result<()> {
        self.call("leave", &[json!(id)]).map(drop)
    }

    /// Dials from an own id and waits until the link is open.
    pub fn dial(&self, from: &str, to: &str) -> Result<Link> {
        let link = self.call("dial", &[json!(from), json!(to)])?;
        link.as_u64().map(Link).context("not a link")
    }

    /// Waits for somebody who dials an own id; the link and their id.
    pub fn accept(&self, id: &str) -> Result<(Link, String)> {
        let incoming = self.call("accept", &[json!(id)])?;
        let link = incoming["link"].as_u64().map(Link).context("not a link")?;
        Ok((
            link,
            incoming["from"].as_str().context("nobody")?.to_owned(),
        ))
    }

    /// Serves from an own id as an honest router, which also tells of these people.
    pub fn route(&self, id: &str, people: &Value) -> Result<()> {
        self.call("route", &[json!(id), people.clone()]).map(drop)
    }

    /// From now on hangs up on every link to an own id as soon as it is open.
    pub fn hang_up(&self, id: &str) -> Result<()> {
        self.call("hangUp", &[json!(id)]).map(drop)
    }

    /// Returns how many links were closed so.
    pub fn hung_up(&self) -> Result<u64> {
        self.call("hungUp", &[])?.as_u64().context("not a number")
    }

    /// Sends a message, as any JSON.
    pub fn send(&self, link: Link, message: &Value) -> Result<()> {
        self.call("send", &[json!(link.0), message.clone()])
            .map(drop)
    }

    /// Waits for the next message of a type.
    pub fn receive(&self, link: Link, kind: &str) -> Result<Value> {
        self.receive_within(link, kind, Duration::from_secs(20))
    }

    /// Waits for the next message of a type, for a time.
    pub fn receive_within(&self, link: Link, kind: &str, limit: Duration) -> Result<Value> {
        self.call(
            "receive",
            &[json!(link.0), json!(kind), json!(limit.as_millis() as u64)],
        )
    }

    /// Waits until the other side closes the link.
    pub fn see_closed(&self, link: Link, limit: Duration) -> Result<()> {
        self.call("closed", &[json!(link.0), json!(limit.as_millis() as u64)])
            .map(drop)
    }

    /// Returns every message that came on any link, as text.
    pub fn heard(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.call("heard", &[])?)?)
    }

    fn call(&self, what: &str, args: &[Value]) -> Result<Value> {
        let script = format!("return stock.{what}(...args);");
        let session = self.browser.session()?;
        session
            .execute_async(&script, args)
            .with_context(|| format!("stock page: {what}"))
    }
}
