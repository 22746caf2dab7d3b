//! Files between two browsers, as their views offer and accept them; how the bytes of those that tests make follow from
//! their sizes.

use crate::browser::Browser;
use crate::webdriver::Element;
use crate::{Result, World, friends};
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// A MiB.
pub const MEGABYTE: usize = 1 << 20;

/// Starts Alice's Chromium and Bob's Firefox, which save files; the two are contacts, and each has a view of files.
pub fn contacts(test: &str) -> Result<(World, [Browser; 2])> {
    let world = World::with_downloads(test)?;
    let browsers = friends::contacts(&world)?;
    browsers.iter().try_for_each(view)?;
    Ok((world, browsers))
}

/// Opens a view of files in the tab of a browser.
pub fn view(browser: &Browser) -> Result {
    browser.leave_popup()?;
    browser.run("harness.view();").map(drop)
}

/// Has the view do something; what comes of it.
pub fn call(browser: &Browser, call: &str) -> Result<Value> {
    let done = browser.run(&format!("return await harness.files.{call};"));
    done.with_context(|| format!("{}: {call}", browser.name()))
}

/// Offers a file, an expression of the view's page, of one to the other; under which name it goes.
pub fn offer(from: &Browser, to: &Browser, file: &str) -> Result<String> {
    let transfer = call(from, &format!("offer({:?}, {file})", to.name()))?;
    transfer.as_str().map(str::to_owned).context("not a text")
}

/// Accepts what is called so once it is offered, which has to be this.
pub fn accept(browser: &Browser, name: &str, transfer: &str) -> Result {
    assert_eq!(call(browser, &format!("accept({name:?})"))?, transfer);
    Ok(())
}

/// Offers a file with such bytes of one to the other, who accepts it; under which name it goes.
pub fn send(from: &Browser, to: &Browser, name: &str, size: usize) -> Result<String> {
    send_this(from, to, name, &format!("harness.file({name:?}, {size})"))
}

/// The same with any file that is called so.
pub fn send_this(from: &Browser, to: &Browser, name: &str, file: &str) -> Result<String> {
    let transfer = offer(from, to, file)?;
    accept(to, name, &transfer)?;
    Ok(transfer)
}

/// Waits until a file has come so far; how many bytes were there, each time that something was said.
pub fn see(browser: &Browser, transfer: &str, states: &[&str], bytes: usize) -> Result<Vec<u64>> {
    let states = json!(states);
    let said = call(browser, &format!("see({transfer:?}, {states}, {bytes})"))?;
    let said = said.as_array().into_iter().flatten();
    Ok(said.filter_map(|one| one["bytes"].as_u64()).collect())
}

/// The bytes that `harness.file` makes.
#[must_use]
pub fn bytes(size: usize) -> Vec<u8> {
    let megabytes = (0..size).step_by(MEGABYTE);
    let words = megabytes.flat_map(|at| {
        let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let states = std::iter::successors(u32::try_from(at + 1).ok(), next);
        states.skip(1).take(MEGABYTE / 4)
    });
    let mut bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    bytes.truncate(size);
    bytes
}

/// Checks that a file with such bytes was saved, once and as it was.
pub fn check_saved(browser: &Browser, name: &str, size: usize) -> Result {
    let (stem, _) = name.rsplit_once('.').context("no ending")?;
    let there = fs::read_dir(browser.downloads())?;
    let names = there.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
    let names: std::io::Result<Vec<_>> = names.collect();
    let of_it = names?.into_iter().filter(|file| file.starts_with(stem));
    assert_eq!(of_it.collect::<Vec<_>>(), [name], "{}", browser.name());
    let saved = fs::read(browser.downloads().join(name))?;
    assert!(saved == bytes(size), "{name} is another file");
    Ok(())
}

/// Without the permission nobody says when a file is saved: waits until it is.
pub fn see_saved(browser: &Browser, name: &str, size: usize) -> Result {
    let file = browser.downloads().join(name);
    let end = Instant::now() + Duration::from_secs(20);
    while fs::metadata(&file).map_or(0, |file| file.len()) < size as u64 {
        ensure!(Instant::now() < end, "{name} is not saved");
        std::thread::sleep(Duration::from_millis(50));
    }
    check_saved(browser, name, size)
}

/// Waits until nothing of a file is left in the extension, of which it tells nobody.
pub fn see_nothing_stays(browser: &Browser) -> Result {
    let parts = browser.run(
        "const root = await navigator.storage.getDirectory();
         const parts = await root.getDirectoryHandle('parts', { create: true });
         let names;
         for (let left = 100; left > 0; left--) {
           names = [];
           for await (const name of parts.keys()) names.push(name);
           if (names.length === 0) break;
           await new Promise((resolve) => setTimeout(resolve, 50));
         }
         return names;",
    )?;
    assert_eq!(parts, json!([]), "{}", browser.name());
    Ok(())
}

/// What stands for the file that was chosen last, in the view's page.
pub const CHOSEN: &str = "document.querySelector('input').files[0]";

/// Has the person of a browser choose a file, in a field of the page.
pub fn choose(browser: &Browser, file: &Path) -> Result {
    let session = browser.session()?;
    let field = session.execute(
        "document.querySelector('input')?.remove();
         const field = document.createElement('input');
         field.type = 'file';
         document.documentElement.append(field);
         return field;",
        &[],
    )?;
    let field = Element::from_value(&field).context("no field")?;
    session.keys(&field, &file.display().to_string())
}
