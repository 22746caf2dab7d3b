//! A chat between two browsers that goes on while something else happens to them.

use crate::services::Seen;
use crate::{Browser, Lab, Page, Result};
use anyhow::ensure;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A chat that goes on while something else happens.
pub struct Talk<'a> {
    number: u32,
    next: Page<'a>,
    other: Page<'a>,
    texts: Vec<String>,
    /// The longest that a message took from Send to the other's page.
    pub slowest: Duration,
}

impl<'a> Talk<'a> {
    /// Opens it on both sides. Whoever stalls for longer than `patience` has been interrupted.
    pub fn begin(one: &'a Browser, two: &'a Browser, patience: Duration) -> Result<Self> {
        let [next, other] = [Page::new(one)?, Page::new(two)?].map(|page| page.patient(patience));
        next.person(two.name()).open_chat()?;
        other.person(one.name()).open_chat()?;
        // The same two may have talked before.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Ok(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            next,
            other,
            texts: Vec::new(),
            slowest: Duration::ZERO,
        })
    }

    /// Sends one message, in turns from either side, and waits until the other side shows it.
    pub fn say(&mut self) -> Result {
        let text = format!("talk {}, message {}.", self.number, self.texts.len());
        let sent = Instant::now();
        self.next.send(&text)?;
        self.other.see_message(&text)?;
        self.slowest = self.slowest.max(sent.elapsed());
        std::mem::swap(&mut self.next, &mut self.other);
        self.texts.push(text);
        Ok(())
    }

    /// Talks until the server has seen somebody register this id. Returns how long that took.
    pub fn until_registered(
        &mut self,
        lab: &Lab,
        id: &str,
        begun: Instant,
        limit: Duration,
    ) -> Result<Duration> {
        let is_it = |seen: &Seen| matches!(seen, Seen::Connection { id: held } if held == id);
        while lab
            .signalling()
            .seen
            .wait("its turn", Duration::from_millis(400), is_it)
            .is_err()
        {
            ensure!(begun.elapsed() < limit, "nobody has {id} after {limit:?}");
            self.say()?;
        }
        Ok(begun.elapsed())
    }

    /// Checks that everything that was sent is shown once and in order, on both sides.
    pub fn check(&self) -> Result {
        check(&self.next, &self.texts)?;
        check(&self.other, &self.texts)
    }
}

/// Checks that these messages are in the open chat once and in order. None is a part of another.
pub fn check<Text: AsRef<str>>(page: &Page<'_>, texts: &[Text]) -> Result {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let said = |message: &String| texts.iter().find(|text| message.contains(**text)).copied();
    let messages = page.messages()?;
    let shown: Vec<&str> = messages.iter().filter_map(said).collect();
    ensure!(shown == texts, "said {texts:?}, shown {shown:?}");
    Ok(())
}
