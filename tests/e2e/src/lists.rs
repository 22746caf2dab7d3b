//! What the lists of several browsers say, together.

use crate::{Browser, Home, Page, Result, with_text};
use anyhow::ensure;
use std::time::Duration;

/// How long anything may take that is not about ghosts. An entry of a list that nobody confirms is
/// kept for 90 s.
pub const PATIENCE: Duration = Duration::from_secs(100);

/// Returns the page that a browser shows.
pub fn page(browser: &Browser) -> Result<Page<'_>> {
    Ok(Page::new(browser)?.patient(PATIENCE))
}

/// Waits until every state line says that its person is on this network with so many people.
pub fn see_people(browsers: &[&Browser], home: Home, people: usize) -> Result {
    let counted = if people == 1 {
        "1 person".to_owned()
    } else {
        format!("{people} people")
    };
    let line = format!(" {}, {counted}", home.address());
    for browser in browsers {
        page(browser)?.see(&with_text("status", &line))?;
    }
    Ok(())
}

/// Waits until every list shows everybody else as on this network, once, and nobody more is
/// counted.
pub fn see_lists(browsers: &[&Browser], home: Home) -> Result {
    see_people(browsers, home, browsers.len())?;
    for browser in browsers {
        for other in browsers
            .iter()
            .filter(|other| other.name() != browser.name())
        {
            page(browser)?.person(other.name()).see_text("on network")?;
            let entries = page(browser)?.count(&with_text("listitem", other.name()))?;
            ensure!(
                entries == 1,
                "{} is {entries} times in the list of {}",
                other.name(),
                browser.name()
            );
        }
    }
    Ok(())
}

/// Returns the names of those who say that they are the router.
pub fn routers(browsers: &[&Browser]) -> Result<Vec<String>> {
    let mut routers = Vec::new();
    for browser in browsers {
        if page(browser)?.count(&with_text("status", "Router of "))? > 0 {
            routers.push(browser.name().to_owned());
        }
    }
    Ok(routers)
}
