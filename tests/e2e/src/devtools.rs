//! Runs scripts in a page of Chromium that no tab shows, through the DevTools protocol.

use crate::browser::Browser;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// How long a script may run.
const LONGEST: Duration = Duration::from_mins(30);

/// A page of a browser that runs.
pub struct HiddenPage {
    socket: WebSocket<TcpStream>,
    last: u64,
}

impl HiddenPage {
    /// Finds the page of the extension whose address ends so.
    pub fn find(browser: &Browser, file: &str) -> Result<Self> {
        let session = browser.session()?;
        let address = session.capabilities["goog:chromeOptions"]["debuggerAddress"]
            .as_str()
            .context("the driver tells no address of the browser")?;
        let list: Value = ureq::get(format!("http://{address}/json/list"))
            .call()?
            .body_mut()
            .read_json()?;
        let is_it = |page: &&Value| page["url"].as_str().is_some_and(|url| url.ends_with(file));
        let page = list.as_array().into_iter().flatten().find(is_it);
        let url = page.and_then(|page| page["webSocketDebuggerUrl"].as_str());
        let url = url.with_context(|| format!("no page {file} in {list}"))?;
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LONGEST))?;
        let (socket, _) = tungstenite::client(url, stream).context("no WebSocket")?;
        Ok(Self { socket, last: 0 })
    }

    /// Runs the body of an async function; its value is what that returns in the end.
    pub fn run(&mut self, body: &str) -> Result<Value> {
        self.last += 1;
        let parameters = json!({
            "expression": format!("(async () => {{ {body} }})()"),
            "awaitPromise": true,
            "returnByValue": true
        });
        let call = json!({ "id": self.last, "method": "Runtime.evaluate", "params": parameters });
        self.socket.send(Message::text(call.to_string()))?;
        loop {
            let mut answer: Value = serde_json::from_str(self.socket.read()?.to_text()?)?;
            if answer["id"] != self.last {
                continue;
            }
            let failed = &answer["result"]["exceptionDetails"];
            if !failed.is_null() || !answer["error"].is_null() {
                bail!("the script failed: {answer}");
            }
            return Ok(answer["result"]["result"]["value"].take());
        }
    }
}
