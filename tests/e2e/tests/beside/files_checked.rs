//! What is promised about files that go on: what is there already is compared with what the sender has, by hash.

use e2e::files::{
    CHOSEN, MEGABYTE, bytes, call, check_saved, choose, contacts, see, see_nothing_stays,
    send_this, view,
};
use e2e::{Browser, Result, World};
use serde_json::json;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

const SIZE: usize = 48 * MEGABYTE;

/// Two in the middle of a file, whose sender was killed.
struct Halfway {
    _world: World,
    from: Browser,
    to: Browser,
    file: PathBuf,
    transfer: String,
}

impl Halfway {
    fn new(name: &str, sender: usize) -> Result<Self> {
        let (world, mut browsers) = contacts(&format!("files-{name}-{sender}"))?;
        browsers.rotate_left(sender);
        let [mut from, to] = browsers;
        let file = world.folder().join("large.bin");
        fs::write(&file, bytes(SIZE))?;
        choose(&from, &file)?;
        let transfer = send_this(&from, &to, "large.bin", CHOSEN)?;
        see(&to, &transfer, &["running"], 8 * MEGABYTE)?;
        from.kill()?;
        call(&to, &format!("is({transfer:?}, ['waiting'])"))?;
        Ok(Self {
            _world: world,
            from,
            to,
            file,
            transfer,
        })
    }

    /// Starts the sender, whose person chooses the file again.
    fn choose_again(&mut self) -> Result {
        self.from.start()?;
        view(&self.from)?;
        for browser in [&self.from, &self.to] {
            see(browser, &self.transfer, &["needsFile"], 0)?;
        }
        choose(&self.from, &self.file)?;
        let again = format!("choose({:?}, {CHOSEN})", self.transfer);
        call(&self.from, &again).map(drop)
    }
}

/// Writes something else into the last whole piece that a browser has of a file, as a power loss can leave it there.
fn garble(browser: &Browser, transfer: &str) -> Result {
    let garbled = browser.run(&format!(
        "const root = await navigator.storage.getDirectory();
         const parts = await root.getDirectoryHandle('parts');
         const part = await parts.getFileHandle({transfer:?});
         let into;
         while (!into) {{
           // Until it is let go of.
           try {{
             into = await part.createWritable({{ keepExistingData: true }});
           }} catch (error) {{
             if (error.name !== 'NoModificationAllowedError') throw error;
             await new Promise((resolve) => setTimeout(resolve, 50));
           }}
         }}
         const pieces = Math.floor((await part.getFile()).size / {MEGABYTE});
         const position = (pieces - 1) * {MEGABYTE};
         await into.write({{ type: 'write', position, data: new Uint8Array({MEGABYTE}) }});
         await into.close();
         return true;"
    ))?;
    assert_eq!(garbled, json!(true));
    Ok(())
}

/// Changes every byte of a file, but neither its size nor when it was changed.
fn change_in_place(path: &Path) -> Result {
    let modified = fs::metadata(path)?.modified()?;
    let changed: Vec<u8> = bytes(SIZE).iter().map(|byte| !byte).collect();
    fs::write(path, changed)?;
    File::options()
        .write(true)
        .open(path)?
        .set_modified(modified)?;
    Ok(())
}

#[test]
fn what_a_power_loss_has_left_of_a_piece_is_fetched_again() -> Result {
    for sender in 0..2 {
        let mut halfway = Halfway::new("garbled", sender)?;
        garble(&halfway.to, &halfway.transfer)?;
        halfway.to.kill()?;
        halfway.to.start()?;
        view(&halfway.to)?;
        halfway.choose_again()?;
        let Halfway {
            from, to, transfer, ..
        } = &halfway;
        let there = see(to, transfer, &["saved"], SIZE)?;
        let begun = there.iter().copied().find(|bytes| *bytes > 0);
        assert!(begun >= Some(7 * MEGABYTE as u64), "begun anew: {there:?}");
        see(from, transfer, &["saved"], SIZE)?;
        check_saved(to, "large.bin", SIZE)?;
        see_nothing_stays(to)?;
        to.check_console()?;
    }
    Ok(())
}

#[test]
fn a_file_that_was_changed_in_place_is_not_mixed_with_what_is_there() -> Result {
    for sender in 0..2 {
        let mut halfway = Halfway::new("in-place", sender)?;
        change_in_place(&halfway.file)?;
        halfway.choose_again()?;
        for browser in [&halfway.from, &halfway.to] {
            see(browser, &halfway.transfer, &["failed: changed"], 0)?;
        }
        see_nothing_stays(&halfway.to)?;
        assert!(!halfway.to.downloads().join("large.bin").exists());
        halfway.to.check_console()?;
    }
    Ok(())
}
