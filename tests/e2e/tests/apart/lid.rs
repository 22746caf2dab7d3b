//! The router's lid closes: its links are silent, its ids stay held at the server, and nobody says goodbye.

use anyhow::ensure;
use e2e::Home::A;
use e2e::Kind::{Chromium, Firefox};
use e2e::friends::joined;
use e2e::lists::{page, routers, see_people};
use e2e::{Browser, Lab, Result, figures};
use std::time::{Duration, Instant};

/// Until somebody stands by: the router asks a peer that has been there for 2 s.
const SETTLED: Duration = Duration::from_secs(20);

/// How long whoever comes may be alone, of which 3 s are spent on the router that does not answer; and how
/// long others may not see them.
const ALONE: Duration = Duration::from_secs(10);

/// How long the router may stay in the lists.
const LISTED: Duration = Duration::from_secs(25);

/// How long it may be missing there after it woke.
const BACK: Duration = Duration::from_secs(5);

#[test]
fn whoever_comes_while_the_routers_lid_is_closed_sees_the_others_and_it_is_back_when_it_wakes()
-> Result {
    let lab = Lab::start("nat-lid")?;
    let browsers = joined(
        &lab,
        [
            (A, Chromium, "Alice"),
            (A, Firefox, "Bob"),
            (A, Chromium, "Carol"),
        ],
    )?;
    let [alice, bob, carol] = browsers.each_ref();
    see_people(&[alice, bob, carol], A, 3)?;
    let newcomer = lab.browser(A, Chromium, "Dan")?;
    let deputy = format!("{}2", A.router_id().trim_end_matches('1'));
    lab.signalling()
        .wait_for_ids("somebody stands by", SETTLED, |ids| ids.contains(&deputy))?;
    let router = routers(&[alice, bob, carol])?.concat();
    ensure!(router == "Alice", "{router} is the router");
    newcomer.popup()?;

    lab.close_lid("Alice")?;
    let begun = Instant::now();
    page(&newcomer)?.join("Dan")?;
    for (browser, name) in [(&newcomer, "Bob"), (&newcomer, "Carol")] {
        page(browser)?.person(name).see()?;
    }
    let sees = begun.elapsed();
    for browser in [bob, carol] {
        page(browser)?.person("Dan").see()?;
    }
    let seen = begun.elapsed();
    see_people(&[bob, carol, &newcomer], A, 3)?;
    let right = begun.elapsed();
    figures::time("lid closed: a newcomer sees the others", sees)?;
    figures::time("lid closed: a newcomer is seen by all", seen)?;
    figures::time("lid closed: gone from all lists", right)?;
    let begun = wake(&lab, "Alice")?;
    see_people(&[bob, carol, &newcomer], A, 4)?;
    let back = begun.elapsed();
    figures::time("lid opened: back in all lists", back)?;
    see_people(&[alice], A, 4)?;
    figures::time("lid opened: sees all", begun.elapsed())?;
    ensure!(sees < ALONE, "the newcomer was alone for {sees:?}");
    ensure!(seen < ALONE, "the newcomer was not seen for {seen:?}");
    ensure!(right < LISTED, "the router was listed for {right:?}");
    ensure!(back < BACK, "back only after {back:?}");
    browsers.iter().try_for_each(Browser::check_console)
}

fn wake(lab: &Lab, name: &str) -> Result<Instant> {
    lab.open_lid(name)?;
    Ok(Instant::now())
}
