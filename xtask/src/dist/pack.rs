//! A zip that is the same, byte for byte, whenever the files are.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// Packs a folder.
pub(crate) fn folder(folder: &Path, out: &Path) -> Result<()> {
    files(folder, names(folder)?, out)
}

/// Packs files of a folder: names sorted, one time for all, no attributes of the machine.
pub(crate) fn files(folder: &Path, mut names: Vec<String>, out: &Path) -> Result<()> {
    names.sort();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(File::create(out)?);
    for name in names {
        let bytes = fs::read(folder.join(&name)).with_context(|| name.clone())?;
        zip.start_file(name, options)?;
        zip.write_all(&bytes)?;
    }
    zip.finish()?;
    Ok(())
}

/// Returns the names of the files in a folder and below it, with `/` on every machine.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    list(folder, "", &mut names)?;
    Ok(names)
}

fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .with_context(|| format!("not UTF-8: {}", entry.path().display()))?;
        match entry.file_type()?.is_dir() {
            true => list(&entry.path(), &format!("{prefix}{name}/"), names)?,
            false => names.push(format!("{prefix}{name}")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::folder;
    use std::fs::{self, File, FileTimes};
    use std::path::{Path, PathBuf};
    use std::time::{Duration, SystemTime};

    /// A folder of this test, which is gone with the value.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("icons")).unwrap();
            Self(path)
        }

        fn write(&self, name: &str, age: u64) {
            let path = self.0.join(name);
            fs::write(&path, format!("the text of {name}").repeat(50)).unwrap();
            let time = SystemTime::now() - Duration::from_secs(age);
            let file = File::options().append(true).open(path).unwrap();
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn the_same_files_in_two_folders_make_the_same_zip() {
        let (one, two) = (Scratch::new("pack-one"), Scratch::new("pack-another-one"));
        let names = ["manifest.json", "icons/a.png", "icons-b", "a.js"];
        names.iter().for_each(|name| one.write(name, 0));
        names.iter().rev().for_each(|name| two.write(name, 86_400));
        unlike(&two.0.join("a.js"));
        let zip = |scratch: &Scratch| {
            let out = scratch.0.with_extension("zip");
            folder(&scratch.0, &out).unwrap();
            let bytes = fs::read(&out).unwrap();
            fs::remove_file(out).unwrap();
            bytes
        };
        assert!(zip(&one) == zip(&two));
        two.write("a.js2", 0);
        assert!(zip(&one) != zip(&two));
    }

    /// Gives a file other permissions.
    fn unlike(path: &Path) {
        let mut permissions = fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(path, permissions).unwrap();
    }
}
