//! What each version leaves on the disk, which every later one opens: `tests/e2e/disks` has it.
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

use anyhow::{Context, bail};
use e2e::Kind::{Chromium, Firefox};
use e2e::friends::contacts;
use e2e::{Browser, Page, Result, World, named, paths, talk, with_text};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// What is said in the chat that is kept: read there, read here, and waiting.
const SAID: [&str; 3] = ["read there", "read here", "not sent yet"];

/// Gives what is on the disk.
const READ: &str = "
    const finished = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await finished(indexedDB.open('mesh-chat'));
    const stores = {};
    for (const name of database.objectStoreNames) {
      const store = database.transaction(name).objectStore(name);
      const indexes = [...store.indexNames].map((index) => {
        const { keyPath, unique, multiEntry } = store.index(index);
        return { name: index, keyPath, unique, multiEntry };
      });
      stores[name] = { keyPath: store.keyPath, indexes, records: await finished(store.getAll()) };
    }
    const { version } = database;
    database.close();
    return { version, stores, local: await api.storage.local.get() };";

/// Puts a disk in the place of what is there; the engine lets go of it.
const WRITE: &str = "
    const finished = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    await api.storage.local.clear();
    await api.storage.local.set(disk.local);
    await finished(indexedDB.deleteDatabase('mesh-chat'));
    const opening = indexedDB.open('mesh-chat', disk.version);
    opening.onupgradeneeded = () => {
      for (const [name, { keyPath, indexes, records }] of Object.entries(disk.stores)) {
        const store = opening.result.createObjectStore(name, { keyPath });
        for (const { name, keyPath, ...options } of indexes) store.createIndex(name, keyPath, options);
        for (const record of records) store.put(record);
      }
    };
    (await finished(opening)).close();";

fn folder() -> PathBuf {
    paths::root().join("tests/e2e/disks")
}

fn file(version: &Value) -> String {
    format!("version-{version}.json")
}

/// Returns the kept disks.
fn kept() -> Result<Vec<Value>> {
    let read = |entry: std::io::Result<fs::DirEntry>| -> Result<Value> {
        Ok(serde_json::from_slice(&fs::read(entry?.path())?)?)
    };
    fs::read_dir(folder())?.map(read).collect()
}

/// Makes the disk of this version; where it goes is for somebody who looks at it.
fn make(world: &World) -> Result<PathBuf> {
    let [alice, mut bob] = contacts(world)?;
    let (a, b) = (Page::new(&alice)?, Page::new(&bob)?);
    let [there, here, waiting] = SAID;
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send(there)?;
    b.send(here)?;
    a.see_message_state(there, "Read")?;
    b.see_message_state(here, "Read")?;
    bob.kill()?;
    a.send(waiting)?;
    // Perhaps handed to the connection that has ended, which is noticed after some seconds.
    a.patient(Duration::from_secs(60))
        .see_message_state(waiting, "Waiting")?;
    let disk = alice.run(READ)?;
    let path = paths::artifacts("disks")?.join(file(&disk["version"]));
    fs::write(&path, format!("{disk:#}\n"))?;
    Ok(path)
}

/// Starts a browser that was left with this disk, and looks at what its person sees.
fn open(browser: &mut Browser, disk: &Value) -> Result {
    browser.leave_popup()?;
    browser.run(&format!("const disk = {disk}; {WRITE}"))?;
    browser.kill()?;
    browser.start()?;
    let page = browser.popup()?;
    page.see(&named("heading", "Alice"))?;
    page.person("Bob").open_chat()?;
    let [there, here, waiting] = SAID;
    page.see_message_state(there, "Read")?;
    page.see_message(here)?;
    page.see_message_state(waiting, "Waiting")?;
    page.send("later")?;
    page.see_message_state("later", "Waiting")?;
    talk::check(&page, &[there, here, waiting, "later"])?;
    let alerts = page.texts(&with_text("alert", ""))?;
    assert_eq!(alerts, [] as [String; 0], "nothing is damaged");
    browser.check_console()
}

#[test]
fn what_a_version_has_left_on_the_disk_is_opened_by_this_one() -> Result {
    let world = World::start("disk")?;
    let disks = kept()?;
    let mut browsers = world.browsers([(Chromium, "Alice-C"), (Firefox, "Alice-F")])?;
    for browser in &mut browsers {
        browser.popup()?.find(&named("button", "Join"))?;
        browser.leave_popup()?;
        let version = browser.run(READ)?["version"].take();
        if !disks.iter().any(|disk| disk["version"] == version) {
            let made = make(&World::start("disk-made")?)?.display().to_string();
            bail!(
                "no disk of version {version} is kept: look at {made}, and keep it in {}",
                folder().display()
            );
        }
        for disk in &disks {
            open(browser, disk).with_context(|| file(&disk["version"]))?;
        }
    }
    Ok(())
}
