//! The part of W3C WebDriver that the tests use. Blocking: a test is a story, told in order.

use crate::lab::{Namespace, within};
use anyhow::{Context, Result, bail};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use std::time::Duration;

/// How an element is named in WebDriver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What a driver answers.
type Answer = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// One browser, driven.
pub struct Session {
    agent: ureq::Agent,
    url: String,
    /// Where the driver listens: `None` is on this machine.
    place: Option<Namespace>,
    /// What the driver says about the browser it started.
    pub capabilities: Value,
}

/// An element of the page that is shown.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Session {
    /// Starts a browser through the driver that listens on `port` in that place.
    pub fn start(place: Option<Namespace>, port: u16, capabilities: &Value) -> Result<Self> {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(Duration::from_secs(360)))
                .build(),
        );
        let base = format!("http://127.0.0.1:{port}/session");
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let value = within(place.as_ref(), || call(agent.post(&base).send_json(&body)))??;
        let id = value["sessionId"]
            .as_str()
            .context("a session without an id")?;
        let url = format!("{base}/{id}");
        Ok(Self {
            agent,
            url,
            place,
            capabilities: value["capabilities"].clone(),
        })
    }

    /// Sends a command of a browser's own.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let post = self.agent.post(format!("{}/{path}", self.url));
        self.call(|| post.send_json(body))
            .with_context(|| format!("WebDriver {path}"))
    }

    fn get(&self, path: &str) -> Result<Value> {
        let get = self.agent.get(format!("{}/{path}", self.url));
        self.call(|| get.call())
            .with_context(|| format!("WebDriver {path}"))
    }

    /// Opens an address in the current tab.
    pub fn navigate(&self, url: &str) -> Result<()> {
        self.post("url", &json!({ "url": url })).map(drop)
    }

    /// Loads the page again.
    pub fn refresh(&self) -> Result<()> {
        self.post("refresh", &json!({})).map(drop)
    }

    /// Runs a script; its value is what it returns.
    pub fn execute(&self, script: &str, args: &[Value]) -> Result<Value> {
        self.post("execute/sync", &json!({ "script": script, "args": args }))
    }

    /// Runs the body of an async function; its value is what that returns in the end.
    pub fn execute_async(&self, body: &str, args: &[Value]) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async (...args) => {{ {body} }})(...Array.prototype.slice.call(arguments, 0, -1))
               .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let mut outcome = self.post("execute/async", &json!({ "script": script, "args": args }))?;
        match outcome["error"].as_str() {
            Some(error) => bail!("{error}"),
            None => Ok(outcome["value"].take()),
        }
    }

    /// Clicks where the element is, as a person would.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("element/{}/click", element.0), &json!({}))
            .map(drop)
    }

    /// Types into an element.
    pub fn keys(&self, element: &Element, text: &str) -> Result<()> {
        self.post(
            &format!("element/{}/value", element.0),
            &json!({ "text": text }),
        )
        .map(drop)
    }

    /// Gives the focus to the window. Firefox's own notifications are windows, which take it where
    /// there is no desktop.
    pub fn focus(&self) -> Result<()> {
        self.switch(&text(&self.get("window")?)?)
    }

    /// Presses keys one after the other, whatever has the focus.
    pub fn press(&self, keys: &str) -> Result<()> {
        let press = |key: char| {
            let value = key.to_string();
            [
                json!({ "type": "keyDown", "value": value }),
                json!({ "type": "keyUp", "value": value }),
            ]
        };
        self.focus()?;
        let actions: Vec<_> = keys.chars().flat_map(press).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] }))
            .map(drop)
    }

    /// Presses a key while another one is held, whatever has the focus.
    pub fn chord(&self, held: char, key: char) -> Result<()> {
        let action = |kind: &str, key: char| json!({ "type": kind, "value": key.to_string() });
        self.focus()?;
        let actions = [
            action("keyDown", held),
            action("keyDown", key),
            action("keyUp", key),
            action("keyUp", held),
        ];
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] }))
            .map(drop)
    }

    /// Presses the second button of the mouse on an element.
    pub fn open_menu(&self, element: &Element) -> Result<()> {
        self.point(element, "mouse", 2)
    }

    /// Taps on an element with a finger.
    pub fn tap(&self, element: &Element) -> Result<()> {
        self.point(element, "touch", 0)
    }

    fn point(&self, element: &Element, with: &str, button: u8) -> Result<()> {
        let actions = json!([
            { "type": "pointerMove", "origin": element.to_value(), "x": 0, "y": 0 },
            { "type": "pointerDown", "button": button },
            { "type": "pointerUp", "button": button },
        ]);
        let parameters = json!({ "pointerType": with });
        let pointer =
            json!({ "type": "pointer", "id": with, "parameters": parameters, "actions": actions });
        self.post("actions", &json!({ "actions": [pointer] }))
            .map(drop)
    }

    /// Returns the role an element has for a screen reader.
    pub fn role(&self, element: &Element) -> Result<String> {
        text(&self.get(&format!("element/{}/computedrole", element.0))?)
    }

    /// Returns the name an element has for a screen reader.
    pub fn label(&self, element: &Element) -> Result<String> {
        text(&self.get(&format!("element/{}/computedlabel", element.0))?)
    }

    /// Returns what is shown, as a PNG.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let png = text(&self.get("screenshot")?)?;
        Base64::decode_vec(&png).map_err(|error| anyhow::anyhow!("screenshot: {error}"))
    }

    /// Opens another tab and goes on there. Gives the tab that was shown.
    pub fn new_tab(&self) -> Result<String> {
        let old = text(&self.get("window")?)?;
        let new = self.post("window/new", &json!({ "type": "tab" }))?;
        self.switch(new["handle"].as_str().context("a tab without a handle")?)?;
        Ok(old)
    }

    /// Closes the current tab and goes on in another.
    pub fn close_tab(&self, next: &str) -> Result<()> {
        let close = self.agent.delete(format!("{}/window", self.url));
        self.call(|| close.call())?;
        self.switch(next)
    }

    /// Closes another tab and stays in this one.
    pub fn close_other(&self, other: &str) -> Result<()> {
        let this = text(&self.get("window")?)?;
        self.switch(other)?;
        self.close_tab(&this)
    }

    /// Does something in another tab and stays in this one.
    pub fn in_other<T>(&self, other: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        let this = text(&self.get("window")?)?;
        self.switch(other)?;
        let done = act();
        self.switch(&this)?;
        done
    }

    /// Returns all tabs.
    pub fn windows(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.get("window/handles")?)?)
    }

    /// Goes on in the tab that was not there before.
    pub fn switch_to_new(&self, before: &[String]) -> Result<()> {
        let all = self.windows()?;
        let new = all.iter().find(|tab| !before.contains(tab));
        self.switch(new.context("no new tab")?)
    }

    fn switch(&self, tab: &str) -> Result<()> {
        self.post("window", &json!({ "handle": tab })).map(drop)
    }

    /// Ends the browser in order.
    pub fn quit(&self) -> Result<()> {
        self.call(|| self.agent.delete(&self.url).call()).map(drop)
    }

    fn call(&self, send: impl FnOnce() -> Answer + Send) -> Result<Value> {
        within(self.place.as_ref(), || call(send()))?
    }
}

impl Element {
    /// Returns the element a script returned, if it returned one.
    pub fn from_value(value: &Value) -> Option<Self> {
        value.get(ELEMENT)?.as_str().map(|id| Self(id.to_owned()))
    }

    /// Returns the element as an argument for a script.
    pub fn to_value(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

fn call(answer: Answer) -> Result<Value> {
    let mut response = answer?;
    let ok = response.status().is_success();
    let mut body: Value = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_json()?;
    let value = body["value"].take();
    if !ok {
        let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        bail!("{}: {}", part("error"), part("message"));
    }
    Ok(value)
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).context("not a text")
}
