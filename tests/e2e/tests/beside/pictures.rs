//! What is promised about pictures: seen in full in the chat for as long as they are kept, and never taken for what they
//! are not.

use anyhow::Context;
use e2e::page::{ENTER, ESCAPE, TAB};
use e2e::{Browser, Kind, Page, Result, World, friends, named};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A picture that is larger than a window.
const PICTURE: &str = "../../docs/people.png";

/// Runs the body of an async function in the view of a browser.
fn run(browser: &Browser, body: &str) -> Result<Value> {
    browser.session()?.execute_async(body, &[])
}

/// The name of the button that opens a picture.
fn opens(name: &str) -> String {
    format!("Open the picture \u{2068}{name}\u{2069}")
}

/// Puts a picture under a name into the folder of the test.
fn picture(world: &World, name: &str) -> Result<PathBuf> {
    let file = world.folder().join(name);
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(PICTURE), &file)?;
    Ok(file)
}

/// The sides that a PNG declares.
fn sides(file: &Path) -> Result<Value> {
    let bytes = fs::read(file)?;
    let side = |at: usize| -> Result<u32> {
        let side = bytes.get(at..at + 4).context("too short")?;
        Ok(u32::from_be_bytes(side.try_into()?))
    };
    Ok(json!([side(16)?, side(20)?]))
}

/// Sends a file from one chat to the other, where it is accepted and saved.
fn send(from: &Page<'_>, to: &Page<'_>, file: &Path) -> Result {
    let name = file.file_name().context("no name")?.to_string_lossy();
    from.attach(file)?;
    to.click(&Page::file(&name).named("button", "Accept"))?;
    to.see(&Page::file(&name).with_text("any", "Saved in your downloads"))?;
    from.see(&Page::file(&name).with_text("any", "Saved on the other device"))
        .map(drop)
}

/// Opens a picture, and closes it again once it was looked at.
fn look(page: &Page<'_>, name: &str, look: impl FnOnce() -> Result) -> Result {
    page.click(&named("button", &opens(name)))?;
    page.see(&named("dialog", name))?;
    look()?;
    page.click(&named("dialog", name).named("button", "Close the picture"))?;
    page.see_no(&named("dialog", name))?;
    Ok(())
}

/// Waits until the picture in the dialog is decoded; its sides.
fn decoded(browser: &Browser) -> Result<Value> {
    run(
        browser,
        "const image = () => document.querySelector('dialog img[src^=\"blob:\"]');
         while (!image()) await new Promise(requestAnimationFrame);
         await image().decode();
         return [image().naturalWidth, image().naturalHeight];",
    )
}

/// The names of the copies that the extension keeps, once there are so many.
fn see_kept(browser: &Browser, count: usize) -> Result {
    let left = run(
        browser,
        &format!(
            "const root = await navigator.storage.getDirectory();
             const folder = await root.getDirectoryHandle('pictures', {{ create: true }});
             let names;
             for (let left = 100; left > 0; left--) {{
               names = [];
               // One that is being written is there, and empty.
               for await (const [name, file] of folder.entries()) {{
                 if ((await file.getFile()).size > 0) names.push(name);
               }}
               if (names.length === {count}) break;
               await new Promise((resolve) => setTimeout(resolve, 50));
             }}
             return names.length;"
        ),
    )?;
    assert_eq!(left, json!(count), "{}", browser.name());
    Ok(())
}

#[test]
fn a_picture_is_seen_in_full_also_after_both_browsers_were_killed_until_the_contact_is_removed()
-> Result {
    let world = World::with_downloads("pictures")?;
    let mut browsers = friends::contacts(&world)?;
    let names = ["from Alice.png", "from Bob.png"];
    let file = picture(&world, names[0])?;
    let sides = sides(&file)?;
    {
        let [alice, bob] = &browsers;
        let (a, b) = (Page::new(alice)?, Page::new(bob)?);
        a.person("Bob").open_chat()?;
        b.person("Alice").open_chat()?;
        send(&a, &b, &file)?;
        send(&b, &a, &picture(&world, names[1])?)?;
        for (browser, page) in [(alice, a), (bob, b)] {
            for name in names {
                look(&page, name, || {
                    assert_eq!(decoded(browser)?, sides);
                    page.check_controls()
                })?;
            }
            by_keys(&page, names[0])?;
            photograph(&world, browser, names[0])?;
            browser.check_console()?;
        }
    }
    let unaccepted = picture(&world, "not accepted yet.png")?;
    {
        let [alice, bob] = &browsers;
        Page::new(alice)?.attach(&unaccepted)?;
        Page::new(bob)?.see(&Page::file("not accepted yet"))?;
        // It is copied a moment after its message is sent.
        see_kept(alice, 3)?;
    }
    for browser in &mut browsers {
        browser.kill()?;
    }
    for browser in &mut browsers {
        browser.start()?;
        browser.popup()?;
    }
    let [alice, bob] = &browsers;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    // The browser has lost the file that was chosen, and nobody has to choose it again.
    let file = Page::file("not accepted yet");
    b.click(&file.clone().named("button", "Accept"))?;
    b.see(&file.with_text("any", "Saved in your downloads"))?;
    for (browser, page, other) in [(alice, a, "Bob"), (bob, b, "Alice")] {
        for name in names {
            look(&page, name, || {
                assert_eq!(decoded(browser)?, sides);
                Ok(())
            })?;
        }
        see_kept(browser, 3)?;
        page.open_contact(other)?;
        page.click(&named("button", "Remove contact"))?;
        page.click(&named("dialog", "Remove contact").named("button", "Remove"))?;
        page.see(&named("heading", "On this network"))?;
        see_kept(browser, 0)?;
        browser.check_console()?;
    }
    Ok(())
}

/// Opens and closes a picture by keys alone. The focus stays in it, and comes back.
fn by_keys(page: &Page<'_>, name: &str) -> Result {
    page.tab_to(&opens(name))?;
    page.press(&ENTER.to_string())?;
    page.see(&named("dialog", name))?;
    assert_eq!(page.focused()?, "Close the picture");
    for _ in 0..4 {
        page.press(&TAB.to_string())?;
        assert_ne!(
            page.focused()?,
            "Message",
            "the focus is behind the picture"
        );
    }
    page.press(&ESCAPE.to_string())?;
    page.see_no(&named("dialog", name))?;
    assert_eq!(page.focused()?, opens(name));
    page.see(&named("textbox", "Message")).map(drop)
}

/// Takes pictures of it in the sizes of a narrow panel, of the popup and of a tab.
fn photograph(world: &World, browser: &Browser, name: &str) -> Result {
    let page = Page::new(browser)?;
    browser.screenshots(world.folder(), &format!("chat-of-{}", browser.name()))?;
    page.click(&named("button", &opens(name)))?;
    page.see(&named("dialog", name))?;
    decoded(browser)?;
    if browser.kind() == Kind::Firefox {
        browser.screenshots(world.folder(), "picture-firefox")?;
    } else {
        for width in [280, 380, 1000] {
            browser.in_size(width, 600)?;
            browser.screenshots(world.folder(), &format!("picture-{width}"))?;
        }
        browser.in_size(280, 600)?;
        page.click(&named("dialog", name).named("button", "Full size"))?;
        browser.screenshots(world.folder(), "picture-natural")?;
    }
    page.press(&ESCAPE.to_string())?;
    page.see_no(&named("dialog", name)).map(drop)
}

/// A part of a PNG in which a place is noted.
const NOTED: &[u8] = b"\0\0\0\x17tEXtComment\0taken at 52.5 N\xfc\x17\xa7\xaa";

/// Sends what is no picture from one to the other, who opens it.
fn send_false_ones(world: &World, from: &Page<'_>, to: &Page<'_>, number: usize) -> Result {
    let page = b"<script>document.title = 'was here'</script>".to_vec();
    let side = 60_000_u32.to_be_bytes();
    let huge = [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &side[..], &side].concat();
    let why = [
        "is none that can be shown here",
        "Too large to be shown here",
    ];
    for (bytes, why) in [page, huge].into_iter().zip(why) {
        let name = format!("false {number} {}.png", why.len());
        let file = world.folder().join(&name);
        fs::write(&file, bytes)?;
        from.attach(&file)?;
        to.see(&Page::file(&name).with_text("any", "Saved in your downloads"))?;
        look(to, &name, || {
            to.see(&named("dialog", &name).with_text("status", why))
                .map(drop)
        })?;
    }
    Ok(())
}

#[test]
fn a_picture_comes_by_itself_where_that_is_wished_and_what_is_none_says_so() -> Result {
    let world = World::with_downloads("pictures-unasked")?;
    let browsers = friends::contacts(&world)?;
    let [alice, bob] = &browsers;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.open_contact("Bob")?;
    b.open_contact("Alice")?;
    for (browser, page, other) in [(alice, a, "Bob"), (bob, b, "Alice")] {
        page.click(&named("switch", "Pictures up to 5 MB arrive by themselves"))?;
        page.check_controls()?;
        browser.screenshots(world.folder(), &format!("contact-of-{other}"))?;
        page.open_chat_with(other)?;
    }
    let plain = fs::read(picture(&world, "plain.png")?)?;
    let (head, rest) = plain.split_at(33);
    let noted = [head, NOTED, rest].concat();
    for (from, to, there) in [(&a, &b, bob), (&b, &a, alice)] {
        let name = format!("for {}.png", there.name());
        let file = world.folder().join(&name);
        fs::write(&file, &noted)?;
        from.attach(&file)?;
        from.see_text("Place, time and camera noted in the picture were left out")?;
        to.see(&Page::file(&name).with_text("any", "Saved in your downloads"))?;
        let saved = fs::read(there.downloads().join(&name))?;
        assert!(saved == plain, "only what was noted is left out");
    }
    send_false_ones(&world, &a, &b, 1)?;
    send_false_ones(&world, &b, &a, 2)?;

    for (browser, page) in [(alice, a), (bob, b)] {
        page.click(&named("button", "Back"))?;
        page.click(&named("button", "Files"))?;
        page.see_text("Pictures kept to be shown in the chats")?;
        browser.screenshots(world.folder(), &format!("files-of-{}", browser.name()))?;
        page.click(&named("button", "Remove the kept pictures"))?;
        page.see_text("Pictures kept to be shown in the chats: 0")?;
        see_kept(browser, 0)?;
    }
    a.click(&named("button", "Back"))?;
    a.person("Bob").open_chat()?;
    for (name, why) in [
        ("for Alice.png", "look where your downloads are"),
        ("for Bob.png", "It is where you chose it"),
    ] {
        look(&a, name, || {
            alice.screenshots(world.folder(), "picture-gone")?;
            a.see(&named("dialog", name).with_text("status", why))
                .map(drop)
        })?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}
