//! Pictures for the stores: the real extension, in which people who are made up talk. Started by `cargo xtask store`.

#![allow(clippy::print_stdout, reason = "it tells how far it is")]

use anyhow::Context;
use base64ct::{Base64, Encoding};
use e2e::Kind::{Chromium, Firefox};
use e2e::page::ENTER;
use e2e::{Browser, Page, Result, Setup, World, named, with_text};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How large both stores want them.
const SIZE: (u32, u32) = (1280, 800);

/// What the people say in a language.
struct Script {
    /// As folders of the extension's languages are called.
    language: &'static str,
    /// What the browser is asked for.
    browser: &'static str,
    /// What the extension calls the page of a contact, and says of one who is there.
    about: &'static str,
    here: &'static str,
    /// What she writes who asks.
    note: &'static str,
    /// What Mia and Jonas say, in turns; Mia begins.
    before: &'static [&'static str],
    /// The name of the picture that Jonas sends then.
    picture: &'static str,
    /// What they say about it; Mia begins.
    after: &'static [&'static str],
}

const SCRIPTS: [Script; 2] = [
    Script {
        language: "en",
        browser: "en-US",
        about: "About Jonas",
        here: "on network",
        note: "Hi Mia, we met at the workshop. Shall we swap slides?",
        before: &[
            "Morning! Are you in the library today?",
            "Yes, third floor, by the window. There is a free seat next to me.",
            "Perfect, I'll be there in ten minutes. Did your photos from the weekend turn out well?",
            "See for yourself, this is from the hut at sunrise:",
        ],
        picture: "sunrise.jpg",
        after: &[
            "Wow! Would you send me the whole folder?",
            "Sure, it is on its way. Coffee afterwards?",
        ],
    },
    Script {
        language: "de",
        browser: "de",
        about: "Über Jonas",
        here: "im Netzwerk",
        note: "Hallo Mia, wir kennen uns vom Workshop. Wollen wir die Folien tauschen?",
        before: &[
            "Guten Morgen! Bist du heute in der Bibliothek?",
            "Ja, im dritten Stock am Fenster. Neben mir ist noch ein Platz frei.",
            "Wunderbar, in zehn Minuten bin ich da. Sind deine Fotos vom Wochenende etwas geworden?",
            "Schau selbst, das ist von der Hütte bei Sonnenaufgang:",
        ],
        picture: "Sonnenaufgang.jpg",
        after: &[
            "Wie schön! Schickst du mir den ganzen Ordner?",
            "Gern, ist schon unterwegs. Danach einen Kaffee?",
        ],
    },
];

fn main() -> Result {
    let out = std::env::args().nth(1).context("where to?")?;
    SCRIPTS.iter().try_for_each(|script| {
        let folder = Path::new(&out).join(script.language);
        fs::create_dir_all(&folder)?;
        tell(script, &folder)?;
        println!("pictures: {}", folder.display());
        Ok(())
    })
}

/// Lets the people meet and talk, and takes the pictures in Mia's browser.
fn tell(script: &Script, out: &Path) -> Result {
    let world = World::with_downloads(&format!("pictures-{}", script.language))?;
    let zone = morning()?;
    let people = [(Chromium, "Mia"), (Firefox, "Jonas"), (Chromium, "Aisha")];
    let people = people.map(|(kind, name)| {
        let mut setup = Setup::new(kind, name);
        setup.zone.clone_from(&zone);
        setup
    });
    let [mut mia, jonas, aisha] = world.launch_all(people)?;
    let chat = {
        let (m, j) = (mia.popup()?, jonas.popup()?);
        m.join("Mia")?;
        j.join("Jonas")?;
        m.befriend("Mia", &j, "Jonas")?;
        ask(&aisha.popup()?, script.note)?;
        m.person("Aisha").see_button("Accept")?;
        talk(script, &world, &mia, &jonas)?;
        let address = mia.session()?.execute("return location.href", &[])?;
        address.as_str().map(str::to_owned).context("no address")?
    };
    mia.kill()?;
    mia.set_language(script.browser);
    mia.start()?;
    mia.in_size(SIZE.0, SIZE.1)?;
    mia.session()?.navigate(&chat)?;
    let m = Page::new(&mia)?;
    m.person("Jonas").see_text(script.here)?;
    m.see(&with_text("status", ", 3 "))?;
    picture(&mia, out, "1-chat")?;
    m.click(&named("button", script.about))?;
    picture(&mia, out, "2-contact")?;
    mia.check_console()
}

/// Returns a time zone in which it is between nine and ten in the morning.
fn morning() -> Result<String> {
    let hours = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 3_600 % 24;
    let behind = match i64::try_from(hours)? - 9 {
        late @ 13.. => late - 24,
        behind => behind,
    };
    Ok(format!("Etc/GMT{behind:+}"))
}

/// Takes a picture in light and in dark, once everything in it is there.
fn picture(browser: &Browser, out: &Path, name: &str) -> Result {
    let quiet = "await document.fonts.ready; document.activeElement?.blur();
        await Promise.all(Array.from(document.images, (image) => image.decode()));";
    browser.session()?.execute_async(quiet, &[])?;
    browser.screenshots(out, name)
}

/// Aisha joins and asks Mia.
fn ask(aisha: &Page<'_>, note: &str) -> Result {
    aisha.join("Aisha")?;
    aisha.person("Mia").press("Add a note")?;
    aisha.fill("Note", note)?;
    aisha.press(&ENTER.to_string())
}

fn talk(script: &Script, world: &World, mia: &Browser, jonas: &Browser) -> Result {
    let (m, j) = (Page::new(mia)?, Page::new(jonas)?);
    m.person("Jonas").open_chat()?;
    j.person("Mia").open_chat()?;
    say(&m, &j, script.before)?;
    let picture = sunrise(mia, &world.folder().join(script.picture))?;
    j.attach(&picture)?;
    m.click(&Page::file(script.picture).named("button", "Accept"))?;
    m.see(&Page::file(script.picture).with_text("any", "Saved in your downloads"))?;
    say(&m, &j, script.after)
}

/// Says these in turns.
fn say(one: &Page<'_>, two: &Page<'_>, texts: &[&str]) -> Result {
    let mut pages = [one, two];
    for text in texts {
        let [speaker, listener] = pages;
        speaker.send(text)?;
        listener.see_message(text)?;
        pages.reverse();
    }
    Ok(())
}

/// Paints a picture, in a page of the browser, and saves it.
fn sunrise(browser: &Browser, file: &Path) -> Result<PathBuf> {
    const PAINT: &str = "
        const canvas = new OffscreenCanvas(1200, 750);
        const paint = canvas.getContext('2d');
        const sky = paint.createLinearGradient(0, 0, 0, 750);
        [[0, '#27406b'], [0.45, '#c56b6f'], [0.68, '#f6b26b'], [1, '#fde3a7']]
          .forEach(([at, colour]) => sky.addColorStop(at, colour));
        paint.fillStyle = sky;
        paint.fillRect(0, 0, 1200, 750);
        const sun = paint.createRadialGradient(800, 450, 30, 800, 450, 260);
        sun.addColorStop(0, '#fffbe6');
        sun.addColorStop(0.2, '#ffe9a8');
        sun.addColorStop(1, '#ffe9a800');
        paint.fillStyle = sun;
        paint.fillRect(0, 0, 1200, 750);
        [['#7a5a78', 470, 70, 0.006, 0], ['#4c4263', 540, 55, 0.009, 2], ['#2a2c45', 620, 40, 0.013, 4]]
          .forEach(([colour, height, size, step, shift]) => {
            paint.fillStyle = colour;
            paint.beginPath();
            paint.moveTo(0, 750);
            for (let x = 0; x <= 1200; x += 4) {
              const wave = Math.sin(x * step + shift) + Math.sin(x * step * 2.7 + shift) / 2;
              paint.lineTo(x, height - size * wave);
            }
            paint.lineTo(1200, 750);
            paint.fill();
          });
        const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
        return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));";
    let painted = browser.session()?.execute_async(PAINT, &[])?;
    let bytes = Base64::decode_vec(painted.as_str().context("no picture")?);
    fs::write(file, bytes.ok().context("no base64")?)?;
    Ok(file.to_path_buf())
}
