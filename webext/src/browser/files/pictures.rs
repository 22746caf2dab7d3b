//! Copies of pictures in the origin's private file system, for the views to show: what was saved is in the browser's
//! downloads, which no page may read.
//!
//! Of which files there is one the node knows, by their records; here is how many bytes all of them may have.

use super::parts::{Fault, entries, folder_named, part_in, remove_from};
use crate::kept::{Kept, surplus};
use chrome::{float, settled};
use ipc::TransferId;
use ipc::limits::PICTURES_BYTES;
use wasm_bindgen::JsCast;
use web_sys::{
    Blob, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemWritableFileStream,
};

const FOLDER: &str = "pictures";

/// Keeps a copy, and lets older ones go where there are too many. What is not kept is shown as the small picture only.
pub(super) async fn keep(of: &TransferId, picture: &Blob) {
    let kept = async {
        write(of, picture).await?;
        make_room().await
    };
    if let Err(fault) = kept.await {
        tracing::warn!(?fault, "a picture is not kept");
        remove(of).await;
    }
}

/// Returns the copy, where there is one.
pub(super) async fn copy(of: &TransferId) -> Result<File, Fault> {
    let folder = folder_named(FOLDER, false).await?;
    file_in(&folder, &of.0).await
}

/// Removes the copy, where there is one.
pub(super) async fn remove(of: &TransferId) {
    remove_from(FOLDER, &of.0).await;
}

/// Removes those that are not known.
pub(super) async fn sweep(is_known: impl Fn(&TransferId) -> bool) -> Result<(), Fault> {
    for name in entries(FOLDER).await? {
        let of = TransferId(name);
        if !is_known(&of) {
            remove(&of).await;
        }
    }
    Ok(())
}

/// Writes all of it or nothing: it is there once the stream is closed.
async fn write(of: &TransferId, picture: &Blob) -> Result<(), Fault> {
    let folder = folder_named(FOLDER, true).await?;
    let file: FileSystemFileHandle = part_in(&folder, &of.0, true).await?;
    let stream = settled(Ok(file.create_writable().into())).await?;
    let stream: FileSystemWritableFileStream = stream.unchecked_into();
    let written = stream.write_with_blob(picture).map(Into::into);
    settled(written).await?;
    settled(Ok(stream.close().into())).await?;
    Ok(())
}

async fn make_room() -> Result<(), Fault> {
    let folder = folder_named(FOLDER, false).await?;
    let mut all = Vec::new();
    for name in entries(FOLDER).await? {
        let file = file_in(&folder, &name).await?;
        let (size, at) = (file.size(), file.last_modified());
        all.push(Kept { name, size, at });
    }
    for name in surplus(all, float(PICTURES_BYTES)) {
        remove_from(FOLDER, &name).await;
    }
    Ok(())
}

async fn file_in(folder: &FileSystemDirectoryHandle, name: &str) -> Result<File, Fault> {
    let file: FileSystemFileHandle = part_in(folder, name, false).await?;
    Ok(settled(Ok(file.get_file().into())).await?.unchecked_into())
}
