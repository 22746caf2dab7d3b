//! Two people who are contacts: on one network, or in two homes; and the loss of their addresses.

use crate::lists::page;
use crate::{
    Browser, Home, Kind, Lab, Page, Result, Setup, Squatter, World, lab, named, with_text,
};
use std::time::Duration;

/// How long the server may take to notice that somebody was killed.
pub const FREE: Duration = Duration::from_secs(20);

/// Starts Alice's Chromium and Bob's Firefox on one network, and makes contacts of the two. Both see
/// the lists.
pub fn contacts(world: &World) -> Result<[Browser; 2]> {
    contacts_with(world, |_| {})
}

/// The same, with browsers that are started in another way.
pub fn contacts_with(world: &World, change: impl Fn(&mut Setup)) -> Result<[Browser; 2]> {
    let setups = [(Kind::Chromium, "Alice"), (Kind::Firefox, "Bob")].map(|(kind, name)| {
        let mut setup = Setup::new(kind, name);
        change(&mut setup);
        setup
    });
    let browsers = world.launch_all(setups)?;
    let (a, b) = (browsers[0].popup()?, browsers[1].popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    Ok(browsers)
}

/// Starts browsers in their homes; everybody joins. The first of a home is its router.
pub fn joined<const N: usize>(lab: &Lab, who: [(Home, Kind, &str); N]) -> Result<[Browser; N]> {
    let browsers = lab.browsers(who)?;
    for (browser, (home, ..)) in browsers.iter().zip(who) {
        browser.popup()?.join(browser.name())?;
        page(browser)?.see(&with_text("status", &format!(" {}, ", home.address())))?;
    }
    Ok(browsers)
}

/// Makes contacts of two: the first asks, the second accepts.
pub fn befriend(one: &Browser, two: &Browser) -> Result {
    page(one)?.befriend(one.name(), &page(two)?, two.name())
}

/// Switches Special contact on at both.
pub fn make_special(one: &Browser, two: &Browser) -> Result {
    for (browser, other) in [(one, two), (two, one)] {
        page(browser)?.open_contact(other.name())?;
        page(browser)?.click(&named("switch", "Special contact"))?;
    }
    for browser in [one, two] {
        page(browser)?.see_text("On for both of you")?;
    }
    Ok(())
}

/// Starts a browser that was killed; it shows the popup in its window.
pub fn start_again(browser: &mut Browser) -> Result<Page<'_>> {
    browser.start()?;
    lab::widen(browser)?;
    browser.popup()?;
    page(browser)
}

/// Returns the Transport IDs that are registered: `myapp-` and a UUID.
pub fn transport_ids(lab: &Lab) -> Vec<String> {
    let is_transport = |id: &String| id.len() == "myapp-".len() + 36;
    let ids = lab.signalling().ids().into_iter();
    ids.filter(is_transport).collect()
}

/// Takes the ids of browsers that were killed, once they are free.
pub fn take_over(lab: &Lab, ids: &[String]) -> Result<Squatter> {
    let free = |held: &[String]| !held.iter().any(|id| ids.contains(id));
    lab.signalling()
        .wait_for_ids("the ids of the killed are free", FREE, free)?;
    lab.squat(ids)
}
