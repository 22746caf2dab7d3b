//! Whom an invite leads to the page: what the link opens, the offer of the extension, a telephone.

use e2e::Kind::{Chromium, Firefox};
use e2e::page::CONTROL;
use e2e::web::bare;
use e2e::{Browser, Page, Result, Web, World, named, paths, with_text};
use serde_json::json;

#[test]
fn an_invite_is_a_link_that_the_page_opens_also_before_the_first_run() -> Result {
    let world = World::start("web-invite")?;
    let web = Web::start(&world)?;
    let [paula, quinn] = &bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    let bob = &world.browser_with_page(Chromium, "Bob", &web.url())?;
    let b = bob.popup()?;
    b.join("Bob")?;
    let link = make_invite(&b)?;
    assert!(link.starts_with(&format!("{}#i=", web.url())), "{link}");

    let q = web.open_link(quinn, &link)?;
    q.find(&named("button", "Join"))?;
    assert_eq!(address(quinn)?, web.url());
    q.fill("Your name", "Quinn")?;
    q.click(&named("button", "Join"))?;
    q.see(&named("heading", "Invites"))?;
    q.click(&named("button", "Connect"))?;
    b.click(&named("button", "Back"))?;
    b.accept("Quinn")?;
    q.click(&named("button", "Back"))?;
    q.person("Bob").see_button("Open chat")?;

    let p = web.open(paula)?;
    p.join("Paula")?;
    for (link, words) in [
        (link.as_str(), "It was used or cancelled"),
        (&link[..link.len() - 9], "This is not an invite."),
    ] {
        web.open_link(paula, link)?;
        p.see(&named("heading", "Invites"))?;
        assert_eq!(address(paula)?, web.url());
        p.click(&named("button", "Connect"))?;
        p.see_text(words)?;
    }
    p.click(&named("button", "Back"))?;
    let link = make_invite(&p)?;
    assert!(link.starts_with(&format!("{}#i=", web.url())), "{link}");
    b.click(&named("button", "Invites"))?;
    b.fill("Invite", &link)?;
    b.click(&named("button", "Connect"))?;
    p.click(&named("button", "Back"))?;
    p.accept("Bob")?;
    p.person("Bob").see_button("Open chat")?;
    [paula, quinn, bob]
        .into_iter()
        .try_for_each(Browser::check_console)
}

/// Makes an invite and leaves it open. Returns its text.
fn make_invite(page: &Page<'_>) -> Result<String> {
    page.click(&named("button", "Invites"))?;
    page.click(&named("button", "New invite"))?;
    page.value("Invite 1")
}

fn address(browser: &Browser) -> Result<String> {
    let address = browser.session()?.execute("return location.href", &[])?;
    Ok(address.as_str().unwrap_or_default().to_owned())
}

/// What the page says to whoever comes with an invite.
const OFFER: &str = "use this invite in the Mesh Chat extension";

#[test]
fn the_page_offers_the_extension_to_whoever_comes_with_an_invite_until_told_not_to() -> Result {
    let world = World::start("web-offer")?;
    let web = Web::start(&world)?;
    let pictures = paths::artifacts("screenshots")?;
    let link = format!("{}#i=AQcH", web.url());
    let offers = |page: &Page<'_>| page.count(&with_text("status", OFFER));
    let store = named("link", "Get the extension");
    let [paula, quinn] = &bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    for browser in [paula, quinn] {
        web.configure(&world.services.config())?;
        let page = web.open(browser)?;
        page.find(&named("button", "Join"))?;
        assert_eq!(offers(&page)?, 0, "nobody was invited");
        web.open_link(browser, &link)?;
        page.click(&named("button", "Copy link"))?;
        page.see_text("The link is copied")?;
        page.click(&named("textbox", "Your name"))?;
        page.chord(CONTROL, 'v')?;
        assert_eq!(page.value("Your name")?, link);

        let mut config = world.services.config();
        config["extension"] = json!("https://store.example/mesh-chat");
        web.configure(&config)?;
        web.open_link(browser, &link)?;
        page.find(&named("button", "Join"))?;
        let store = page.find(&store)?.to_value();
        let address = "return [arguments[0].href, arguments[0].rel]";
        assert_eq!(
            browser.session()?.execute(address, &[store])?,
            json!(["https://store.example/mesh-chat", "noopener"])
        );
        let name = format!("web-offer-{}", browser.name());
        browser.screenshots(&pictures, &name)?;
        page.click(&named("button", "Not now"))?;
        web.open_link(browser, &link)?;
        page.find(&named("button", "Join"))?;
        assert_eq!(offers(&page)?, 0, "not now");
    }
    paula
        .session()?
        .execute("localStorage.removeItem('extension-not-now')", &[])?;
    let page = web.open_link(paula, &link)?;
    page.see_text(OFFER)?;
    paula.as_telephone(360, 740)?;
    web.open_link(paula, &link)?;
    page.find(&named("button", "Join"))?;
    assert_eq!(offers(&page)?, 0, "a telephone has no extensions");
    [paula, quinn]
        .into_iter()
        .try_for_each(Browser::check_console)
}

#[test]
fn the_page_suits_a_telephone_and_a_finger() -> Result {
    let world = World::start("web-phone")?;
    let web = Web::start(&world)?;
    let pictures = paths::artifacts("screenshots")?;
    let [paula] = &bare(&world, [(Chromium, "Paula")])?;
    let bob = &world.browser(Firefox, "Bob")?;
    let b = bob.popup()?;
    b.join("Bob")?;
    paula.as_telephone(320, 568)?;
    let page = web.open(paula)?;
    page.find(&named("button", "Join"))?;
    let look = |name: &str| -> Result {
        paula.screenshots(&pictures, &format!("web-{name}"))?;
        let small = paula.session()?.execute(SMALL, &[])?;
        assert_eq!(small, json!([]), "{name}");
        let wide = "return document.documentElement.scrollWidth - innerWidth";
        assert_eq!(paula.session()?.execute(wide, &[])?, 0, "{name}");
        Ok(())
    };
    look("first-run")?;
    page.join("Paula")?;
    page.befriend("Paula", &b, "Bob")?;
    look("lists")?;
    page.open_chat_with("Bob")?;
    page.send("from a telephone")?;
    look("chat")?;
    page.click(&named("button", "Back"))?;
    page.click(&named("button", "Invites"))?;
    page.click(&named("button", "New invite"))?;
    page.see(&named("textbox", "Invite 1"))?;
    look("invites")?;
    page.click(&named("button", "Back"))?;
    page.click(&named("button", "Settings"))?;
    look("settings")
}

/// What a finger may miss: it is less than 44 px high or wide, and is no part of a text.
const SMALL: &str = "
    const controls = document.querySelectorAll('button, input, select, textarea, summary, [role=switch]');
    const target = (control) => control.matches('[type=checkbox]') && control.labels[0] || control;
    const seen = Array.from(controls, target).filter((control) => control.checkVisibility());
    const size = (control) => control.getBoundingClientRect();
    const small = seen.filter((control) => size(control).height < 43.5 || size(control).width < 43.5);
    return small.map((control) => `${control.outerHTML.slice(0, 120)} ${size(control).width}x${size(control).height}`);";
