//! Somebody whom a contact introduces: what is said of them.

use crate::crypto::PublicKey;
use crate::name::Names;
use serde::{Deserialize, Serialize};

/// What an introducer says of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acquaintance {
    /// The name by which the introducer knows them.
    pub name: String,
    /// What the introducer writes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Their P-256 public key, which is said once both have said yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Acquaintance {
    /// Returns it as it is shown and used here; `None` where a name or a key is malformed.
    pub(crate) fn checked(self, names: &Names) -> Option<Self> {
        let is_key = |key: &String| PublicKey::decode(key).is_some();
        let fits = names.accept(&self.name) && self.key.as_ref().is_none_or(is_key);
        let note = self.note.as_deref().and_then(|note| names.note(note));
        fits.then_some(Self { note, ..self })
    }

    /// Returns what an older program shows in place of the introduction.
    pub(crate) fn as_text(&self) -> String {
        let note = self.note.as_deref().map(|note| format!("\n{note}"));
        format!("\u{1f91d} {}{}", self.name, note.unwrap_or_default())
    }
}
