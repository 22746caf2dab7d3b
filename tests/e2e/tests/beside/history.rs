//! Chats that leave the browser: exported to be read, and backed up with identity and contacts.

use anyhow::{Context, ensure};
use e2e::Kind::{Chromium, Firefox};
use e2e::{Browser, Kind, Page, Result, World, friends, named, with_text};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zip::ZipArchive;

const PASSPHRASE: &str = "correct horse";

const MARKUP: &str = "<script>document.title = 'run'</script> & `code`";

/// Waits until the browser has saved a file of this name.
fn saved(browser: &Browser, name: &str) -> Result<PathBuf> {
    let file = browser.downloads().join(name);
    let end = Instant::now() + Duration::from_secs(20);
    while fs::metadata(&file).map_or(0, |file| file.len()) == 0 {
        ensure!(Instant::now() < end, "{name} is not saved");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(file)
}

/// Exports a chat, and unpacks it beside. Returns the page and the JSON.
fn exported(world: &World, browser: &Browser, with: &str) -> Result<(PathBuf, Value)> {
    let page = Page::new(browser)?;
    page.open_contact(with)?;
    page.click(&named("button", "Export as a file"))?;
    page.see_text("Your browser saves the file.")?;
    let zip = saved(browser, &format!("Mesh Chat {with}.zip"))?;
    let folder = world
        .folder()
        .join(format!("exported by {}", browser.name()));
    ZipArchive::new(File::open(zip)?)?.extract(&folder)?;
    let json = fs::read(folder.join(format!("{with}.json")))?;
    Ok((
        folder.join(format!("{with}.html")),
        serde_json::from_slice(&json)?,
    ))
}

/// Looks at an exported page, and returns to the popup.
fn look_at(world: &World, browser: &Browser, file: &Path) -> Result {
    let session = browser.session()?;
    session.navigate(&format!("file://{}", file.display()))?;
    let shown = session.execute("return document.body.innerText + document.title", &[])?;
    let shown = shown.as_str().unwrap_or_default();
    assert!(
        shown.contains("<script>document.title = 'run'</script> & code"),
        "{shown}"
    );
    for part in ["Chat with", "You", "edited", "deleted", "an answer", "👍"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let style = "return getComputedStyle(document.querySelector('li.own')).borderTopWidth";
    assert_eq!(session.execute(style, &[])?, "1px", "its own style counts");
    browser.screenshots(world.folder(), &format!("exported-{}", browser.name()))?;
    browser.popup().map(drop)
}

/// Alice and Bob have talked.
fn talked(world: &World) -> Result<[Browser; 2]> {
    let browsers = friends::contacts(world)?;
    let (a, b) = (Page::new(&browsers[0])?, Page::new(&browsers[1])?);
    a.open_chat_with("Bob")?;
    b.open_chat_with("Alice")?;
    a.send(MARKUP)?;
    b.see_message("document.title")?;
    b.send("from Bob")?;
    a.see_message("from Bob")?;
    Ok(browsers)
}

/// Does what can be done with messages.
fn do_more(page: &Page<'_>, other: &Page<'_>) -> Result {
    let menu = |page: &Page<'_>, of: &str, choice: &str| -> Result {
        page.click(&with_text("listitem", of).named("button", "What to do with this message"))?;
        page.click(&with_text("listitem", of).named("button", choice))
    };
    menu(page, "from Bob", "React with 👍")?;
    menu(page, "from Bob", "Reply")?;
    page.send("an answer")?;
    other.see_message("an answer")?;
    page.send("to be changed")?;
    menu(page, "to be changed", "Edit")?;
    page.fill("Message", "changed")?;
    page.press("\u{e007}")?;
    page.see_text("edited")?;
    page.send("to be gone")?;
    menu(page, "to be gone", "Delete for both…")?;
    page.click(&with_text("listitem", "to be gone").named("button", "Delete for both"))?;
    page.see_text("Message deleted")?;
    other.see_text("Message deleted")?;
    Ok(())
}

#[test]
fn a_chat_is_exported_as_a_page_that_every_browser_shows_and_as_json() -> Result {
    let world = World::with_downloads("history-export")?;
    let [alice, bob] = &talked(&world)?;
    do_more(&Page::new(alice)?, &Page::new(bob)?)?;
    for (browser, with) in [(alice, "Bob"), (bob, "Alice")] {
        let (page, json) = exported(&world, browser, with)?;
        assert_eq!(
            (&json["with"], &json["complete"]),
            (&with.into(), &true.into())
        );
        let messages = json["messages"].as_array().map_or(0, Vec::len);
        assert_eq!(messages, 5);
        assert_eq!(json["messages"][0]["text"], MARKUP);
        look_at(&world, browser, &page)?;
    }
    alice.check_console()?;
    bob.check_console()
}

/// Makes a backup with the messages.
fn backed_up(world: &World, browser: &Browser) -> Result<PathBuf> {
    let page = browser.popup()?;
    page.click(&named("button", "Settings"))?;
    page.click(&named("switch", "Include messages"))?;
    page.fill_in(&named("group", "Export"), "Passphrase", PASSPHRASE)?;
    page.click(&named("group", "Export").named("button", "Export"))?;
    page.see_text("Your browser saves the backup: 2 messages")?;
    let file = world.folder().join(format!("{}.backup", browser.name()));
    fs::copy(saved(browser, "mesh-chat.backup")?, &file)?;
    Ok(file)
}

/// Opens a backup, and says what the page has to show then.
fn open(page: &Page<'_>, browser: &Browser, file: &Path, passphrase: &str, see: &str) -> Result {
    let chosen = page.find(&named("file", "Backup file"))?;
    browser
        .session()?
        .keys(&chosen, &file.display().to_string())?;
    let settings = page.count(&named("group", "Import"))? > 0;
    if settings {
        page.fill_in(&named("group", "Import"), "Passphrase", passphrase)?;
    } else {
        page.fill("Passphrase", passphrase)?;
    }
    page.click(&named("button", "Import"))?;
    page.see_text(see).map(drop)
}

fn moves(from: usize, to: Kind) -> Result {
    let world = World::with_downloads(&format!("history-backup-{from}"))?;
    let [alice, bob] = talked(&world)?;
    let (mut old, friend, own, other) = if from == 0 {
        (alice, bob, "Alice", "Bob")
    } else {
        (bob, alice, "Bob", "Alice")
    };
    let file = backed_up(&world, &old)?;
    old.quit()?;
    let cut = world.folder().join("cut.backup");
    let whole = fs::read(&file)?;
    fs::write(&cut, whole.split_last().context("it is empty")?.1)?;

    let new = world.browser(to, "New")?;
    let page = new.popup()?;
    page.click(&with_text("summary", "I have a backup"))?;
    open(&page, &new, &cut, PASSPHRASE, "or it is damaged")?;
    open(&page, &new, &file, "wrong horse", "The passphrase is wrong")?;
    open(&page, &new, &file, PASSPHRASE, &format!("Backup of {own}"))?;
    for text in ["One contact", "One of them is new here.", "2 messages"] {
        page.see_text(text)?;
    }
    page.check_controls()?;
    new.screenshots(world.folder(), &format!("preview-{from}"))?;
    page.click(&named("button", "Import"))?;
    let page = page.patient(Duration::from_secs(40));
    page.see(&named("heading", "On this network"))?;
    page.person(other).see_text("on network")?;
    page.open_chat_with(other)?;
    page.see_message("document.title")?;
    page.see_message("from Bob")?;

    // Once more, in the settings: nothing is doubled, and nothing is sent again.
    let again = new.popup()?;
    again.click(&named("button", "Settings"))?;
    open(&again, &new, &file, PASSPHRASE, &format!("Backup of {own}"))?;
    again.see_text("0 of them are new here.")?;
    again.click(&named("group", &format!("Backup of {own}")).named("button", "Import"))?;
    again.see_text("imported")?;
    let page = new.popup()?.patient(Duration::from_secs(40));
    page.person(other).see_text("on network")?;
    page.open_chat_with(other)?;
    page.send("after all that")?;
    let there = Page::new(&friend)?;
    there.see_message("after all that")?;
    for page in [&page, &there] {
        let mut messages = page.messages()?;
        messages.retain(|line| line != "Today");
        assert_eq!(messages.len(), 3, "{messages:?}");
    }

    // What cannot be read is not in the next backup, and that is said.
    new.session()?
        .execute_async(&format!("{OPEN}{DAMAGE}"), &[])?;
    backed_up(&world, &new)?;
    let page = Page::new(&new)?;
    page.see_text(&format!(
        "Damaged on this device, so only what can be read is in it: chats with {other}."
    ))?;
    let script = "document.querySelector('[role=status] .error').scrollIntoView();";
    new.session()?.execute(script, &[])?;
    new.screenshots(world.folder(), &format!("incomplete-{from}"))?;
    new.check_console()
}

#[test]
fn a_backup_with_messages_moves_from_chromium_to_firefox_and_twice_is_once() -> Result {
    moves(0, Firefox)
}

#[test]
fn a_backup_with_messages_moves_from_firefox_to_chromium_and_twice_is_once() -> Result {
    moves(1, Chromium)
}

/// Opens the database of the chats.
const OPEN: &str = r#"
    const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await done(indexedDB.open("mesh-chat"));"#;

/// Makes the newest message one that no program can read.
const DAMAGE: &str = r#"
    const messages = database.transaction("messages", "readwrite").objectStore("messages");
    const record = (await done(messages.getAll())).pop();
    record.version = 0;
    await done(messages.put(record));
    database.close();"#;

/// Puts many messages into the one chat, as the engine stores them; the engine begins anew then.
const FILL: &str = r#"
    const count = 100000;
    const [head] = await done(database.transaction("threads").objectStore("threads").getAll());
    const first = head.nextNumber;
    const id = (number) => number.toString(16).padStart(32, "0");
    let place = head.outLast;
    for (let from = 0; from < count; from += 5000) {
        const write = database.transaction(["threads", "messages"], "readwrite");
        for (let number = first + from; number < first + from + 5000; number++) {
            const own = number % 2 === 0;
            const message = { contact: head.contact, number, at: Date.now(), state: own ? "waiting" : "received",
                text: `Message ${number}: so much is said in a message as people write it, with a few words more.` };
            const record = { version: 2, message, id: id(number) };
            if (own) { record.place = ++place; }
            write.objectStore("messages").put(record);
            if (own) { head.outKnown = record.id; } else { head.inLast = record.id; }
        }
        Object.assign(head, { nextNumber: first + from + 5000, outLast: place, outDelivered: place, outFloor: place });
        write.objectStore("threads").put(head);
        await new Promise((resolve, reject) => { write.oncomplete = resolve; write.onabort = () => reject(write.error); });
    }
    database.close();"#;

/// For `docs/bench.md`: how long a backup of 100,000 messages takes, and its import.
#[test]
#[ignore = "a measurement, which takes minutes"]
fn a_hundred_thousand_messages_are_backed_up_and_imported() -> Result {
    for kind in [Chromium, Firefox] {
        let world = World::with_downloads("history-large")?;
        let mut alice = world.browser(kind, "Alice")?;
        let bob = world.browser(Firefox, "Bob")?;
        let (a, b) = (alice.popup()?, bob.popup()?);
        a.join("Alice")?;
        b.join("Bob")?;
        a.befriend("Alice", &b, "Bob")?;
        a.open_chat_with("Bob")?;
        a.send("first")?;
        a.see_message_state("first", "Delivered")?;
        bob.leave_popup()?;
        alice
            .session()?
            .execute_async(&format!("{OPEN}{FILL}"), &[])?;
        alice.quit()?;
        alice.start()?;

        let page = alice.popup()?.patient(Duration::from_secs(120));
        page.click(&named("button", "Settings"))?;
        page.click(&named("switch", "Include messages"))?;
        page.fill_in(&named("group", "Export"), "Passphrase", PASSPHRASE)?;
        let began = Instant::now();
        page.click(&named("group", "Export").named("button", "Export"))?;
        page.see_text("Your browser saves the backup: 100001 messages")?;
        let exported = began.elapsed();
        let file = world.folder().join("large.backup");
        fs::copy(saved(&alice, "mesh-chat.backup")?, &file)?;
        alice.quit()?;

        let new = world.browser(kind, "New")?;
        let page = new.popup()?.patient(Duration::from_secs(120));
        page.click(&with_text("summary", "I have a backup"))?;
        let began = Instant::now();
        open(&page, &new, &file, PASSPHRASE, "Backup of Alice")?;
        let opened = began.elapsed();
        let began = Instant::now();
        page.click(&named("button", "Import"))?;
        page.see(&named("heading", "Saved contacts"))?;
        page.open_chat_with("Bob")?;
        page.see_message("Message 100001:")?;
        let size = fs::metadata(&file)?.len();
        eprintln!(
            "{kind:?}: {size} bytes, exported in {exported:?}, opened in {opened:?}, imported in {:?}",
            began.elapsed()
        );
    }
    Ok(())
}
