//! A popup that is told of a crowd that is none.

use anyhow::Result;
use mesh_chat::view::{Person, PersonId, Presence};

/// What stands in front of everything else on the popup's page. Somebody in the crowd is made of the engine's
/// own type: the popup takes a message only with every field.
pub(crate) fn script() -> Result<String> {
    let nobody = PersonId::Stranger(String::new());
    let somebody = Person::new(nobody, String::new(), Presence::ClaimsNetwork);
    let somebody = serde_json::to_string(&somebody)?;
    let script = include_str!("../js/crowd.js");
    Ok(format!("const somebody = {somebody};\n{script}"))
}
