//! The menu of how much of the network one is on, used by the keyboard.

use e2e::Kind::{Chromium, Firefox};
use e2e::friends::contacts;
use e2e::page::{ENTER, ESCAPE};
use e2e::{Browser, Result, Setup, World, named, with_text};
use serde_json::json;

const DOWN: char = '\u{e015}';
const UP: char = '\u{e013}';

/// Waits for a title of the toolbar button: no event tells of one.
const TITLE: &str = "
    for (let looks = 0; looks < 100; looks += 1) {
      if (await api.action.getTitle({}) === title) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return api.action.getTitle({});";

fn focused(browser: &Browser) -> Result<String> {
    let text = "return document.activeElement.textContent";
    let text = browser.session()?.execute(text, &[])?;
    Ok(text.as_str().unwrap_or_default().trim().to_owned())
}

#[test]
fn the_menu_is_used_by_the_keyboard_and_contacts_see_who_is_away() -> Result {
    let world = World::start("availability-keys")?;
    let [alice, bob] = &contacts(&world)?;
    // In Chromium, then in Firefox.
    for (one, other) in [(alice, bob), (bob, alice)] {
        let page = one.popup()?;
        page.see(&named("button", "Here"))?;
        let focus = "document.getElementById('availability').focus()";
        one.session()?.execute(focus, &[])?;
        page.press(&DOWN.to_string())?;
        page.see(&with_text("menuitemradio", "Here"))?;
        assert!(focused(one)?.starts_with("Here"));
        page.press(&UP.to_string())?;
        assert_eq!(focused(one)?, "Until I switch on", "it goes round");
        one.screenshots(world.folder(), "menu")?;
        page.check_controls()?;
        if one.kind() == Chromium {
            one.in_size(280, 600)?;
            one.screenshots(world.folder(), "menu-narrow")?;
            one.in_size(500, 600)?;
        }
        page.press(&ESCAPE.to_string())?;
        page.see_no(&with_text("menuitemradio", "Here"))?;
        assert_eq!(focused(one)?, "Here", "the button has the focus again");
        page.press(&format!("{DOWN}"))?;
        page.see(&with_text("menuitemradio", "Here"))?;
        page.press(&format!("{DOWN}"))?;
        page.press(&format!("{ENTER}"))?;
        page.see(&named("button", "Away"))?;
        let theirs = other.popup()?;
        theirs.person(one.name()).see_text("away")?;
        theirs.person(one.name()).open_chat()?;
        theirs.see(&with_text("status", "away"))?;
        other.screenshots(world.folder(), "contact-away")?;
        let badge = |title: &str| -> Result {
            let shown = one.run(&format!("const title = '{title}'; {TITLE}"))?;
            assert_eq!(shown, json!(title));
            Ok(())
        };
        let page = one.popup()?;
        page.click(&named("button", "Away"))?;
        page.click(&named("menuitemradio", "Until I switch on"))?;
        page.see(&with_text("status", "Off: nothing is sent"))?;
        one.screenshots(world.folder(), "off")?;
        badge("Mesh Chat: off")?;
        let page = one.popup()?;
        page.click(&named("button", "Switch on"))?;
        page.see(&named("button", "Away"))?;
        theirs.see(&with_text("status", "away"))?;
        let page = one.popup()?;
        page.click(&named("button", "Away"))?;
        page.click(&with_text("menuitemradio", "Here"))?;
        page.see(&named("button", "Here"))?;
        badge("Mesh Chat")?;
        one.check_console()?;
        other.leave_popup()?;
    }
    Ok(())
}

#[test]
fn tomorrow_begins_at_six_in_the_morning_also_after_a_change_of_clocks() -> Result {
    let world = World::start("availability-tomorrow")?;
    for kind in [Chromium, Firefox] {
        let mut setup = Setup::new(kind, "Alice");
        setup.zone = "Europe/Berlin".to_owned();
        let alice = world.launch(setup)?;
        let page = alice.popup()?;
        page.join("Alice")?;
        for (now, morning) in [
            ("2030-03-30T12:00+01:00", "Off until Mar 31, 2030, 6:00"),
            ("2030-10-26T23:59+02:00", "Off until Oct 27, 2030, 6:00"),
            ("2030-10-27T02:30+02:00", "Off until 06:00"),
            ("2030-10-27T03:00+01:00", "Off until Oct 28, 2030, 6:00"),
        ] {
            let clock = format!("const now = Date.parse('{now}'); window.Date.now = () => now;");
            alice.session()?.execute(&clock, &[])?;
            page.click(&named("button", "Here"))?;
            page.click(&named("menuitemradio", "Until tomorrow, 6:00"))?;
            page.see_text(morning)?;
            page.click(&named("button", "Switch on"))?;
        }
        alice.check_console()?;
    }
    Ok(())
}
