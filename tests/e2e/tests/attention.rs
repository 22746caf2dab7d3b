//! Whether a person is interrupted.
#![cfg(feature = "browsers")]

use e2e::friends::contacts;
use e2e::{Browser, Page, Result, World, named};
use serde_json::{Value, json};

/// Types both times as minutes from now, by the clock on the wall: how keys fill such a field is another
/// thing in each language.
const SET_TIMES: &str = "
    const typed = (minutes) => {
      const then = new Date(Date.now() + minutes * 60_000);
      const two = (number) => String(number).padStart(2, '0');
      return `${two(then.getHours())}:${two(then.getMinutes())}`;
    };
    ['from', 'to'].forEach((part, at) => {
      const field = document.getElementById(`field-quietHours-${part}`);
      field.value = typed(arguments[at]);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    document.getElementById('field-quietHours-to').scrollIntoView({ block: 'center' });
    return new Date().getTimezoneOffset();";

fn set_quiet_hours(browser: &Browser, from: i32, to: i32) -> Result<Value> {
    let page = Page::new(browser)?;
    let zone = browser
        .session()?
        .execute(SET_TIMES, &[json!(from), json!(to)])?;
    page.click(&named("button", "Save"))?;
    page.see_text("Saved")?;
    Ok(zone)
}

#[test]
fn in_quiet_hours_by_the_clock_on_the_wall_nothing_interrupts_and_the_message_is_there() -> Result {
    let world = World::start("attention-quiet")?;
    let [alice, bob] = &contacts(&world)?;
    // In Chromium, then in Firefox.
    for (one, other, name) in [(alice, bob, "Alice"), (bob, alice, "Bob")] {
        let page = one.popup()?;
        page.click(&named("button", "Settings"))?;
        page.click(&named("switch", "Quiet hours"))?;
        let zone = set_quiet_hours(one, -60, 60)?;
        assert_ne!(zone, 0, "a place with another time than UTC");
        one.screenshots(world.folder(), "quiet")?;
        one.leave_popup()?;
        // That they are contacts now was told.
        one.run(
            "for (const id of Object.keys(await api.notifications.getAll())) {
               await api.notifications.clear(id);
             }",
        )?;
        let theirs = other.popup()?;
        theirs.open_chat_with(name)?;
        theirs.send("at night")?;
        theirs.see_message_state("at night", "Delivered")?;
        let shown = one.run("return Object.keys(await api.notifications.getAll());")?;
        assert_eq!(shown, json!([]));

        let page = one.popup()?;
        page.click(&named("button", "Settings"))?;
        set_quiet_hours(one, 60, 120)?;
        one.leave_popup()?;
        theirs.send("by day")?;
        theirs.see_message_state("by day", "Delivered")?;
        assert_eq!(one.see_notification()?.len(), 1);
        one.check_console()?;
    }
    Ok(())
}
