//! Three people: Ann introduces Bob and Carol, both say yes and chat.

use e2e::page::ENTER;
use e2e::{Browser, Kind, Page, Result, World, named, with_text};

/// Makes contacts of Ann and each of the two others, who do not know each other.
fn three(world: &World) -> Result<[Browser; 3]> {
    let browsers = world.browsers([
        (Kind::Chromium, "Ann"),
        (Kind::Firefox, "Bob"),
        (Kind::Chromium, "Carol"),
    ])?;
    for browser in &browsers {
        browser.popup()?.join(browser.name())?;
    }
    let [ann, bob, carol] = &browsers;
    for other in [bob, carol] {
        let page = other.popup()?;
        page.befriend(other.name(), &ann.popup()?, "Ann")?;
    }
    Ok(browsers)
}

fn chat<'a>(browser: &'a Browser, with: &str) -> Result<Page<'a>> {
    let page = browser.popup()?;
    page.person(with).open_chat()?;
    Ok(page)
}

fn shoot(browser: &Browser, world: &World, name: &str) -> Result {
    if browser.kind() == Kind::Firefox {
        return browser.screenshots(world.folder(), &format!("{name}-firefox"));
    }
    for width in [280, 380] {
        browser.in_size(width, 600)?;
        browser.screenshots(world.folder(), &format!("{name}-{width}"))?;
    }
    Ok(())
}

/// Introduces the two, with the keyboard.
fn introduce(world: &World, ann: &Browser) -> Result {
    let page = ann.popup()?;
    page.open_contact("Bob")?;
    shoot(ann, world, "page")?;
    page.click(&with_text("button", "Introduce Bob to"))?;
    page.see(&with_text("option", "Carol"))?;
    page.see_no(&with_text("option", "Bob"))?;
    shoot(ann, world, "choose")?;
    page.press(&format!("car{ENTER}"))?;
    page.see_text("Introduce Bob to Carol")?;
    page.press("you both sing")?;
    shoot(ann, world, "form")?;
    page.check_controls()?;
    page.press(&ENTER.to_string())?;
    page.see_text("Both have been asked.").map(drop)
}

#[test]
fn two_who_both_say_yes_are_introduced_and_chat() -> Result {
    let world = World::start("introducing")?;
    let browsers = three(&world)?;
    let [ann, bob, carol] = &browsers;
    introduce(&world, ann)?;
    let b = chat(bob, "Ann")?;
    b.see_text("Ann introduces Carol to you")?;
    b.see_text("you both sing")?;
    shoot(bob, &world, "asked")?;
    b.check_controls()?;
    b.click(&named("button", "Yes, introduce us"))?;
    b.see_text("You said yes. Waiting for Carol")?;
    let a = chat(ann, "Bob")?;
    a.see_text("You introduce Bob to Carol")?;
    a.see_text("Waiting for Carol")?;
    shoot(ann, &world, "waiting")?;
    let c = chat(carol, "Ann")?;
    c.see_text("Ann introduces Bob to you")?;
    shoot(carol, &world, "asked")?;
    // Loaded anew: what is shown is stored.
    let c = chat(carol, "Ann")?;
    c.click(&named("button", "Yes, introduce us"))?;
    for page in [&a, &b, &c] {
        page.see(&with_text("listitem", "Introduced"))?;
    }
    b.click(&with_text("button", "Chat with Carol"))?;
    b.send("hello Carol")?;
    let c = chat(carol, "Bob")?;
    c.see_message("hello Carol")?;
    b.open_contact("Carol")?;
    b.see_text("Introduced by Ann")?;
    shoot(bob, &world, "introduced")?;
    browsers.iter().try_for_each(Browser::check_console)
}
