//! What is promised about files: each arrives whole where the browser saves files, and goes on after any end.

use e2e::files::{
    CHOSEN, MEGABYTE, bytes, call, check_saved, choose, contacts, offer, see, see_nothing_stays,
    see_saved, send, send_this, view,
};
use e2e::{Browser, Kind, Page, Result, World, friends};
use std::fs;

#[test]
fn a_file_arrives_whole_in_the_downloads_of_the_other_browser() -> Result {
    let (_world, browsers) = contacts("files-both-ways")?;
    let [alice, bob] = &browsers;
    const SIZE: usize = 5 * MEGABYTE + 12_345;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("from {}.bin", from.name());
        let transfer = send(from, to, &name, SIZE)?;
        for browser in [to, from] {
            see(browser, &transfer, &["saved"], SIZE)?;
        }
        check_saved(to, &name, SIZE)?;
        see_nothing_stays(to)?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn several_files_are_saved_where_the_extension_may_not_use_the_downloads() -> Result {
    let world = World::start("files-not-allowed")?;
    let browsers = friends::contacts(&world)?;
    browsers.iter().try_for_each(view)?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let sizes = [
            ("empty.txt", 0),
            ("small.jpg", 100),
            ("large.jpg", 3 * MEGABYTE),
        ];
        for (name, size) in sizes {
            let transfer = send(from, to, name, size)?;
            for browser in [to, from] {
                see(browser, &transfer, &["saved"], size)?;
            }
        }
        for (name, size) in sizes {
            see_saved(to, name, size)?;
        }
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_file_goes_on_from_the_last_piece_after_the_browser_that_gets_it_was_killed() -> Result {
    const SIZE: usize = 48 * MEGABYTE;
    for receiver in 0..2 {
        let (_world, mut browsers) = contacts(&format!("files-killed-{receiver}"))?;
        let transfer = {
            let (from, to) = (&browsers[1 - receiver], &browsers[receiver]);
            let transfer = send(from, to, "large.bin", SIZE)?;
            see(to, &transfer, &["running"], 8 * MEGABYTE)?;
            transfer
        };
        browsers[receiver].kill()?;
        browsers[receiver].start()?;
        let (from, to) = (&browsers[1 - receiver], &browsers[receiver]);
        view(to)?;
        let there = see(to, &transfer, &["saved"], SIZE)?;
        // Nothing, until it has been looked up on the disk.
        let begun = there.iter().copied().find(|bytes| *bytes > 0);
        let begun = begun.unwrap_or_default();
        assert!(begun >= 8 * MEGABYTE as u64, "begun anew: {there:?}");
        assert!((begun as usize) < SIZE, "killed too late");
        let sent = see(from, &transfer, &["saved"], SIZE)?;
        assert!(sent.is_sorted(), "{sent:?}");
        check_saved(to, "large.bin", SIZE)?;
        see_nothing_stays(to)?;
        from.check_console()?;
        to.check_console()?;
    }
    Ok(())
}

#[test]
fn a_file_goes_on_once_it_is_chosen_again_after_the_browser_that_sends_it_was_killed() -> Result {
    const SIZE: usize = 48 * MEGABYTE;
    for sender in 0..2 {
        let (world, mut browsers) = contacts(&format!("files-sender-killed-{sender}"))?;
        let file = world.folder().join("large.bin");
        fs::write(&file, bytes(SIZE))?;
        let transfer = {
            let (from, to) = (&browsers[sender], &browsers[1 - sender]);
            choose(from, &file)?;
            let transfer = send_this(from, to, "large.bin", CHOSEN)?;
            see(to, &transfer, &["running"], 8 * MEGABYTE)?;
            transfer
        };
        browsers[sender].kill()?;
        browsers[sender].start()?;
        let (from, to) = (&browsers[sender], &browsers[1 - sender]);
        view(from)?;
        // Both say why it does not go on.
        see(from, &transfer, &["needsFile"], 0)?;
        let there = see(to, &transfer, &["needsFile"], 8 * MEGABYTE)?;
        choose(from, &file)?;
        let again = format!("choose({transfer:?}, {CHOSEN})");
        call(from, &again)?;
        for browser in [to, from] {
            see(browser, &transfer, &["saved"], SIZE)?;
        }
        assert!(there.is_sorted(), "{there:?}");
        check_saved(to, "large.bin", SIZE)?;
        see_nothing_stays(to)?;
        to.check_console()?;
    }
    Ok(())
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_given_up_on_both_sides() -> Result {
    let (world, browsers) = contacts("files-changed")?;
    let [alice, bob] = &browsers;
    const SIZE: usize = 64 * MEGABYTE;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("of {}.bin", from.name());
        let file = world.folder().join(&name);
        fs::write(&file, bytes(SIZE))?;
        choose(from, &file)?;
        let transfer = send_this(from, to, &name, CHOSEN)?;
        see(to, &transfer, &["running"], 4 * MEGABYTE)?;
        fs::write(&file, b"something else")?;
        see(from, &transfer, &["failed: changed"], 0)?;
        see(to, &transfer, &["failed: changed"], 0)?;
        see_nothing_stays(to)?;
        fs::remove_file(&file)?;
    }
    Ok(())
}

#[test]
fn people_send_each_other_files_in_the_chat() -> Result {
    const SIZE: usize = 3 * MEGABYTE + 5;
    let world = World::with_downloads("files-in-the-chat")?;
    let browsers = friends::contacts(&world)?;
    let [alice, bob] = &browsers;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    for ((from, there), (to, here)) in [((alice, a), (bob, b)), ((bob, b), (alice, a))] {
        let name = format!("{} on holiday.txt", from.name());
        let file = world.folder().join(&name);
        fs::write(&file, bytes(SIZE))?;
        there.attach(&file)?;
        for page in [there, here] {
            page.see_text(&name)?;
        }
        there.see_text("Offered, not accepted yet")?;
        here.click(&Page::file(&name).named("button", "Accept"))?;
        here.see_text("Saved in your downloads")?;
        there.see_text("Saved on the other device")?;
        check_saved(to, &name, SIZE)?;
    }
    // What nobody wants is not sent, and both see that.
    let unwanted = world.folder().join("unwanted.exe");
    fs::write(&unwanted, b"MZ")?;
    a.attach(&unwanted)?;
    b.see_text("Ends in .exe")?;
    b.click(&Page::file("unwanted").named("button", "Decline"))?;
    b.see_text("You declined it")?;
    a.see_text("Declined")?;
    for (browser, page) in [(alice, a), (bob, b)] {
        page.check_controls()?;
        browser.check_console()?;
    }
    Ok(())
}

#[test]
fn a_file_whose_person_chooses_where_and_closes_the_dialog_stays_until_they_save_it() -> Result {
    let (world, browsers) = contacts("files-save-as")?;
    let [alice, bob] = &browsers;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("from {}.bin", from.name());
        let transfer = offer(from, to, &format!("harness.file({name:?}, {MEGABYTE})"))?;
        call(to, &format!("accept({name:?}, \"saveAs\")"))?;
        // Browsers without a screen close the dialog at once.
        see(to, &transfer, &["unsaved"], MEGABYTE)?;
        assert!(!to.downloads().join(&name).exists());
        if to.kind() == Kind::Firefox {
            let chosen = world.folder().join("chosen.bin");
            to.answer_save_dialogs(&chosen)?;
            let save = format!("command({{ file: [{transfer:?}, \"save\"] }})");
            call(to, &save)?;
            see(to, &transfer, &["saved"], MEGABYTE)?;
            assert!(fs::read(chosen)? == bytes(MEGABYTE), "another file");
            see_nothing_stays(to)?;
        }
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn files_pass_between_a_private_window_and_another_browser() -> Result {
    const SIZE: usize = 2 * MEGABYTE;
    let world = World::with_downloads("files-private")?;
    let browsers = friends::contacts(&world)?;
    let [alice, bob] = &browsers;
    bob.session()?.navigate("about:blank")?;
    bob.go_private()?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    assert!(bob.run("return api.extension.inIncognitoContext;")? == true);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    for ((from, there), (to, here)) in [((alice, &a), (bob, &b)), ((bob, &b), (alice, &a))] {
        let name = format!("{} in private.txt", from.name());
        let file = world.folder().join(&name);
        fs::write(&file, bytes(SIZE))?;
        there.attach(&file)?;
        here.click(&Page::file(&name).named("button", "Accept"))?;
        here.see_text("Saved in your downloads")?;
        there.see_text("Saved on the other device")?;
        check_saved(to, &name, SIZE)?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}
