//! What a person decides about a contact, and invites.

use e2e::Kind::{Chromium, Firefox};
use e2e::{Browser, Page, Result, World, named, with_text};
use std::fs;

fn back(page: &Page<'_>) -> Result {
    page.click(&named("button", "Back"))
}

fn is_on(browser: &Browser, switch: &str) -> Result<bool> {
    let element = Page::new(browser)?.find(&named("switch", switch))?;
    let script = "return arguments[0].checked";
    let on = browser.session()?.execute(script, &[element.to_value()])?;
    Ok(on.as_bool().unwrap_or_default())
}

/// Ann, in the size of the popup, and Bob.
fn joined(world: &World) -> Result<[Browser; 2]> {
    let browsers = world.browsers([(Chromium, "Ann"), (Firefox, "Bob")])?;
    let [ann, bob] = &browsers;
    let (a, b) = (ann.popup()?, bob.popup()?);
    ann.as_popup()?;
    a.join("Ann")?;
    b.join("Bob")?;
    Ok(browsers)
}

/// Returns the same as contacts of each other.
fn contacts(world: &World) -> Result<[Browser; 2]> {
    let browsers = joined(world)?;
    let (a, b) = (Page::new(&browsers[0])?, Page::new(&browsers[1])?);
    a.befriend("Ann", &b, "Bob")?;
    Ok(browsers)
}

fn look(world: &World, browser: &Browser, view: &str) -> Result {
    Page::new(browser)?.check_controls()?;
    browser.screenshots(world.folder(), view)
}

#[test]
fn contacts_see_the_same_safety_number_and_what_is_decided_shows_everywhere() -> Result {
    let world = World::start("contact-page")?;
    let [ann, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(ann)?, Page::new(bob)?);
    a.open_contact("Bob")?;
    b.open_contact("Ann")?;
    let number = |browser: &Browser| -> Result<String> {
        let script = "return document.getElementById('safety-number').textContent";
        let text = browser.session()?.execute(script, &[])?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(number(ann)?, number(bob)?);
    assert_eq!(number(ann)?.split(' ').filter(|g| g.len() == 5).count(), 12);
    look(&world, ann, "contact")?;
    look(&world, bob, "contact-firefox")?;

    a.click(&named("switch", "Verified"))?;
    a.see(&named("heading", "Bob").named("any", "verified"))?;
    assert!(is_on(ann, "Verified")?);
    a.fill("Name", "My neighbour\u{202e}")?;
    a.click(&named("button", "Save"))?;
    a.see_text("characters that cannot be shown")?;
    a.fill("Name", "My neighbour")?;
    a.click(&named("button", "Save"))?;
    a.see(&with_text("heading", "My neighbour"))?;
    a.see_text("Calls themselves Bob")?;
    back(&a)?;
    let neighbour = a.person("My neighbour");
    neighbour.see_text("on network")?;
    a.see(&with_text("listitem", "My neighbour").named("any", "verified"))?;
    look(&world, ann, "lists-verified")?;
    neighbour.open_chat()?;
    a.see(&with_text("heading", "My neighbour").named("any", "verified"))?;
    look(&world, ann, "chat-verified")?;
    a.open_contact("My neighbour")?;
    back(&a)?;
    a.see(&named("textbox", "Message"))?;
    a.open_contact("My neighbour")?;
    a.fill("Name", " ")?;
    a.click(&named("button", "Save"))?;
    a.see(&with_text("heading", "Bob"))?;
    assert_eq!(a.value("Name")?, "Bob");
    [ann, bob].into_iter().try_for_each(Browser::check_console)
}

#[test]
fn a_special_contact_needs_both_and_a_blocked_or_removed_one_is_gone() -> Result {
    let world = World::start("contact-care")?;
    let [ann, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(ann)?, Page::new(bob)?);
    a.open_contact("Bob")?;
    b.open_contact("Ann")?;
    a.click(&named("switch", "Special contact"))?;
    a.see_text("On only here.")?;
    b.see_text("has switched it on")?;
    look(&world, ann, "special-wanted")?;
    b.click(&named("switch", "Special contact"))?;
    for (page, browser) in [(&a, ann), (&b, bob)] {
        page.see_text("On for both of you")?;
        page.see(&with_text("status", "Connected"))?;
        assert!(is_on(browser, "Special contact")?);
    }
    a.click(&named("switch", "Mute"))?;
    a.click(&named("switch", "Block"))?;
    a.see(&with_text("status", "blocked"))?;
    b.see(&with_text("status", "offline"))?;
    a.see_no(&with_text("any", "On for both of you"))?;
    look(&world, ann, "blocked")?;
    back(&a)?;
    a.person("Bob").see_text("blocked")?;
    assert_eq!(a.count(&named("button", "Open chat"))?, 0);
    look(&world, ann, "lists-blocked")?;
    back(&b)?;
    b.person("Ann").see_text("offline")?;
    a.open_contact("Bob")?;
    a.click(&named("switch", "Block"))?;
    back(&a)?;
    a.person("Bob").see_text("on network")?;
    b.person("Ann").see_text("on network")?;

    a.person("Bob").open_chat()?;
    a.fill("Message", "never sent")?;
    assert_ne!(ann.session()?.execute(KEPT, &[])?, 0);
    a.open_contact("Bob")?;
    assert!(is_on(ann, "Mute")?);
    a.click(&named("button", "Remove contact"))?;
    assert_eq!(a.focused()?, "Cancel");
    look(&world, ann, "remove")?;
    a.click(&named("button", "Cancel"))?;
    assert_eq!(a.focused()?, "Remove contact");
    a.click(&named("button", "Remove contact"))?;
    a.click(&named("button", "Remove"))?;
    a.see(&named("heading", "Saved contacts"))?;
    a.see_no(&named("button", "Open chat"))?;
    a.see_no(&named("textbox", "Message"))?;
    // The engine removes it, in a page of its own.
    let gone = format!(
        "while ((() => {{ {KEPT} }})() > 0) {{
        await new Promise((resolve) => setTimeout(resolve, 50));
    }}"
    );
    ann.session()?.execute_async(&gone, &[]).map(drop)
}

/// How many unsent texts are kept.
const KEPT: &str =
    "return Object.keys(localStorage).filter((key) => /^(draft|unsent):/.test(key)).length;";

#[test]
fn an_invite_works_once_and_only_for_somebody_else() -> Result {
    let world = World::start("contact-invites")?;
    let [ann, bob] = &joined(&world)?;
    let (a, b) = (Page::new(ann)?, Page::new(bob)?);
    look(&world, ann, "nobody-saved")?;
    a.click(&named("button", "Invite somebody"))?;
    a.see(&named("heading", "Invites"))?;
    look(&world, ann, "invites-empty")?;
    a.click(&named("button", "New invite"))?;
    let invite = a.value("Invite 1")?;
    assert!(invite.starts_with("meshchat-invite:"), "{invite}");
    a.click(&named("button", "Copy"))?;
    a.see(&with_text("status", "Copied"))?;
    look(&world, ann, "invites")?;
    a.fill("Invite", &invite)?;
    a.click(&named("button", "Connect"))?;
    a.see_text("This is your own invite.")?;
    look(&world, ann, "invite-refused")?;

    b.click(&named("button", "Invites"))?;
    b.fill("Invite", "rubbish")?;
    b.click(&named("button", "Connect"))?;
    b.see_text("This is not an invite.")?;
    b.fill("Invite", &invite)?;
    b.click(&named("button", "Connect"))?;
    b.see_text("The other person has been asked.")?;
    back(&a)?;
    a.person("Bob").see_text("came with your invite")?;
    look(&world, ann, "invited")?;
    a.accept("Bob")?;
    a.person("Bob").open_chat()?;
    back(&b)?;
    b.person("Ann").open_chat()?;
    a.send("welcome")?;
    b.see_message("welcome")?;

    back(&b)?;
    b.click(&named("button", "Invites"))?;
    b.fill("Invite", &invite)?;
    b.click(&named("button", "Connect"))?;
    b.see_text("It was used or cancelled")?;
    back(&a)?;
    a.click(&named("button", "Invites"))?;
    a.see_no(&named("textbox", "Invite 1"))?;
    a.click(&named("button", "New invite"))?;
    a.see(&named("textbox", "Invite 1"))?;
    a.click(&with_text("listitem", "Invite 1").named("button", "Cancel"))?;
    a.see_no(&named("textbox", "Invite 1")).map(drop)
}

/// What is in a file that the page gives to the person.
const TAKE_FILE: &str = "const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => { globalThis.given = blob.text(); return make.call(URL, blob); };";

#[test]
fn a_backup_moves_identity_and_contacts_to_another_browser() -> Result {
    let world = World::start("contact-backup")?;
    let [mut ann, bob] = contacts(&world)?;
    let (a, b) = (Page::new(&ann)?, Page::new(&bob)?);
    a.click(&named("button", "Settings"))?;
    ann.session()?.execute(TAKE_FILE, &[])?;
    a.fill_in(&named("group", "Export"), "Passphrase", "short")?;
    a.click(&named("button", "Export"))?;
    a.see_text("The passphrase is too short")?;
    look(&world, &ann, "backup-refused")?;
    a.fill_in(&named("group", "Export"), "Passphrase", "correct horse")?;
    a.click(&named("button", "Export"))?;
    a.see_text("Your browser saves the backup")?;
    look(&world, &ann, "backup")?;
    let text = ann.session()?.execute_async("return await given;", &[])?;
    let file = world.folder().join("backup.json");
    fs::write(&file, text.as_str().unwrap_or_default())?;
    ann.quit()?;

    let new = world.browser(Chromium, "New")?;
    let page = new.popup()?;
    new.as_popup()?;
    page.find(&named("button", "Join"))?;
    look(&world, &new, "first-run")?;
    page.click(&with_text("summary", "I have a backup"))?;
    page.click(&named("button", "Import"))?;
    page.see_text("Choose a backup file.")?;
    let chosen = page.find(&named("file", "Backup file"))?;
    new.session()?.keys(&chosen, &file.display().to_string())?;
    page.fill("Passphrase", "wrong horse")?;
    page.click(&named("button", "Import"))?;
    page.see_text("The passphrase is wrong, or the file is damaged.")?;
    look(&world, &new, "first-run-refused")?;
    page.fill("Passphrase", "correct horse")?;
    page.click(&named("button", "Import"))?;
    page.see_text("Backup of Ann")?;
    look(&world, &new, "first-run-preview")?;
    page.click(&named("button", "Import"))?;
    page.see(&named("heading", "On this network"))?;
    page.see(&named("heading", "Ann"))?;
    page.person("Bob").see_text("on network")?;
    b.person("Ann").see_text("on network").map(drop)
}
