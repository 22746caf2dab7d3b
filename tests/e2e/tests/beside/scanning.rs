//! Codes are scanned: by the camera of Chromium, and in pictures.

use anyhow::Context;
use base64ct::{Base64, Encoding};
use e2e::Kind::{Chromium, Firefox};
use e2e::webdriver::Element;
use e2e::{Browser, Page, Result, Setup, World, named};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The size of what a camera sees, in pixels.
const SIZE: [usize; 2] = [640, 480];

/// Draws the code that a page shows as a camera sees it. Returns its grey pixels and a PNG, both in base64.
const SEE: &str = "
    const [width, height] = args;
    const code = document.querySelector('.qr').cloneNode(true);
    code.setAttribute('width', 300);
    code.setAttribute('height', 300);
    const picture = new Image();
    picture.src = 'data:image/svg+xml,' + encodeURIComponent(new XMLSerializer().serializeToString(code));
    await picture.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.fillStyle = '#ddd';
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, 170, 90);
    const { data } = context.getImageData(0, 0, width, height);
    let grey = '';
    for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at]);
    return [btoa(grey), canvas.toDataURL('image/png').split(',')[1]];";

/// Looks at the code that a browser shows. Returns grey pixels, and a PNG.
fn look(browser: &Browser) -> Result<[Vec<u8>; 2]> {
    Page::new(browser)?.see(&named("img", "The safety number as a QR code"))?;
    let seen = browser
        .session()?
        .execute_async(SEE, &SIZE.map(|side| json!(side)))?;
    let bytes = |at: usize| {
        let text = seen.get(at).and_then(Value::as_str);
        let text = text.context("no picture")?;
        Base64::decode_vec(text).map_err(|error| anyhow::anyhow!("{error}"))
    };
    Ok([bytes(0)?, bytes(1)?])
}

/// Writes a film of one grey picture.
fn film(file: &Path, grey: &[u8]) -> Result {
    let [width, height] = SIZE;
    let mut film =
        format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\nFRAME\n").into_bytes();
    film.extend_from_slice(grey);
    film.resize(film.len() + width * height / 2, 128);
    Ok(fs::write(file, film)?)
}

/// Chooses a picture to be scanned.
fn choose(browser: &Browser, file: &Path) -> Result {
    let script = "return document.querySelector('.scan input[type=file]');";
    let field = browser.session()?.execute(script, &[])?;
    let field = Element::from_value(&field).context("no field")?;
    browser.session()?.keys(&field, &file.display().to_string())
}

#[test]
fn one_scan_verifies_both_and_another_number_none() -> Result {
    let world = World::start("scanning")?;
    let seen = world.folder().join("seen.y4m");
    let mut with_camera = Setup::new(Chromium, "Alice");
    with_camera.camera = Some(seen.clone());
    let setups = [
        with_camera,
        Setup::new(Firefox, "Bob"),
        Setup::new(Chromium, "Carol"),
    ];
    let [alice, bob, carol] = &world.launch_all(setups)?;
    let [a, b, c] = [alice.popup()?, bob.popup()?, carol.popup()?];
    for (page, browser) in [(&a, alice), (&b, bob), (&c, carol)] {
        page.join(browser.name())?;
    }
    a.befriend("Alice", &b, "Bob")?;
    c.befriend("Carol", &b, "Bob")?;

    // What Bob shows to Carol is another number.
    b.open_contact("Carol")?;
    let [_, other] = look(bob)?;
    let picture = world.folder().join("other.png");
    fs::write(&picture, other)?;
    let nothing = world.folder().join("nothing.png");
    fs::write(&nothing, alice.session()?.screenshot()?)?;
    a.open_contact("Bob")?;
    choose(alice, &nothing)?;
    a.see_text("There is no code in this picture")?;
    choose(alice, &picture)?;
    a.see_text("This is another safety number.")?;
    b.click(&named("button", "Back"))?;
    b.open_contact("Alice")?;
    let verified = |name: &str| named("heading", name).named("any", "verified");
    assert_eq!(a.count(&verified("Bob"))? + b.count(&verified("Alice"))?, 0);

    let [grey, _] = look(bob)?;
    film(&seen, &grey)?;
    a.click(&named("button", "Use the camera"))?;
    a.see(&verified("Bob"))?;
    b.see(&verified("Alice"))?;
    a.see_text("The code was read.")?;
    alice.screenshots(world.folder(), "verified")?;

    // Firefox looks at a picture.
    c.open_contact("Bob")?;
    let [_, shown] = look(carol)?;
    fs::write(&picture, shown)?;
    b.click(&named("button", "Back"))?;
    b.open_contact("Carol")?;
    choose(bob, &picture)?;
    b.see(&verified("Carol"))?;
    c.see(&verified("Bob")).map(drop)
}
