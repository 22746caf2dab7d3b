//! Every view in every language as narrow as it gets, and as a screen reader finds it.

use anyhow::Context;
use e2e::friends::contacts;
use e2e::{Browser, Page, Result, World, named, paths};
use serde_json::{Value, json};
use std::fs;

/// A view, and the texts on the buttons that lead to it from the lists.
const VIEWS: [(&str, &[&str]); 7] = [
    ("lists", &[]),
    ("chat", &["openChat"]),
    ("contact", &["aboutContact"]),
    ("invites", &["invites"]),
    ("files", &["files"]),
    ("connection", &["connection"]),
    ("settings", &["settings"]),
];

/// The texts of a language.
struct Catalog(Value);

impl Catalog {
    fn read(language: &str) -> Result<Self> {
        let file = locales().join(language).join("messages.json");
        Ok(Self(serde_json::from_str(&fs::read_to_string(file)?)?))
    }

    /// Returns a text, with a name in its gap.
    fn text(&self, key: &str, name: &str) -> Result<String> {
        let text = self.0.get(key).and_then(|text| text.get("message"));
        let text = text.and_then(Value::as_str).context("no such text")?;
        Ok(text.replace("$1", name))
    }
}

fn locales() -> std::path::PathBuf {
    paths::root().join("extension/_locales")
}

fn languages() -> Result<Vec<String>> {
    let entries = fs::read_dir(locales())?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Opens a view of somebody whose only contact is Bob.
fn open<'a>(browser: &'a Browser, catalog: &Catalog, way: &[&str]) -> Result<Page<'a>> {
    let page = browser.popup()?;
    // What is listed comes from the engine.
    page.see(&named("button", &catalog.text("openChat", "Bob")?))?;
    for text in way {
        page.click(&named("button", &catalog.text(text, "Bob")?))?;
    }
    if !way.is_empty() {
        page.see(&named("button", &catalog.text("back", "")?))?;
    }
    Ok(page)
}

/// What is wider than its place: the page, or a text that is cut off. A name may be: it ends in an ellipsis.
const TOO_WIDE: &str = "
    const root = document.documentElement;
    const wide = [];
    if (root.scrollWidth > root.clientWidth) wide.push(`the page: ${root.scrollWidth}`);
    for (const one of document.querySelectorAll('body *')) {
      if (!one.checkVisibility() || one.closest('.sr-only')) continue;
      const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      const style = getComputedStyle(one);
      // What is there for a screen reader only is one pixel large.
      const hidden = one.closest('[aria-hidden]') || one.clientWidth <= 1 || one.parentElement.clientWidth <= 1;
      if (!own || hidden || style.textOverflow === 'ellipsis' || style.display === 'inline') continue;
      const box = one.getBoundingClientRect();
      const outside = box.left < -0.5 || box.right > root.clientWidth + 0.5;
      if (outside || one.scrollWidth > one.clientWidth + 1) {
        wide.push(`${one.className}: ${one.textContent}`);
      }
    }
    return wide;";

#[test]
fn no_text_of_any_language_is_too_long_for_280_pixels() -> Result {
    let world = World::start("views-languages")?;
    let [alice, _bob] = &contacts(&world)?;
    let pictures = paths::artifacts("languages")?;
    let first = world.browser(e2e::Kind::Chromium, "Carol")?;
    first.popup()?.see(&named("button", "Join"))?;
    for browser in [alice, &first] {
        browser.in_size(280, 500)?;
    }
    let mut wide = Vec::new();
    let mut look = |browser: &Browser, place: &str| -> Result {
        let found = browser.session()?.execute(TOO_WIDE, &[])?;
        browser.screenshot(&pictures, place)?;
        if found != json!([]) {
            wide.push(format!("{place}: {found}"));
        }
        Ok(())
    };
    for language in languages()? {
        let catalog = Catalog::read(&language)?;
        for browser in [alice, &first] {
            browser.speak(&catalog.0)?;
        }
        let join = named("button", &catalog.text("join", "")?);
        first.popup()?.see(&join)?;
        look(&first, &format!("{language}-first-run"))?;
        for (view, way) in VIEWS {
            open(alice, &catalog, way)?;
            look(alice, &format!("{language}-{view}"))?;
        }
    }
    assert_eq!(wide, [] as [String; 0]);
    Ok(())
}

#[test]
fn a_language_that_reads_from_the_right_is_laid_out_from_the_right() -> Result {
    let world = World::start("views-right")?;
    let [alice, _bob] = &contacts(&world)?;
    let catalog = Catalog::read("ar")?;
    alice.speak(&catalog.0)?;
    open(alice, &catalog, &["openChat"])?;
    let back = "
        const [name] = arguments;
        const button = [...document.querySelectorAll('button')]
          .find((button) => (button.ariaLabel ?? button.textContent).trim() === name);
        const { left, right } = button.getBoundingClientRect();
        const { dir, lang, clientWidth } = document.documentElement;
        return [dir, lang, (left + right) / 2 > clientWidth / 2];";
    let name = json!(catalog.text("back", "")?);
    let seen = alice.session()?.execute(back, &[name])?;
    assert_eq!(seen, json!(["rtl", "ar", true]));
    open(alice, &catalog, &["aboutContact"])?;
    let digits = "
        const digits = document.getElementById('safety-number');
        const first = document.createRange();
        first.setStart(digits.firstChild, 0);
        first.setEnd(digits.firstChild, 5);
        const { left, right } = digits.getBoundingClientRect();
        return first.getBoundingClientRect().left < (left + right) / 2;";
    assert_eq!(alice.session()?.execute(digits, &[])?, json!(true));
    Ok(())
}

/// Looks at the page with axe, whose source is the first argument.
const AXE: &str = "
    const [source, rules] = args;
    (0, eval)(source);
    const { violations } = await axe.run(document, { rules, resultTypes: ['violations'] });
    return violations.flatMap(({ nodes }) => nodes.map((node) => `${node.html}: ${node.failureSummary}`));";

fn look(
    browser: &Browser,
    axe: &str,
    (place, forced): (&str, bool),
    found: &mut Vec<String>,
) -> Result {
    let finish = "document.getAnimations().forEach((animation) => animation.finish());";
    browser.session()?.execute(finish, &[])?;
    // Where the person's own colours are forced, a script is told the page's colours of texts beside them.
    let rules = json!({ "color-contrast": { "enabled": !forced } });
    let violations = browser
        .session()?
        .execute_async(AXE, &[json!(axe), rules])?;
    browser.screenshot(&paths::artifacts("views")?, place)?;
    for violation in violations.as_array().into_iter().flatten() {
        found.push(format!("{place}: {violation}"));
    }
    Ok(())
}

#[test]
fn axe_finds_nothing_in_any_view() -> Result {
    let world = World::start("views-axe")?;
    let axe = fs::read_to_string(paths::root().join("node_modules/axe-core/axe.min.js"))?;
    let english = Catalog::read("en")?;
    let [alice, bob] = &contacts(&world)?;
    bob.popup()?.person("Alice").open_chat()?;
    let b = Page::new(bob)?;
    b.send("Lunch at one? https://example.org/menu")?;
    let file = world.folder().join("a plan.txt");
    fs::write(&file, "a plan")?;
    b.attach(&file)?;
    let mut found = Vec::new();
    let first = world.browser(e2e::Kind::Chromium, "Carol")?;
    first.popup()?.see(&named("button", "Join"))?;
    for (width, height) in [(280, 500), (380, 600), (1280, 800)] {
        for (scheme, forced) in [("light", false), ("dark", false), ("dark", true)] {
            let place = format!("{width} {scheme}{}", if forced { " forced" } else { "" });
            for browser in [alice, &first] {
                browser.in_size(width, height)?;
                browser.in_colours(scheme, forced)?;
            }
            look(
                &first,
                &axe,
                (&format!("first run {place}"), forced),
                &mut found,
            )?;
            for (view, way) in VIEWS {
                open(alice, &english, way)?;
                look(
                    alice,
                    &axe,
                    (&format!("{view} {place}"), forced),
                    &mut found,
                )?;
            }
        }
    }
    assert_eq!(found, [] as [String; 0]);
    Ok(())
}
