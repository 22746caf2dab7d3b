//! What the entries of a folder are called: paths that mean one thing on every device.

use crate::limits::{FILE_NAME_BYTES, FOLDER_DEPTH, FOLDER_PATH_BYTES};
use crate::offer::{ENDING_BYTES, file_name};
use litemap::LiteMap;

/// The longest path that is cleaned: of what is cleaned away there may be much.
const UNCLEAN_PATH_BYTES: usize = 4 * FOLDER_PATH_BYTES;

/// Why a folder cannot be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// There is nothing in it.
    Empty,
    /// It has too many files.
    Many,
    /// A path in it is too long, or has too many folders; or all together are.
    Long,
    /// It has too many bytes.
    Large,
}

/// Returns paths that are safe and differ, one for each of the given ones in their order. Those of folders end in `/`.
/// Two that would be one for some systems get a number.
pub(super) fn cleaned(paths: &[&str]) -> Result<Vec<String>, Unfit> {
    let mut names = Names::default();
    let mut order: Vec<usize> = (0..paths.len()).collect();
    // The number goes to the same one, however they are found.
    order.sort_by_key(|at| paths.get(*at));
    let mut cleaned = vec![String::new(); paths.len()];
    for at in order {
        if let (Some(path), Some(place)) = (paths.get(at), cleaned.get_mut(at)) {
            *place = names.clean(path)?;
        }
    }
    Ok(cleaned)
}

/// The names that are given away.
#[derive(Default)]
struct Names<'a> {
    /// Folders as they are called here, by how they are there.
    folders: LiteMap<&'a str, Name>,
    /// The keys of what is there, and the number that was given last to another of that name.
    taken: LiteMap<String, u32>,
}

/// A path, and what two have in common that are one for a system that does not tell case. That of a folder ends in `/`.
#[derive(Clone, Default)]
struct Name {
    path: String,
    key: String,
}

impl Name {
    fn with(&self, part: &str) -> Self {
        Self {
            path: format!("{}{part}", self.path),
            key: self.key.clone() + &part.to_lowercase(),
        }
    }
}

impl<'a> Names<'a> {
    fn clean(&mut self, path: &'a str) -> Result<String, Unfit> {
        let path = path.trim_start_matches('/');
        let is_deep = path.matches('/').count() > FOLDER_DEPTH;
        if is_deep || path.len() > UNCLEAN_PATH_BYTES {
            return Err(Unfit::Long);
        }
        let mut cleaned = Name::default();
        let (mut from, mut depth) = (0, 0);
        while let Some(length) = path.get(from..).and_then(|rest| rest.find('/')) {
            let to = from + length;
            let folder = path.get(..=to).unwrap_or_default();
            cleaned = match self.folders.get(folder) {
                Some(known) => known.clone(),
                None => {
                    let part = path.get(from..to).unwrap_or_default();
                    let fresh = self.fresh(&cleaned, part).with("/");
                    self.folders.insert(folder, fresh.clone());
                    fresh
                }
            };
            from = to + 1;
            depth += 1;
        }
        let last = path.get(from..).unwrap_or_default();
        if !last.is_empty() || depth == 0 {
            cleaned = self.fresh(&cleaned, last);
            depth += 1;
        }
        let fits = depth <= FOLDER_DEPTH && cleaned.path.len() <= FOLDER_PATH_BYTES;
        fits.then_some(cleaned.path).ok_or(Unfit::Long)
    }

    /// Returns a name in a folder that nothing has yet.
    fn fresh(&mut self, folder: &Name, part: &str) -> Name {
        let name = file_name(part);
        let plain = folder.with(&name);
        let Some(mut number) = self.taken.get(&plain.key).copied() else {
            self.taken.insert(plain.key.clone(), 1);
            return plain;
        };
        let (stem, ending) = match name.rfind('.') {
            Some(dot) if dot > 0 && name.len() - dot <= ENDING_BYTES => name.split_at(dot),
            _ => (name.as_str(), ""),
        };
        loop {
            number += 1;
            let mark = format!(" ({number}){ending}");
            // A name that is too long would lose the number.
            let room = FILE_NAME_BYTES - mark.len() - 1;
            let stem = stem.get(..stem.floor_char_boundary(room));
            let numbered = folder.with(&(stem.unwrap_or_default().to_owned() + &mark));
            if !self.taken.contains_key(&numbered.key) {
                self.taken.insert(plain.key, number);
                self.taken.insert(numbered.key.clone(), 1);
                return numbered;
            }
        }
    }
}

/// Returns whether paths are as they would be called here, each for itself and beside the others. Whoever sends them wants it to
/// take long: it takes as long as sorting them.
pub(super) fn are_clean(paths: &[&str]) -> bool {
    let mut keyed = Vec::with_capacity(paths.len());
    for path in paths {
        let Some(key) = key(path) else {
            return false;
        };
        keyed.push((key, *path));
    }
    keyed.sort_unstable();
    // Those that are one for some systems up to some folder are beside each other.
    keyed
        .array_windows()
        .all(|[(_, one), (_, next)]| are_apart(one, next))
}

/// Returns what a path and another have in common that are one for a system that does not tell case, in the order of
/// folders; `None` for a path that would be called otherwise.
fn key(path: &str) -> Option<String> {
    let fits = path.len() <= FOLDER_PATH_BYTES && parts(path).count() <= FOLDER_DEPTH;
    fits.then_some(())?;
    let mut key = String::with_capacity(path.len());
    for part in parts(path) {
        (file_name(part) == part).then_some(())?;
        // Before every character of a name.
        key.push('\0');
        key.push_str(&part.to_lowercase());
    }
    Some(key)
}

/// Returns whether two paths lead to different places, the second one in the first at most where that is a folder, and folders
/// that they have in common are called the same.
fn are_apart(one: &str, other: &str) -> bool {
    let is_folder = one.ends_with('/');
    let (mut one, mut other) = (parts(one), parts(other));
    loop {
        match (one.next(), other.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => return one.to_lowercase() != other.to_lowercase(),
            (None, Some(_)) => return is_folder,
            (_, None) => return false,
        }
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.strip_suffix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(paths: &[&str]) -> Vec<String> {
        cleaned(paths).unwrap()
    }

    #[test]
    fn every_part_of_a_path_is_only_a_name() {
        let paths = [
            "a/../etc/passwd",
            "/a/./b",
            "a/con/x\u{202e}y.txt",
            "a/b?/",
            "日本/語.txt",
        ];
        let expected = [
            "a/file (2)/etc/passwd",
            "a/file/b",
            "a/_con/xy.txt",
            "a/b/",
            "日本/語.txt",
        ];
        assert_eq!(clean(&paths), expected);
    }

    #[test]
    fn what_would_be_one_gets_a_number_before_the_ending() {
        let paths = [
            "f/a?.txt",
            "f/a.txt",
            "f/A.TXT",
            "f/a (2).txt",
            "f/x?/1",
            "f/x/1",
            "f/x/2",
        ];
        let expected = [
            "f/a (4).txt",
            "f/a (3).txt",
            "f/A.TXT",
            "f/a (2).txt",
            "f/x (2)/1",
            "f/x/1",
            "f/x/2",
        ];
        assert_eq!(clean(&paths), expected);
        assert_eq!(
            clean(&["same", "same", "same"]),
            ["same", "same (2)", "same (3)"]
        );
        let long = "ä".repeat(100) + ".txt";
        let both = clean(&[&long, &long]);
        let both: Vec<&str> = both.iter().map(String::as_str).collect();
        assert!(are_clean(&both) && both[0].ends_with(".txt"), "{both:?}");
        assert!(both[1].ends_with(" (2).txt"), "{both:?}");
    }

    #[test]
    fn a_path_that_no_system_takes_is_refused() {
        let part = "x".repeat(170);
        let parts = |count| vec![part.as_str(); count].join("/");
        assert!(cleaned(&[&parts(5)]).is_ok());
        assert_eq!(cleaned(&[&parts(6)]), Err(Unfit::Long));
        assert_eq!(cleaned(&[&"x/".repeat(FOLDER_DEPTH + 1)]), Err(Unfit::Long));
    }

    #[test]
    fn hostile_paths_are_not_clean() {
        for name in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "a/../x",
            "a//b",
            "a/./b",
            "C:/x",
            "C:x",
            "a\\b",
            "a/\\\\host/x",
            "nul",
            "a/com1.txt",
            "a\u{202e}b",
            "a\0b",
            "a\nb",
            "a /b",
            "a./b",
            "a/b//",
            "x:stream",
            "~\u{200b}",
        ] {
            assert!(!are_clean(&[name]), "{name:?}");
        }
        for name in ["a", "a/", "a/b c/ü.txt", ".git/config", "~/x", "a/日本"] {
            assert!(are_clean(&[name]), "{name:?}");
        }
    }

    #[test]
    fn two_of_one_place_are_not_clean() {
        for names in [
            &["a", "a"][..],
            &["a/", "a"],
            &["a/b", "A/B"],
            &["a/b", "A/c"],
            &["a", "a/b"],
            &["A", "a!", "a/b/c"],
        ] {
            assert!(!are_clean(names), "{names:?}");
        }
        assert!(are_clean(&["a!", "a/b", "a/c", "ab"]));
    }

    #[test]
    fn paths_that_are_to_take_long_are_soon_refused() {
        let deep = "a".to_owned() + &"/".repeat(65_534);
        assert!(!are_clean(&[&deep]));
        assert_eq!(cleaned(&[&deep]), Err(Unfit::Long));
        let long = "a/".repeat(30_000) + "a";
        assert!(!are_clean(&[&long]));
        // Names that differ where a number would stand, in each case twice.
        let names: Vec<String> = (0..8_000)
            .flat_map(|n| ["A", "a"].map(|first| format!("{first}{}{n:07}", "x".repeat(190))))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(!are_clean(&names));
        let ending = "a.".to_owned() + &"x".repeat(197);
        let both = clean(&[&ending, &ending]);
        assert!(
            both.iter().all(|name| name.len() <= FILE_NAME_BYTES),
            "{both:?}"
        );
        assert!(are_clean(
            &both.iter().map(String::as_str).collect::<Vec<_>>()
        ));
    }

    proptest::proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(
            paths in proptest::collection::btree_set("([aAb]/){0,3}[aAb.]{1,2}/?", 1..6),
        ) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let stays = cleaned(&paths).is_ok_and(|cleaned| cleaned == paths);
            proptest::prop_assert_eq!(are_clean(&paths), stays, "{:?}", paths);
        }

        #[test]
        fn cleaned_paths_are_clean(
            paths in proptest::collection::vec("(([aA./ ]|\\.\\.|nul|x\\?|é){1,3}/){0,3}[aAb. ?/]{0,4}", 1..20),
        ) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let names = clean(&paths);
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            // A folder may have been found twice.
            names.sort_unstable();
            names.dedup();
            let parts = names.iter().flat_map(|name| name.trim_end_matches('/').split('/'));
            for part in parts {
                proptest::prop_assert_eq!(file_name(part), part);
            }
            proptest::prop_assert!(are_clean(&names), "{:?}", names);
        }
    }
}
