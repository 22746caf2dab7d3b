//! What the engine keeps of files in the private file system, as far as a view reads and measures it.

use crate::picture::Kind;
use crate::state::{PictureError, Room};
use crate::{attach, browser};
use chrome::settled;
use ipc::TransferId;
use ipc::limits::PICTURE_DOTS;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemRemoveOptions, Url,
};

const PICTURES: &str = "pictures";
const PARTS: &str = "parts";

/// How much of a picture is read to find its sides at first, in bytes; else all of it.
const HEAD: f64 = 64.0 * 1024.0;

/// Finds the copy of a picture that has so many bytes, looks what it is, and returns an address at which the browser
/// reads it, as what it is.
pub(crate) async fn picture(of: &TransferId, size: u64) -> Result<String, PictureError> {
    let file = file(PICTURES, &of.0).await.ok();
    let file = file.filter(|file| chrome::whole(file.size()) == size);
    let file = file.ok_or(PictureError::Gone)?;
    let (kind, (width, height)) = look(&file).await?;
    if u64::from(width) * u64::from(height) > PICTURE_DOTS {
        return Err(PictureError::TooLarge);
    }
    let end = file.size();
    let typed = file.slice_with_f64_and_f64_and_content_type(0.0, end, kind.media_type());
    let address = typed.and_then(|typed| Url::create_object_url_with_blob(&typed));
    address.map_err(|_| PictureError::Gone)
}

/// Finds out what a file is, and which sides it declares.
async fn look(file: &File) -> Result<(Kind, (u32, u32)), PictureError> {
    for length in [HEAD, file.size()] {
        let head = attach::read(file, 0.0, length).await;
        let head = head.ok_or(PictureError::Gone)?;
        let kind = Kind::of(&head).ok_or(PictureError::NoPicture)?;
        if let Some(sides) = kind.sides(&head, chrome::whole(file.size())) {
            return Ok((kind, sides));
        }
    }
    Err(PictureError::NoPicture)
}

/// Lets go of an address.
pub(crate) fn let_go(address: &str) {
    // One that is not there any more needs no revoking.
    let _ = Url::revoke_object_url(address);
}

/// Removes the copies of all pictures.
async fn remove_pictures() {
    let removed = async {
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        let root = root().await?;
        let removed = root.remove_entry_with_options(PICTURES, &options);
        settled(Ok(removed.into())).await
    };
    // What stays is seen when it is measured.
    if removed.await.is_err() {
        browser::warn("not all pictures were removed");
    }
}

/// Returns how much room is taken, where `emptied` after the copies of all pictures were removed. What cannot be looked
/// at takes none.
pub(crate) async fn room(emptied: bool) -> Room {
    if emptied {
        remove_pictures().await;
    }
    let (pictures, parts) = (taken(PICTURES).await, taken(PARTS).await);
    Room {
        pictures: pictures.unwrap_or_default(),
        parts: parts.unwrap_or_default(),
    }
}

async fn taken(name: &str) -> Result<u64, String> {
    let names = folder(name).await?.keys();
    let mut taken = 0;
    loop {
        let next = settled(names.next().map(JsValue::from)).await?;
        let part = |name: &str| Reflect::get(&next, &name.into()).unwrap_or_default();
        let Some(entry) = part("value").as_string() else {
            return Ok(taken);
        };
        // It may be gone by now.
        let file = file(name, &entry).await;
        taken += file.map_or(0, |file| chrome::whole(file.size()));
    }
}

async fn root() -> Result<FileSystemDirectoryHandle, String> {
    Ok(chrome::private_file_system().await?.unchecked_into())
}

async fn folder(name: &str) -> Result<FileSystemDirectoryHandle, String> {
    let folder = root().await?.get_directory_handle(name);
    Ok(settled(Ok(folder.into())).await?.unchecked_into())
}

async fn file(folder_name: &str, name: &str) -> Result<File, String> {
    let file = folder(folder_name).await?.get_file_handle(name);
    let file: FileSystemFileHandle = settled(Ok(file.into())).await?.unchecked_into();
    Ok(settled(Ok(file.get_file().into())).await?.unchecked_into())
}
