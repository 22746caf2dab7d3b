//! What is promised about folders: they arrive with all that is in them, and nothing else gets to the disk under their name.

use anyhow::Context;
use e2e::files::{accept, contacts, offer, see, see_nothing_stays, send_this};
use e2e::page::named;
use e2e::{Browser, Page, Result, World, friends};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::time::Instant;
use zip::write::SimpleFileOptions;
use zip::{ExtraField, ZipArchive, ZipWriter};

/// A folder: paths and texts, in the order in which they are found.
fn folder(name: &str) -> Vec<(String, Option<String>)> {
    let long = "ein sehr langer Name ".repeat(9) + "ä.txt";
    let mut folder = [
        ("ganz leer/", None),
        ("z.txt", Some("am Ende")),
        ("A/1.txt", Some("")),
        ("A/日本語/写真.txt", Some("しゃしん")),
        ("A/مرحبا.txt", Some("أهلا")),
        (&format!("A/B/C/{long}"), Some("lang")),
    ]
    .map(|(path, text)| (format!("{name}/{path}"), text.map(str::to_owned)));
    folder.sort();
    folder.to_vec()
}

/// The same for the harness.
fn texts(folder: &[(String, Option<String>)]) -> String {
    let texts = folder
        .iter()
        .map(|(path, text)| (path.clone(), json!(text)));
    Value::Object(texts.collect()).to_string()
}

/// Checks that a folder was saved, as it was and with its times.
fn check(browser: &Browser, name: &str, folder: &[(String, Option<String>)]) -> Result {
    let file = File::open(browser.downloads().join(name))?;
    let mut archive = ZipArchive::new(file)?;
    assert_eq!(archive.len(), folder.len(), "{}", browser.name());
    for (index, (path, text)) in folder.iter().enumerate() {
        let mut entry = archive.by_name(path).with_context(|| path.clone())?;
        let mut there = String::new();
        entry.read_to_string(&mut there)?;
        assert_eq!(
            Some(&there).filter(|_| entry.is_file()),
            text.as_ref(),
            "{path}"
        );
        let seconds = entry.extra_data_fields().find_map(|field| {
            if let ExtraField::ExtendedTimestamp(time) = field {
                time.mod_time()
            } else {
                None
            }
        });
        let modified = u32::try_from(1_700_000_000 + index * 2)?;
        assert!(
            text.is_none() || seconds == Some(modified),
            "{path}: {seconds:?}"
        );
    }
    Ok(())
}

/// A zip in which a path leads out of the folder, as the script for a `File`.
fn hostile(name: &str) -> Result<String> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("../evil.txt", SimpleFileOptions::default())?;
    zip.write_all(b"evil")?;
    let bytes = zip.finish()?.into_inner();
    Ok(format!(
        "new File([new Uint8Array({bytes:?})], {name:?}), 1"
    ))
}

#[test]
fn a_folder_arrives_with_all_that_is_in_it_and_a_hostile_one_does_not() -> Result {
    let (_world, browsers) = contacts("folders-both-ways")?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("of {}", from.name());
        let folder = folder(&name);
        let what = format!("harness.folder({name:?}, {})", texts(&folder));
        let zip = format!("{name}.zip");
        let transfer = send_this(from, to, &zip, &what)?;
        see(to, &transfer, &["saved"], 0)?;
        see(from, &transfer, &["saved"], 0)?;
        check(to, &zip, &folder)?;

        let name = format!("hostile of {}.zip", from.name());
        let transfer = send_this(from, to, &name, &hostile(&name)?)?;
        see(to, &transfer, &["failed: unsafe"], 0)?;
        see(from, &transfer, &["failed: there"], 0)?;
        see_nothing_stays(to)?;
        let saved = fs::read_dir(to.downloads())?.count();
        assert_eq!(saved, 1, "{}", to.name());
    }
    browsers.iter().try_for_each(Browser::check_console)
}

/// Makes a folder on the disk: two files, and a folder in which nothing is.
fn on_disk(folder: &Path) -> Result {
    fs::create_dir_all(folder.join("empty"))?;
    fs::create_dir_all(folder.join("sub"))?;
    fs::write(folder.join("a.txt"), b"a")?;
    fs::write(folder.join("sub/b.txt"), b"bb")?;
    Ok(())
}

/// Checks that such a folder was saved, with these in it.
fn check_from_disk(browser: &Browser, name: &str, paths: &[&str]) -> Result {
    let saved = browser.downloads().join(format!("{name}.zip"));
    let archive = ZipArchive::new(File::open(saved)?)?;
    let there: std::result::Result<Vec<_>, _> = archive.file_names().collect();
    let paths: Vec<String> = paths.iter().map(|path| format!("{name}/{path}")).collect();
    assert_eq!(there?, paths, "{}", browser.name());
    Ok(())
}

/// Drops a folder of the disk on the chat, as only Chromium's driver can.
fn drop_from_disk(browser: &Browser, folder: &Path) -> Result {
    let files = [folder.display().to_string()];
    for kind in ["dragEnter", "dragOver", "drop"] {
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        let params = json!({ "type": kind, "x": 200, "y": 200, "data": data });
        let call = json!({ "cmd": "Input.dispatchDragEvent", "params": params });
        browser.session()?.post("goog/cdp/execute", &call)?;
    }
    Ok(())
}

#[test]
fn people_send_each_other_folders_in_the_chat() -> Result {
    let world = World::with_downloads("folders-in-the-chat")?;
    let browsers = friends::contacts(&world)?;
    let [alice, bob] = &browsers;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    for ((from, there), (to, here)) in [((alice, a), (bob, b)), ((bob, b), (alice, a))] {
        let name = format!("of {}", from.name());
        let folder = folder(&name);
        from.run(&format!(
            "await import('/harness.js'); harness.drop('.chat', {});",
            texts(&folder)
        ))?;
        for page in [there, here] {
            page.see_text(&name)?;
            page.see_text("Folder · 5 files · ")?;
        }
        here.click(&Page::file(&name).named("button", "Accept"))?;
        here.see_text("Saved in your downloads")?;
        there.see_text("Saved on the other device")?;
        check(to, &format!("{name}.zip"), &folder)?;
    }
    let dropped = world.folder().join("dropped");
    on_disk(&dropped)?;
    drop_from_disk(alice, &dropped)?;
    b.click(&Page::file("dropped").named("button", "Accept"))?;
    a.see(&Page::file("dropped").with_text("group", "Saved on the other device"))?;
    check_from_disk(bob, "dropped", &["a.txt", "empty/", "sub/b.txt"])?;
    // In short, Chromium 156 and Firefox 153 write "395 byte" in English, as CLDR has it.
    for page in [a, b] {
        page.see_text("Folder · 2 files · 395 bytes")?;
    }
    // Firefox's driver takes no folder for a file field.
    let chosen = world.folder().join("chosen");
    on_disk(&chosen)?;
    a.attach(&chosen)?;
    b.click(&Page::file("chosen").named("button", "Accept"))?;
    a.see(&Page::file("chosen").with_text("group", "Saved on the other device"))?;
    // A chooser says nothing of folders in which nothing is.
    check_from_disk(bob, "chosen", &["a.txt", "sub/b.txt"])?;
    for (browser, page) in [(alice, a), (bob, b)] {
        for name in ["Attach a file", "Attach a folder"] {
            page.see(&named("button", name))?;
        }
        page.check_controls()?;
        browser.check_console()?;
    }
    if let Some(folder) = std::env::var_os("SCREENSHOTS") {
        alice.screenshots(folder.as_ref(), "folder")?;
        alice.in_size(280, 500)?;
        alice.screenshots(folder.as_ref(), "folder-280")?;
    }
    Ok(())
}

#[test]
fn ten_thousand_small_files_arrive() -> Result {
    let (_world, browsers) = contacts("folders-many")?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let mut took = Vec::new();
        let (one, many) = (
            format!("one of {}", from.name()),
            format!("many of {}", from.name()),
        );
        let zip = format!("{many}.zip");
        let texts = "Object.fromEntries(Array.from({ length: 10_000 }, (_, index) =>
            [`many/${index % 10}/${index}.txt`, `${index} `.repeat(1_000).slice(0, 1_000)]))";
        for (name, what) in [
            (&one, format!("harness.file({one:?}, 10_000_000)")),
            (&zip, format!("harness.folder({many:?}, {texts})")),
        ] {
            let transfer = offer(from, to, &what)?;
            let began = Instant::now();
            accept(to, name, &transfer)?;
            see(to, &transfer, &["saved"], 0)?;
            took.push(began.elapsed());
        }
        println!(
            "{} to {}: 10 MB in one file and in 10,000: {took:?}",
            from.name(),
            to.name()
        );
        let archive = ZipArchive::new(File::open(to.downloads().join(&zip))?)?;
        assert_eq!(archive.len(), 10_000);
    }
    browsers.iter().try_for_each(Browser::check_console)
}
