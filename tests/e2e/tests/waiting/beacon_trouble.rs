//! A beacon that is none, or is not there: what is said, and what is not done.

use e2e::Kind::{Chromium, Firefox};
use e2e::page::ENTER;
use e2e::services::impostor::Asked;
use e2e::services::{Impostor, Lie};
use e2e::{Browser, Page, Result, World, named, with_text};
use serde_json::{Value, json};
use std::time::Duration;

/// The key of the vectors, and a header that another key signed.
const KEY: &str = "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW";
const OTHER: &str = "v=1; kid=0000000000000000; slot=UTC-2026-11-23-07-4; sig=hDPacZhg3QX3wCdpFNnSymzrijQnUzrimQzvBCykMQZIDRiVQ56wfYa05oxd31pLZ2lXEhdXunVzCJjvkZS2zg";

const ALLOW: &str = "Let me see which…";
const ADDRESS: &str = "Address of the beacon";
const HOST: &str = "https://127.0.0.1/*";

/// More than the system holds of a body that nobody reads: 5 to 7 MB were seen.
const BUFFERED: usize = 20_000_000;

fn beacon(url: &str) -> Value {
    json!({ "url": url, "publicKey": KEY })
}

/// Returns the origins that the extension may read.
fn origins(browser: &Browser) -> Result<Value> {
    browser.run("return (await api.permissions.getAll()).origins ?? [];")
}

/// Checks what Chromium says before it installs the extension: nothing about sites.
fn check_warnings(browser: &Browser) -> Result {
    let warnings = browser.run(
        "const manifest = JSON.stringify(api.runtime.getManifest());
         return await api.management.getPermissionWarningsByManifest(manifest);",
    )?;
    assert_eq!(warnings, json!(["Display notifications"]));
    Ok(())
}

/// Checks the first three tries of a browser: each wait is at least three quarters of 5 s, 10 s, …
fn check_retries(impostor: &Impostor) -> Result {
    let three = |asked: &[Asked]| <[Asked; 3]>::try_from(asked.get(..3)?).ok();
    let limit = Duration::from_secs(40);
    let [one, two, three] = impostor.asked.watch("three tries", limit, three)?;
    let (first, second) = (two.at - one.at, three.at - two.at);
    assert!(first >= Duration::from_millis(3_700), "{first:?}");
    assert!(second >= Duration::from_millis(7_400), "{second:?}");
    for asked in [one, two, three] {
        assert!(asked.sent < BUFFERED, "the body was read: {asked:?}");
    }
    Ok(())
}

/// Checks that every kind of bad answer has its reason on the Connection page.
fn check_reasons(browser: &Browser, impostor: &Impostor, elsewhere: &Impostor) -> Result {
    let page = Page::new(browser)?;
    for (lie, reason) in [
        (
            Lie::Redirect(elsewhere.url("http")),
            "It sends on to another address",
        ),
        (Lie::Status(503), "It refuses, with HTTP status 503."),
        (Lie::Status(204), "It answers, but not this browser"),
        (
            Lie::Header("v=1; <html>".repeat(500)),
            "not a beacon that this version knows",
        ),
        (Lie::Header(OTHER.to_owned()), "It signs with another key"),
    ] {
        impostor.tell(lie);
        page.click(&named("button", "Try now"))?;
        page.see_text(reason)?;
        page.see_text("You stay with whoever is connected")?;
        page.see_no(&named("button", ALLOW))?;
    }
    assert!(elsewhere.asked.is_empty(), "nobody followed");
    Ok(())
}

/// Fills in these fields of the settings and saves.
fn set(page: &Page<'_>, fields: &[(&str, &str)]) -> Result {
    page.click(&named("button", "Back"))?;
    page.click(&named("button", "Settings"))?;
    for (label, value) in fields {
        page.fill(label, value)?;
    }
    page.click(&named("button", "Save"))
}

fn check_fields(page: &Page<'_>) -> Result {
    for (fields, wrong, reason) in [
        (
            [(ADDRESS, "ftp://x"), ("Public key", KEY)],
            "Address of the beacon",
            "https",
        ),
        (
            [(ADDRESS, "https://x.example"), ("Public key", "Am_w")],
            "Public key",
            "key",
        ),
    ] {
        set(page, &fields)?;
        page.see(&with_text("alert", reason))?;
        assert_eq!(page.focused()?, wrong);
    }
    Ok(())
}

/// With TLS nothing answers there, and the browser says no more: so the person is offered to let
/// it say more, and asked with their click.
fn check_permission(browser: &Browser, impostor: &Impostor) -> Result {
    let page = Page::new(browser)?;
    set(
        &page,
        &[(ADDRESS, &impostor.url("https")), ("Public key", KEY)],
    )?;
    page.see_text("Saved")?;
    page.click(&named("button", "Back"))?;
    page.click(&named("button", "Connection"))?;
    page.see_text("It cannot be reached, or does not let this browser in.")?;
    assert_eq!(origins(browser)?, json!([]), "nothing is asked for before");
    page.see(&named("button", ALLOW))?;
    page.check_controls()?;
    browser.run(
        "const ask = api.permissions.request;
         api.permissions.request = (wanted) => {
           const asked = { wanted, answer: 'none yet' };
           window.asked = asked;
           const answer = ask.call(api.permissions, wanted);
           answer.then((given) => asked.answer = given, (error) => asked.answer = String(error));
           return answer;
         };
         return null;",
    )?;
    page.tab_to(ALLOW)?;
    page.press(&ENTER.to_string())?;
    match browser.kind() {
        Firefox => {
            page.see_no(&named("button", ALLOW))?;
            page.see(&with_text("any", "It cannot be reached."))?;
            assert_eq!(origins(browser)?, json!([HOST]));
        }
        // No driver can press a button of its question: it stays open, and nothing is given.
        Chromium => {
            assert_eq!(origins(browser)?, json!([]));
            page.see(&named("button", ALLOW))?;
        }
    }
    let asked = browser.run("return window.asked;")?;
    let answer = match browser.kind() {
        Firefox => json!(true),
        Chromium => json!("none yet"),
    };
    assert_eq!(
        asked,
        json!({ "wanted": { "origins": [HOST] }, "answer": answer })
    );
    Ok(())
}

fn check_off(page: &Page<'_>) -> Result {
    set(page, &[(ADDRESS, ""), ("Public key", "")])?;
    page.see_text("Saved")?;
    page.click(&named("button", "Back"))?;
    page.click(&named("button", "Connection"))?;
    page.see(&named("heading", "Signalling server"))?;
    page.see_no(&named("heading", "Beacon"))?;
    Ok(())
}

fn suffer(
    world: &World,
    browser: &Browser,
    impostor: &Impostor,
    elsewhere: &Impostor,
    carol: &Browser,
) -> Result {
    let page = browser.popup()?;
    let kind = browser.kind();
    let look = |view: &str| browser.screenshots(world.folder(), &format!("{view}-{kind:?}"));
    assert_eq!(origins(browser)?, json!([]), "after the installation");
    if kind == Chromium {
        browser.as_popup()?;
        check_warnings(browser)?;
    }
    page.join(browser.name())?;
    page.click(&named("button", "Connection"))?;
    page.see_text("not a beacon that this version knows")?;
    check_retries(impostor)?;
    check_reasons(browser, impostor, elsewhere)?;
    look("reason")?;
    check_fields(&page)?;
    look("field")?;
    check_permission(browser, impostor)?;
    look("permission")?;
    // Whatever happened, it was never among the public.
    let seen = Page::new(carol)?.count(&with_text("listitem", browser.name()))?;
    assert_eq!(seen, 0);
    check_off(&page)
}

#[test]
fn a_beacon_that_is_none_is_refused_with_the_reason_and_asked_again_more_and_more_seldom() -> Result
{
    let world = World::start("beacon-trouble")?;
    let elsewhere = Impostor::start(Lie::Status(204))?;
    let [one, two] = [
        Impostor::start(Lie::Rubbish)?,
        Impostor::start(Lie::Rubbish)?,
    ];
    let [alice, bob, carol] = &world.browsers_with_beacons([
        (Chromium, "Alice", beacon(&one.url("http"))),
        (Firefox, "Bob", beacon(&two.url("http"))),
        (Chromium, "Carol", Value::Null),
    ])?;
    carol.popup()?.join("Carol")?;
    std::thread::scope(|scope| {
        let a = scope.spawn(|| suffer(&world, alice, &one, &elsewhere, carol));
        let b = scope.spawn(|| suffer(&world, bob, &two, &elsewhere, carol));
        for story in [a, b] {
            story
                .join()
                .map_err(|_| anyhow::anyhow!("a story panicked"))??;
        }
        anyhow::Ok(())
    })?;
    Ok(())
}
