//! The manifest of each browser: `manifest.json` with the version of the workspace, without what only the other one knows.

use crate::paths;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;

/// What one browser knows and the other warns of, as JSON pointers. Below an array the last part is a value in it.
const OF_ONE: [(&str, &[&str]); 2] = [
    (
        "chrome",
        &[
            "/background/service_worker",
            "/minimum_chrome_version",
            "/permissions/offscreen",
            "/permissions/sidePanel",
            "/side_panel",
        ],
    ),
    (
        "firefox",
        &[
            "/background/scripts",
            "/browser_specific_settings",
            "/sidebar_action",
        ],
    ),
];

/// Returns the manifest for a browser, as text.
pub(super) fn of(browser: &str) -> Result<String> {
    let path = paths::root().join("manifest.json");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let manifest = serde_json::from_str(&text).context("manifest.json")?;
    let manifest = filled(manifest, browser, env!("CARGO_PKG_VERSION"))?;
    Ok(format!("{manifest:#}\n"))
}

fn filled(mut manifest: Value, browser: &str, version: &str) -> Result<Value> {
    let others = OF_ONE.iter().filter(|(owner, _)| *owner != browser);
    for pointer in others.flat_map(|(_, pointers)| *pointers) {
        remove(&mut manifest, pointer).with_context(|| format!("manifest.json: no {pointer}"))?;
    }
    match manifest.get_mut("version") {
        Some(place) => *place = version.into(),
        None => bail!("manifest.json has no \"version\" to fill in"),
    }
    Ok(manifest)
}

/// Removes a key of an object or a value of an array; `None` where it is not there.
fn remove(manifest: &mut Value, pointer: &str) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    let parent = manifest.pointer_mut(parent)?;
    if let Some(values) = parent.as_array_mut() {
        let place = values.iter().position(|value| value == last)?;
        values.remove(place);
        return Some(());
    }
    parent.as_object_mut()?.remove(last).map(drop)
}

#[cfg(test)]
mod tests {
    use super::filled;
    use serde_json::{Value, json};

    fn whole() -> Value {
        serde_json::from_str(include_str!("../../../manifest.json")).unwrap()
    }

    #[test]
    fn each_browser_gets_the_version_and_nothing_that_only_the_other_knows() {
        let chrome = filled(whole(), "chrome", "1.2.3").unwrap();
        assert_eq!(chrome["version"], "1.2.3");
        assert_eq!(
            chrome["background"],
            json!({ "service_worker": "background.js", "type": "module" })
        );
        assert!(chrome.get("browser_specific_settings").is_none());
        let firefox = filled(whole(), "firefox", "1.2.3").unwrap();
        assert_eq!(firefox["version"], "1.2.3");
        assert!(firefox["background"].get("service_worker").is_none());
        let permissions = firefox["permissions"].as_array().unwrap();
        assert!(permissions.contains(&json!("storage")));
        assert!(!permissions.contains(&json!("offscreen")));
    }

    #[test]
    fn a_manifest_without_a_version_or_a_part_of_one_browser_is_refused() {
        for part in ["version", "sidebar_action"] {
            let mut manifest = whole();
            manifest.as_object_mut().unwrap().remove(part);
            assert!(filled(manifest, "chrome", "1.2.3").is_err(), "{part}");
        }
    }
}
