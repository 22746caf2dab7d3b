//! Mozilla's linter for extensions, as the store runs it. A warning or a notice is as bad as an error here.

use crate::{paths, shell};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::Path;

const LINTER: &str = "node_modules/addons-linter/bin/addons-linter";

#[derive(Deserialize)]
struct Report {
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
    notices: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    code: String,
    message: String,
    file: Option<String>,
    line: Option<u32>,
}

/// Returns what the linter says of a folder or a zip, one line each.
pub(super) fn complaints(extension: &Path) -> Result<Vec<String>> {
    let mut node = shell::command("node");
    node.arg(paths::root().join(LINTER));
    node.args(["--output", "json"]).arg(extension);
    // It fails where it has found an error, and says the same.
    let output = shell::output(&mut node)?;
    let said = String::from_utf8_lossy(&output.stderr);
    let report = read(&output.stdout).with_context(|| format!("addons-linter: {}", said.trim()))?;
    Ok(report)
}

fn read(json: &[u8]) -> Result<Vec<String>> {
    let report: Report = serde_json::from_slice(json)?;
    let lists = [
        ("error", report.errors),
        ("warning", report.warnings),
        ("notice", report.notices),
    ];
    let lines = lists
        .into_iter()
        .flat_map(|(kind, list)| list.into_iter().map(move |finding| line(kind, &finding)));
    Ok(lines.collect())
}

fn line(kind: &str, finding: &Finding) -> String {
    let Finding {
        code,
        message,
        file,
        line,
    } = finding;
    let place = match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        (None, _) => "the extension".to_owned(),
    };
    format!("{place}: {kind} {code}: {message}")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn warnings_and_notices_count_as_errors_do() {
        let finding =
            |code: &str| format!(r#"[{{"code":"{code}","message":"m","file":"a.js","line":3}}]"#);
        let json = format!(
            r#"{{"errors":{},"warnings":{},"notices":{},"count":3}}"#,
            finding("E"),
            finding("W"),
            finding("N")
        );
        let lines = read(json.as_bytes()).unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1], "a.js:3: warning W: m");
    }

    #[test]
    fn what_is_no_report_is_no_praise() {
        assert!(read(b"").is_err());
        assert!(read(b"{}").is_err());
    }
}
