//! How people behind one NAT find each other where STUN is silent: through the HTTP echo.

use anyhow::ensure;
use e2e::Home::A;
use e2e::Kind::{Chromium, Firefox};
use e2e::friends::{befriend, joined};
use e2e::lists::{page, see_people};
use e2e::{Browser, Lab, Result, figures, named};
use std::time::Duration;

/// How long somebody may take from Join to another one's list where only the echo answers.
const SEEN: Duration = Duration::from_millis(1_500);

#[test]
fn where_stun_is_silent_people_find_each_other_through_the_echo() -> Result {
    let lab = Lab::start("echo-silent")?.with_silent_stun()?;
    let [alice] = &joined(&lab, [(A, Chromium, "Alice")])?;
    let [bob, carol] = &lab.browsers([(A, Firefox, "Bob"), (A, Chromium, "Carol")])?;
    for newcomer in [bob, carol] {
        let (kind, name) = (newcomer.kind(), newcomer.name());
        let own = newcomer.popup()?;
        own.fill("Your name", name)?;
        let joined = own.click_soon(&named("button", "Join"))?;
        let listed = page(alice)?.person(name).see()?;
        let seen = Duration::from_secs_f64((listed - joined) / 1_000.0);
        figures::time(&format!("STUN silent: {kind:?}, Join to seen"), seen)?;
        ensure!(seen < SEEN, "{kind:?} seen only after {seen:?}");
    }
    let all = [alice, bob, carol];
    see_people(&all, A, 3)?;
    befriend(alice, bob)?;
    ensure!(lab.echo.hits.len() >= 3, "somebody has not asked the echo");
    all.into_iter().try_for_each(Browser::check_console)
}
