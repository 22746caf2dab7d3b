//! The last chapter, "Without installing": somebody with a telephone opens an invite that is a link to the page.

use crate::Story;
use e2e::Kind::Chromium;
use e2e::{Browser, Page, Result, Setup, Web, named};

/// Tells it. Returns the browser of the page.
pub(crate) fn chapter(story: &Story, web: &Web, alice: &Browser) -> Result<Browser> {
    story.tell("Without installing: the page, on a telephone that has no extension");
    let setup = Setup {
        bare: true,
        ..Setup::new(Chromium, "Dora")
    };
    let dora = Browser::launch(setup, &serde_json::Value::Null, &story.folder)?;
    dora.as_telephone(360, 740)?;
    let a = Page::new(alice)?;
    a.click(&named("button", "Back"))?;
    a.click(&named("button", "Invites"))?;
    a.click(&named("button", "New invite"))?;
    let link = a.value("Invite 1")?;
    alice.screenshots(&story.folder, "11-invite-Alice")?;
    story.tell("Alice makes an invite, and gives Dora the link");
    let d = web.open_link(&dora, &link)?.by_finger();
    d.find(&named("button", "Join"))?;
    dora.screenshots(&story.folder, "11-page-Dora")?;
    d.fill("Your name", "Dora")?;
    d.click(&named("button", "Join"))?;
    d.click(&named("button", "Connect"))?;
    story.tell("Dora opens it on her telephone, joins on the page and uses the invite");
    a.click(&named("button", "Back"))?;
    a.accept("Dora")?;
    a.person("Dora").open_chat()?;
    d.click(&named("button", "Back"))?;
    d.person("Alice").open_chat()?;
    d.send("Hello Alice, I have installed nothing.")?;
    a.see_message("Hello Alice, I have installed nothing.")?;
    a.send("Hello Dora, this is the extension.")?;
    d.see_message("Hello Dora, this is the extension.")?;
    story.tell("Alice accepts; the extension and the page chat");
    alice.screenshots(&story.folder, "12-chat-Alice")?;
    dora.screenshots(&story.folder, "12-chat-Dora")?;
    [alice, &dora]
        .into_iter()
        .try_for_each(Browser::check_console)?;
    Ok(dora)
}
