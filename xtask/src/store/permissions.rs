//! Permissions and their reasons: each that the manifest asks for has a sentence, and none has one that is not asked for.

use serde_json::Value;
use std::collections::BTreeSet;

/// The lists of the manifest that ask for something.
const LISTS: [&str; 4] = [
    "permissions",
    "optional_permissions",
    "host_permissions",
    "optional_host_permissions",
];

/// Returns everything that a manifest asks for.
pub(super) fn asked(manifest: &Value) -> BTreeSet<String> {
    let lists = LISTS.iter().filter_map(|list| manifest[*list].as_array());
    let asked = lists.flatten().filter_map(Value::as_str);
    asked.map(str::to_owned).collect()
}

/// Returns what a manifest asks for and PRIVACY.md has no row for.
pub(super) fn unexplained(manifest: &Value, privacy: &str) -> Vec<String> {
    let rows = rows(privacy);
    let missing = asked(manifest).into_iter();
    missing
        .filter(|permission| !rows.contains(permission))
        .map(|permission| format!("PRIVACY.md: no row for the permission `{permission}`"))
        .collect()
}

/// Returns what PRIVACY.md has a row for and a manifest does not ask for.
pub(super) fn needless(manifest: &Value, privacy: &str) -> Vec<String> {
    let asked = asked(manifest);
    let rows = rows(privacy).into_iter();
    rows.filter(|permission| !asked.contains(permission))
        .map(|permission| format!("PRIVACY.md: `{permission}` is no permission that is asked for"))
        .collect()
}

/// Returns what PRIVACY.md has a row for: the first cell begins with it.
fn rows(privacy: &str) -> BTreeSet<String> {
    let (_, table) = privacy.split_once("| Permission |").unwrap_or_default();
    let rows = table.lines().skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`'))
        .filter(|(_, rest)| rest.contains(" | "))
        .map(|(permission, _)| permission.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{needless, unexplained};
    use serde_json::json;

    const PRIVACY: &str = "Text.

| Permission | Why |
|---|---|
| `storage` | keeps it |
| `downloads` (optional) | saves it |

| Other | Table |
|---|---|
| `tabs` | is none |
";

    #[test]
    fn a_permission_without_a_reason_is_found_wherever_it_is_asked_for() {
        for list in super::LISTS {
            let manifest = json!({ list: ["storage", "downloads", "tabs"] });
            assert_eq!(unexplained(&manifest, PRIVACY).len(), 1, "{list}");
        }
    }

    #[test]
    fn a_reason_without_a_permission_is_found() {
        let mut manifest =
            json!({ "permissions": ["storage"], "optional_permissions": ["downloads"] });
        assert!(needless(&manifest, PRIVACY).is_empty());
        manifest["permissions"] = json!([]);
        assert_eq!(needless(&manifest, PRIVACY).len(), 1);
    }
}
