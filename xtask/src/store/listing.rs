//! The texts of a store's page in each language: title and summary as the extension has them, the rest from `docs/store/`.

use super::permissions;
use super::rules::Built;
use crate::paths;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The languages that have a page in `docs/store/`.
const LANGUAGES: [&str; 2] = ["de", "en"];

/// The chapters of a page, and the files they become.
const CHAPTERS: [(&str, &str); 3] = [
    ("Purpose", "purpose.txt"),
    ("Description", "description.txt"),
    ("Permissions", "permissions.txt"),
];

/// The most characters that both stores take for a description.
const LONGEST: usize = 15_000;

/// Writes the texts of all languages into folders of their own.
pub(super) fn write(built: &Built, manifest: &Value, out: &Path) -> Result<()> {
    for language in LANGUAGES {
        let page = paths::root().join(format!("docs/store/{language}.md"));
        let page = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
        let folder = out.join(language);
        fs::create_dir_all(&folder)?;
        for (file, key) in [
            ("title.txt", "extension_name"),
            ("summary.txt", "extension_description"),
        ] {
            fs::write(folder.join(file), built.message(language, key)? + "\n")?;
        }
        for (file, text) in chapters(&page, manifest).context(language)? {
            fs::write(folder.join(file), text)?;
        }
    }
    Ok(())
}

/// Returns the chapters of a page as plain text, each with its file.
fn chapters(page: &str, manifest: &Value) -> Result<Vec<(&'static str, String)>> {
    let chapter = |title: &str| {
        let mut chapters = page.split("\n## ").skip(1);
        let chapter = chapters.find_map(|chapter| chapter.strip_prefix(title)?.strip_prefix('\n'));
        chapter.with_context(|| format!("no chapter {title}"))
    };
    let told = told(chapter("Permissions")?);
    ensure!(
        told == permissions::asked(manifest),
        "the permissions of the page are {told:?}"
    );
    let length = chapter("Description")?.chars().count();
    ensure!(length <= LONGEST, "a description of {length} characters");
    let texts = CHAPTERS.iter();
    texts
        .map(|(title, file)| Ok((*file, plain(chapter(title)?))))
        .collect()
}

/// Returns the permissions that have a sentence: lines of the form "- `storage`: …".
fn told(chapter: &str) -> BTreeSet<String> {
    let lines = chapter.lines().filter_map(|line| line.strip_prefix("- `"));
    let told = lines.filter_map(|line| line.split_once("`: "));
    told.map(|(permission, _)| permission.to_owned()).collect()
}

/// Stores show the marks of Markdown as they are.
fn plain(chapter: &str) -> String {
    format!("{}\n", chapter.trim().replace('`', ""))
}

#[cfg(test)]
mod tests {
    use super::chapters;
    use serde_json::json;

    const PAGE: &str = "# Page

## Purpose

Chat.

## Description

Long.

## Permissions

- `storage`: keeps it
";

    #[test]
    fn the_chapters_of_a_page_become_plain_texts() {
        let texts = chapters(PAGE, &json!({ "permissions": ["storage"] })).unwrap();
        let texts: Vec<_> = texts
            .iter()
            .map(|(file, text)| (*file, text.as_str()))
            .collect();
        assert_eq!(
            texts,
            [
                ("purpose.txt", "Chat.\n"),
                ("description.txt", "Long.\n"),
                ("permissions.txt", "- storage: keeps it\n")
            ]
        );
    }

    #[test]
    fn a_page_has_a_sentence_for_each_permission_and_for_no_other() {
        for asked in [json!([]), json!(["storage", "tabs"])] {
            assert!(chapters(PAGE, &json!({ "permissions": asked })).is_err());
        }
    }
}
