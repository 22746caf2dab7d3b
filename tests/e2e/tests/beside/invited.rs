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
    let telephones = bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    let bob = &world.browser_with_page(Chromium, "Bob", &web.url())?;
    let b = bob.popup()?;
    b.join("Bob")?;
    for telephone in &telephones {
        let name = telephone.name();
        let link = make_invite(&b)?;
        b.click(&named("button", "Back"))?;
        telephone.as_telephone(320, 568)?;
        let page = web.open_link(telephone, &link)?.by_finger();
        page.find(&named("button", "Join"))?;
        look(telephone, "first-run")?;
        page.fill("Your name", name)?;
        page.click(&named("button", "Join"))?;
        page.click(&named("button", "Connect"))?;
        look(telephone, "invites")?;
        b.accept(name)?;
        page.click(&named("button", "Back"))?;
        page.person("Bob").see_button("Open chat")?;
        look(telephone, "lists")?;
        page.person("Bob").open_chat()?;
        b.person(name).open_chat()?;
        for number in 1..=6 {
            page.send(&format!("number {number} of {name}"))?;
        }
        b.see_message(&format!("number 6 of {name}"))?;
        let long = format!("to {name}, in more words than there is room for in a line");
        b.send(&long)?;
        page.see_message(&long)?;
        look(telephone, "chat")?;
        page.click(&named("textbox", "Message"))?;
        telephone.as_telephone(320, 300)?;
        let covered = telephone.session()?.execute_async(COVERED, &[json!(300)])?;
        assert_eq!(covered, json!([]), "{name}");
        look(telephone, "keyboard")?;
        telephone.as_telephone(320, 568)?;
        walk(telephone, &page)?;
        b.click(&named("button", "Back"))?;
    }
    telephones
        .iter()
        .chain([bob])
        .try_for_each(Browser::check_console)
}

/// Goes from the chat with Bob through what else there is, and looks at each.
fn walk(telephone: &Browser, page: &Page<'_>) -> Result {
    let visit = |button: &str, what: &str, back: &str| -> Result {
        page.click(&named("button", button))?;
        look(telephone, what)?;
        page.click(&named("button", back))
    };
    let menu = "What to do with this message";
    page.click(&with_text("listitem", "number 6").named("button", menu))?;
    look(telephone, "message")?;
    page.click(&with_text("listitem", "number 6").named("button", menu))?;
    visit("Options of this chat", "options", "Options of this chat")?;
    visit("Search in this chat", "search", "Close")?;
    visit("About Bob", "contact", "Back")?;
    page.click(&named("button", "Back"))?;
    visit("Here", "availability", "Here")?;
    visit("Search people and messages", "palette", "Close")?;
    for (button, what) in [
        ("Files", "files"),
        ("Connection", "connection"),
        ("Settings", "settings"),
    ] {
        visit(button, what, "Back")?;
    }
    page.click(&named("button", "Invites"))?;
    page.click(&named("button", "New invite"))?;
    page.see(&named("textbox", "Invite 1"))?;
    look(telephone, "invite")
}

/// Takes pictures of what a telephone shows, and checks that a finger reaches all of it.
fn look(telephone: &Browser, what: &str) -> Result {
    let pictures = paths::artifacts("screenshots")?;
    telephone.screenshots(&pictures, &format!("web-{what}-{}", telephone.name()))?;
    let small = telephone.session()?.execute(SMALL, &[])?;
    assert_eq!(small, json!([]), "{what}");
    let wide = "const all = document.documentElement; return all.scrollWidth - all.clientWidth";
    assert_eq!(telephone.session()?.execute(wide, &[])?, 0, "{what}");
    Ok(())
}

/// What a keyboard on the screen covers, which leaves this height, of the field to write in and of the last message.
const COVERED: &str = "
    const [height] = args;
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    while (innerHeight !== height) await painted();
    await painted();
    const field = document.activeElement;
    const log = document.querySelector('.log');
    const last = [...log.querySelectorAll('.message')].at(-1);
    const place = (element) => element.getBoundingClientRect();
    const inside = (element, { top, bottom }) => place(element).top >= top && place(element).bottom <= bottom;
    const window = { top: 0, bottom: visualViewport.height };
    const covered = [[field, window], [log, window], [last, place(log)]].filter(([element, frame]) => !inside(element, frame));
    return covered.map(([element]) => element.outerHTML.slice(0, 120));";

/// What a finger may miss or cannot read: it is less than 44 px high or wide, its words do not fit into it, a
/// menu goes beyond the screen, or the button for it stands below a message.
const SMALL: &str = "
    const controls = document.querySelectorAll('button, input, select, textarea, summary, [role=switch], [role=option]');
    const target = (control) => control.matches('[type=checkbox]') && control.labels[0] || control;
    const seen = Array.from(controls, target).filter((control) => control.checkVisibility());
    const size = (control) => control.getBoundingClientRect();
    const beyond = (control) => control.closest('[role=menu]') && size(control).bottom > innerHeight;
    const below = (control) => control.matches('.more') && size(control).top > size(control.closest('.message').querySelector('.bubble')).bottom;
    const cut = (control) => control.matches('button') && control.scrollWidth > control.clientWidth + 1;
    const tiny = (control) => size(control).height < 43.5 || size(control).width < 43.5;
    const small = seen.filter((control) => tiny(control) || cut(control) || beyond(control) || below(control));
    return small.map((control) => `${control.outerHTML.slice(0, 120)} ${size(control).width}x${size(control).height}`);";
