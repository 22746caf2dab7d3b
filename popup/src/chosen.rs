//! What a person chooses, drops or pastes: files, and folders with all that is in them.
//!
//! A browser tells of a folder that is dropped everything, of one that is chosen only the files: no empty folders.

use crate::i18n::{Text, t};
use crate::state::FileError;
use gloo_timers::callback::Timeout;
use ipc::limits::{FOLDER_DEPTH, FOLDER_ENTRIES};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ClipboardEvent, DataTransfer, DataTransferItem, DragEvent, Event, File,
    FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry, HtmlInputElement,
};

/// So many files at once are offered one by one; more are one offer.
const LOOSE: usize = 10;

/// Files of which a folder has so many are asked for their sizes at once: some browsers answer each only after a while, in
/// which nothing else happens.
const ASKED: usize = 200;

/// Something that is to be one offer.
#[derive(Clone, Debug)]
pub(crate) enum Chosen {
    /// A file.
    File(File),
    /// Files with their paths, under one name.
    Files(String, Vec<(String, File)>),
    /// A folder that was not read.
    Folder(FileSystemDirectoryEntry),
}

impl Chosen {
    /// Returns how it is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(file) => file.name(),
            Self::Files(name, _) => name.clone(),
            Self::Folder(folder) => folder.name(),
        }
    }
}

/// By what something is chosen again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chooser {
    File,
    Files,
    Folder,
}

impl Chooser {
    /// Returns by what a file may have been chosen, or a folder with so many files: many files look like one.
    pub(crate) fn of(folder: Option<u32>) -> &'static [Self] {
        match folder.map(usize::try_from) {
            None => &[Self::File],
            Some(Ok(..=LOOSE)) => &[Self::Folder],
            Some(_) => &[Self::Folder, Self::Files],
        }
    }
}

/// What is in a folder: paths, and files at the same place or nothing for an empty folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) paths: Array,
    pub(crate) files: Array,
}

impl Contents {
    fn add(&self, path: &str, file: Option<&File>) {
        self.paths.push(&path.into());
        self.files.push(&file.map_or(JsValue::NULL, JsValue::from));
    }

    /// Returns what files and their paths are.
    pub(crate) async fn of(files: Vec<(String, File)>) -> Result<Self, FileError> {
        if files.len() > FOLDER_ENTRIES {
            return Err(FileError::TooMany);
        }
        let contents = Self::default();
        for part in files.chunks(ASKED) {
            for (path, file) in part {
                contents.add(path, Some(file));
                // It is known from then on.
                file.size();
            }
            breathe().await;
        }
        Ok(contents)
    }

    /// Reads a folder with everything in it.
    pub(crate) async fn read(folder: FileSystemDirectoryEntry) -> Result<Self, FileError> {
        let contents = Self::default();
        let mut folders = vec![(folder.name() + "/", folder, 1)];
        while let Some((path, folder, depth)) = folders.pop() {
            if depth > FOLDER_DEPTH {
                return Err(FileError::TooLong);
            }
            let entries = entries(&folder).await?;
            if entries.is_empty() {
                contents.add(&path, None);
            }
            let (inner, files): (Vec<_>, Vec<_>) =
                entries.into_iter().partition(FileSystemEntry::is_directory);
            for part in files.chunks(ASKED) {
                let asked: Array = part.iter().map(file_of).collect();
                let files = settled(Promise::all(&asked)).await?;
                for (entry, file) in part.iter().zip(Array::from(&files).iter()) {
                    contents.add(&(path.clone() + &entry.name()), file.dyn_ref());
                }
            }
            folders.extend(inner.into_iter().map(|entry| {
                let path = format!("{path}{}/", entry.name());
                (path, entry.unchecked_into(), depth + 1)
            }));
            let found = usize::try_from(contents.paths.length()).unwrap_or(usize::MAX);
            if found + folders.len() > FOLDER_ENTRIES {
                return Err(FileError::TooMany);
            }
        }
        Ok(contents)
    }
}

/// Returns what is in a folder, but not in those in it. A browser tells it in parts.
async fn entries(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, FileError> {
    let (reader, mut all) = (folder.create_reader(), Vec::new());
    loop {
        let part = settled(Promise::new(&mut |done, failed| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&done, &failed) {
                reject(&failed, &error);
            }
        }));
        let part = Array::from(&part.await?);
        if part.length() == 0 {
            return Ok(all);
        }
        all.extend(part.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
        if all.len() > FOLDER_ENTRIES {
            return Err(FileError::TooMany);
        }
    }
}

fn file_of(entry: &FileSystemEntry) -> Promise {
    let entry: &FileSystemFileEntry = entry.unchecked_ref();
    Promise::new(&mut |done, failed| {
        entry.file_with_callback_and_callback(&done, &failed);
    })
}

/// Lets the page do something else.
async fn breathe() {
    let mut timeout = None;
    let promise = Promise::new(&mut |done, _| {
        timeout = Some(Timeout::new(0, move || {
            let _ = done.call0(&JsValue::UNDEFINED);
        }));
    });
    // Nothing rejects it.
    let _ = JsFuture::from(promise).await;
}

fn reject(failed: &Function, error: &JsValue) {
    // Rejecting a promise does not fail.
    let _ = failed.call1(&JsValue::UNDEFINED, error);
}

async fn settled(promise: Promise) -> Result<JsValue, FileError> {
    let settled = JsFuture::from(promise).await;
    settled.map_err(|_| FileError::Unreadable)
}

/// Returns what was chosen in an input, and empties it: the same can be chosen again.
pub(crate) fn chosen(input: &HtmlInputElement) -> Vec<Chosen> {
    let files = input.files();
    let files = files
        .iter()
        .flat_map(|files| (0..files.length()).filter_map(|at| files.get(at)));
    let files: Vec<File> = files.collect();
    input.set_value("");
    let in_folder: Vec<(String, File)> = files
        .iter()
        .filter_map(|file| Some((path(file)?, file.clone())))
        .collect();
    match in_folder.first().and_then(|(path, _)| path.split_once('/')) {
        Some((folder, _)) => vec![Chosen::Files(folder.to_owned(), in_folder.clone())],
        None => together(files),
    }
}

/// Returns the path of a file that was chosen with its folder.
fn path(file: &File) -> Option<String> {
    let path = Reflect::get(file, &"webkitRelativePath".into()).ok()?;
    path.as_string().filter(|path| !path.is_empty())
}

/// Returns files as they are offered: one by one, or many as one.
fn together(files: Vec<File>) -> Vec<Chosen> {
    if files.len() <= LOOSE {
        return files.into_iter().map(Chosen::File).collect();
    }
    let named = files.into_iter().map(|file| (file.name(), file));
    vec![Chosen::Files(t(Text::FilesTogether), named.collect())]
}

/// Returns what is pasted. Text that comes with a picture of itself is text.
pub(crate) fn pasted(event: &Event) -> Vec<Chosen> {
    let data = event.dyn_ref::<ClipboardEvent>();
    let Some(data) = data.and_then(ClipboardEvent::clipboard_data) else {
        return Vec::new();
    };
    let types = data.types();
    let has = |kind: &str| types.includes(&kind.into(), 0);
    if has("text/plain") && (has("text/html") || has("text/rtf")) {
        return Vec::new();
    }
    given(&data)
}

/// Returns what is handed over by the system. Only in the event itself can a browser be asked for it.
fn given(data: &DataTransfer) -> Vec<Chosen> {
    let items = data.items();
    let items = (0..items.length()).filter_map(|at| items.get(at));
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for item in items.filter(|item| item.kind() == "file") {
        match directory(&item) {
            Some(folder) => folders.push(Chosen::Folder(folder)),
            None => files.extend(item.get_as_file().ok().flatten()),
        }
    }
    folders.extend(together(files));
    folders
}

fn directory(item: &DataTransferItem) -> Option<FileSystemDirectoryEntry> {
    let entry = item.webkit_get_as_entry().ok().flatten()?;
    entry.is_directory().then(|| entry.unchecked_into())
}

/// Returns what is dragged, where it is files.
fn dragged(event: &Event) -> Option<DataTransfer> {
    let data = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    data.types().includes(&"Files".into(), 0).then_some(data)
}

/// Returns whether files are dragged, and tells the browser that they can be dropped here.
pub(crate) fn invites_drop(event: &Event) -> bool {
    let data = dragged(event);
    if let Some(data) = &data {
        event.prevent_default();
        data.set_drop_effect("copy");
    }
    data.is_some()
}

/// Tells the browser that files cannot be dropped here, where nobody has taken them.
pub(crate) fn refuse_drop(event: &Event) {
    if event.default_prevented() {
        return;
    }
    if let Some(data) = dragged(event) {
        event.prevent_default();
        data.set_drop_effect("none");
    }
}

/// Returns what is dropped.
pub(crate) fn dropped(event: &Event) -> Vec<Chosen> {
    let Some(data) = dragged(event) else {
        return Vec::new();
    };
    event.prevent_default();
    given(&data)
}

#[cfg(test)]
mod tests {
    use super::Chooser::{self, File, Files, Folder};

    #[test]
    fn whatever_it_is_called_a_folder_and_many_files_can_be_chosen_again() {
        assert_eq!(Chooser::of(None), [File]);
        assert_eq!(Chooser::of(Some(0)), [Folder]);
        assert_eq!(Chooser::of(Some(10)), [Folder], "so few are no folder");
        assert_eq!(Chooser::of(Some(11)), [Folder, Files]);
    }
}
