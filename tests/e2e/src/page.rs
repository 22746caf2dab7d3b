//! The popup, used as a person uses it: by headings, names of buttons, labels of fields.
//!
//! Every wait ends with a change of the page that is seen by a MutationObserver in it; nothing
//! here sleeps.
//!
//! Long because it is one vocabulary: all that a person sees and does on a page.

use crate::browser::{Browser, Kind};
use crate::webdriver::Element;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// The scripts that look at the page.
const SCRIPTS: &str = include_str!("../js/page.js");

/// How long a person would wait before saying that it does not work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a tap has become a click, or will not.
const REACHED: &str =
    "await Promise.race([globalThis.reached, new Promise((late) => setTimeout(late, 1_000))]);";

/// The Enter key of WebDriver.
pub const ENTER: char = '\u{e007}';

/// The Escape key of WebDriver.
pub const ESCAPE: char = '\u{e00c}';

/// The Tab key of WebDriver.
pub const TAB: char = '\u{e004}';

/// The Control key of WebDriver.
pub const CONTROL: char = '\u{e009}';

/// The key of WebDriver that leads down.
pub const DOWN: char = '\u{e015}';

/// The key of WebDriver that leads up.
pub const UP: char = '\u{e013}';

/// A view of the extension, in a tab.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    browser: &'a Browser,
    patience: Duration,
    finger: bool,
}

/// Where something is on a page: steps from the outside to the inside.
#[derive(Clone, Debug, Default)]
pub struct Locator(Vec<Value>);

/// Returns a role with a name.
pub fn named(role: &str, name: &str) -> Locator {
    Locator::default().named(role, name)
}

/// Returns a role with a text somewhere in it.
pub fn with_text(role: &str, text: &str) -> Locator {
    Locator::default().with_text(role, text)
}

impl Locator {
    /// Finds a role with exactly this accessible name, inside it.
    #[must_use]
    pub fn named(mut self, role: &str, name: &str) -> Self {
        self.0.push(json!({ "role": role, "name": name }));
        self
    }

    /// Finds a role with a text somewhere in it, inside it.
    #[must_use]
    pub fn with_text(mut self, role: &str, text: &str) -> Self {
        self.0.push(json!({ "role": role, "text": text }));
        self
    }

    fn json(&self) -> Value {
        Value::Array(self.0.clone())
    }
}

/// A moment, in milliseconds since 1970 by this machine's clock.
pub type Moment = f64;

impl<'a> Page<'a> {
    /// Returns the page that the browser shows now.
    pub fn new(browser: &'a Browser) -> Result<Self> {
        Ok(Self {
            browser,
            patience: PATIENCE,
            finger: false,
        })
    }

    /// Returns the same page, used with a finger: it is tapped on, not clicked.
    #[must_use]
    pub fn by_finger(mut self) -> Self {
        self.finger = true;
        self
    }

    /// Returns the same page with another time to wait.
    #[must_use]
    pub fn patient(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Waits until this is shown; when it was.
    pub fn see(&self, what: &Locator) -> Result<Moment> {
        self.run("shown", what)?.as_f64().context("not a moment")
    }

    /// Waits until this is not shown; when it no longer was.
    pub fn see_no(&self, what: &Locator) -> Result<Moment> {
        self.run("gone", what)?.as_f64().context("not a moment")
    }

    /// Waits until this text is shown somewhere.
    pub fn see_text(&self, text: &str) -> Result<Moment> {
        self.see(&with_text("any", text))
    }

    /// Returns how many of these are shown now.
    pub fn count(&self, what: &Locator) -> Result<u64> {
        self.run("count", what)?.as_u64().context("not a number")
    }

    /// Returns the texts of those that are shown now.
    pub fn texts(&self, what: &Locator) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.run("texts", what)?)?)
    }

    /// Waits for this and clicks on it. What was painted anew between the two, or moved away under
    /// the pointer, is looked for again, as a person does.
    pub fn click(&self, what: &Locator) -> Result<()> {
        const PAINTED_ANEW: &str = "stale element reference";
        for _ in 0..2 {
            match self.try_click(what) {
                Ok(true) => return Ok(()),
                Err(error) if !format!("{error:#}").contains(PAINTED_ANEW) => return Err(error),
                Ok(false) | Err(_) => {}
            }
        }
        bail!("does not stay where it is: {what:?}");
    }

    /// Returns whether a click reached what it was meant for.
    fn try_click(&self, what: &Locator) -> Result<bool> {
        let session = self.browser.session()?;
        let element = self.run_for_element("aim", what)?;
        if self.finger {
            self.tap(&element)?;
            // The browser first looks whether it was a swipe.
            session.execute_async(REACHED, &[])?;
        } else {
            session.click(&element)?;
        }
        // A page that the click has led to knows nothing of it.
        let missed = session.execute("return globalThis.missed", &[])?;
        Ok(missed != json!(true))
    }

    /// Moves the page until the element is in view, and taps on it.
    fn tap(&self, element: &Element) -> Result<()> {
        let session = self.browser.session()?;
        let scroll = "arguments[0].scrollIntoView({ block: 'nearest' })";
        session.execute(scroll, &[element.to_value()])?;
        session.tap(element)
    }

    /// Clicks by a script, a fifth of a second later, and says when: for measuring.
    pub fn click_soon(&self, what: &Locator) -> Result<Moment> {
        self.run("clickSoon", what)?
            .as_f64()
            .context("not a moment")
    }

    /// Waits for a field and types into it, replacing what it holds.
    pub fn fill(&self, label: &str, text: &str) -> Result<()> {
        self.fill_in(&Locator::default(), label, text)
    }

    /// Fills a field inside something.
    pub fn fill_in(&self, place: &Locator, label: &str, text: &str) -> Result<()> {
        let field = self.find(&place.clone().named("textbox", label))?;
        let session = self.browser.session()?;
        // WebDriver's own way tells no `input`: a form that is painted meanwhile brings it back.
        let empty = "arguments[0].value = '';
            arguments[0].dispatchEvent(new InputEvent('input', { bubbles: true }));";
        session.execute(empty, &[field.to_value()])?;
        if self.finger {
            self.tap(&field)?;
        }
        session.keys(&field, text)
    }

    /// Waits for an element.
    pub fn find(&self, what: &Locator) -> Result<Element> {
        self.run_for_element("find", what)
    }

    /// Returns every control that is shown.
    pub fn controls(&self) -> Result<Vec<Element>> {
        let elements = self.run("controls", &Locator::default())?;
        Ok(elements
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Element::from_value)
            .collect())
    }

    /// Sets a name and joins, on the first run.
    pub fn join(&self, name: &str) -> Result<()> {
        self.fill("Your name", name)?;
        self.click(&named("button", "Join"))?;
        self.see(&named("heading", "On this network")).map(drop)
    }

    /// Finds somebody in the lists.
    pub fn person(&self, name: &str) -> Person<'a> {
        Person {
            page: *self,
            entry: with_text("listitem", name),
        }
    }

    /// Waits for somebody's request and says yes.
    pub fn accept(&self, name: &str) -> Result<()> {
        self.click(&with_text("listitem", name).named("button", "Accept"))
    }

    /// Waits for somebody's request and says no.
    pub fn reject(&self, name: &str) -> Result<()> {
        self.click(&with_text("listitem", name).named("button", "Reject"))
    }

    /// Asks somebody who is listed, has them accept on their page, and waits until both can chat.
    pub fn befriend(&self, own_name: &str, other: &Self, name: &str) -> Result<()> {
        self.person(name).connect()?;
        other.accept(own_name)?;
        self.person(name).see_button("Open chat")?;
        other.person(own_name).see_button("Open chat").map(drop)
    }

    /// Opens the page of a contact, from the lists or from the chat.
    pub fn open_contact(&self, name: &str) -> Result<()> {
        self.click(&named("button", &format!("About {name}")))?;
        self.see(&named("heading", "Safety number")).map(drop)
    }

    /// Opens the chat with a contact, from the lists or from the contact's page.
    pub fn open_chat_with(&self, name: &str) -> Result<()> {
        if self.count(&named("heading", "Safety number"))? > 0 {
            self.click(&named("button", "Back"))?;
        }
        self.person(name).open_chat()
    }

    /// Returns what a field holds.
    pub fn value(&self, field: &str) -> Result<String> {
        let element = self.find(&named("textbox", field))?.to_value();
        let script = "return arguments[0].value";
        let value = self.browser.session()?.execute(script, &[element])?;
        value.as_str().map(str::to_owned).context("not a text")
    }

    /// Writes in the chat that is open.
    pub fn send(&self, text: &str) -> Result<()> {
        self.fill("Message", text)?;
        self.click(&named("button", "Send"))
    }

    /// Scrolls to the newest message of the chat that is open, as somebody does who has read the others.
    pub fn to_end(&self) -> Result<()> {
        let script =
            "const log = document.querySelector('.log'); log.scrollTop = log.scrollHeight;";
        self.browser.session()?.execute(script, &[]).map(drop)
    }

    /// Chooses a file, or a folder, in the chat that is open, as a person does who has pressed "Attach a file" or "Attach a
    /// folder". Firefox's driver refuses folders.
    pub fn attach(&self, path: &Path) -> Result<()> {
        let session = self.browser.session()?;
        let script = "const inputs = document.querySelectorAll('.composer input[type=file]');
            return Array.from(inputs).find((input) => input.webkitdirectory === arguments[0]);";
        let field = session.execute(script, &[path.is_dir().into()])?;
        let field = Element::from_value(&field).context("no field")?;
        session.keys(&field, &path.display().to_string())
    }

    /// Returns the message with a file in the chat that is open.
    pub fn file(name: &str) -> Locator {
        named("log", "Messages").with_text("listitem", name)
    }

    /// Waits for a message in the chat that is open.
    pub fn see_message(&self, text: &str) -> Result<Moment> {
        self.see(&named("log", "Messages").with_text("listitem", text))
    }

    /// Returns the messages that are shown in the chat that is open, oldest first, with their
    /// states.
    pub fn messages(&self) -> Result<Vec<String>> {
        self.texts(&named("log", "Messages").with_text("listitem", ""))
    }

    /// Waits for a message with a state, such as "Delivered".
    pub fn see_message_state(&self, text: &str, state: &str) -> Result<Moment> {
        self.see(
            &named("log", "Messages")
                .with_text("listitem", text)
                .with_text("any", state),
        )
    }

    /// Presses Tab until the control with this name has the focus.
    pub fn tab_to(&self, name: &str) -> Result<()> {
        for _ in 0..60 {
            self.press(&TAB.to_string())?;
            if self.focused()? == name {
                return Ok(());
            }
        }
        bail!("Tab does not lead to {name}");
    }

    /// Returns the name of the control that has the focus.
    pub fn focused(&self) -> Result<String> {
        let name = self.run("focused", &Locator::default())?;
        name.as_str().map(str::to_owned).context("not a name")
    }

    /// Presses keys, whatever has the focus.
    pub fn press(&self, keys: &str) -> Result<()> {
        self.browser.session()?.press(keys)
    }

    /// Presses a key while another one is held, whatever has the focus.
    pub fn chord(&self, held: char, key: char) -> Result<()> {
        self.browser.session()?.chord(held, key)
    }

    /// Checks that every control has a role and a name for a screen reader.
    pub fn check_controls(&self) -> Result<()> {
        let session = self.browser.session()?;
        let controls = self.controls()?;
        ensure!(!controls.is_empty(), "the page has no controls");
        for control in controls {
            let (role, label) = (session.role(&control)?, session.label(&control)?);
            let html = session.execute("return arguments[0].outerHTML", &[control.to_value()])?;
            ensure!(!role.is_empty() && role != "generic", "no role: {html}");
            let needs_name = [
                "button", "link", "textbox", "switch", "checkbox", "combobox",
            ];
            ensure!(
                !needs_name.contains(&role.as_str()) || !label.is_empty(),
                "no name: {html}"
            );
        }
        Ok(())
    }

    /// Checks that nothing has moved on its own since the page was opened, apart from what moved
    /// just after a click. Only Chromium tells; Firefox always passes.
    pub fn check_still(&self) -> Result<()> {
        let moved = self.run("moved", &Locator::default())?;
        ensure!(moved == json!([]), "moved on its own: {moved}");
        Ok(())
    }

    fn run_for_element(&self, what: &str, locator: &Locator) -> Result<Element> {
        Element::from_value(&self.run(what, locator)?).context("not an element")
    }

    fn run(&self, what: &str, locator: &Locator) -> Result<Value> {
        let script = format!("{SCRIPTS}\nreturn run.{what}(...args);");
        let limit = json!(self.patience.as_millis() as u64);
        let session = self.browser.session()?;
        if self.browser.kind() == Kind::Firefox {
            // The person is before the page: only then is what it shows read.
            session.focus()?;
        }
        session
            .execute_async(&script, &[locator.json(), limit])
            .with_context(|| format!("{} ({:?})", self.browser.name(), self.browser.kind()))
    }
}

/// Somebody in the lists of a page.
pub struct Person<'a> {
    page: Page<'a>,
    entry: Locator,
}

impl Person<'_> {
    /// Waits until they are listed; when they were.
    pub fn see(&self) -> Result<Moment> {
        self.page.see(&self.entry)
    }

    /// Waits until they are no longer listed.
    pub fn see_gone(&self) -> Result<Moment> {
        self.page.see_no(&self.entry)
    }

    /// Waits until their entry says this.
    pub fn see_text(&self, text: &str) -> Result<Moment> {
        self.page.see(&self.entry.clone().with_text("any", text))
    }

    /// Asks them.
    pub fn connect(&self) -> Result<()> {
        self.press("Connect")
    }

    /// Opens the chat with them.
    pub fn open_chat(&self) -> Result<()> {
        self.press("Open chat")?;
        self.page.see(&named("textbox", "Message")).map(drop)
    }

    /// Presses a button of their entry.
    pub fn press(&self, button: &str) -> Result<()> {
        self.page.click(&self.entry.clone().named("button", button))
    }

    /// Waits until their entry has this button.
    pub fn see_button(&self, button: &str) -> Result<Moment> {
        self.page.see(&self.entry.clone().named("button", button))
    }
}
