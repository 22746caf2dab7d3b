//! A popup that is told of a crowd that is none.

use anyhow::Result;
use mesh_chat::view::{Asked, Person, PersonId, Presence, Staying};

/// What stands in front of everything else on the popup's page. Somebody in the crowd is made of the engine's
/// own type: the popup takes a message only with every field.
pub(crate) fn script() -> Result<String> {
    let somebody = Person {
        id: PersonId::Stranger(String::new()),
        name: String::new(),
        presence: Presence::ClaimsNetwork,
        resembles: None,
        asked: Asked::No,
        last_seen: None,
        unread: 0,
        ping: None,
        connected: None,
        no_path: false,
        preferences: None,
        staying: Staying::default(),
    };
    let somebody = serde_json::to_string(&somebody)?;
    let script = include_str!("../js/crowd.js");
    Ok(format!("const somebody = {somebody};\n{script}"))
}
