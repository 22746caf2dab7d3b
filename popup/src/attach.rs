//! Files and folders that are to be offered: what is said of them, and handing them to the engine.

use crate::browser;
use crate::chosen::{Chosen, Contents};
use crate::jpeg::{self, Head};
use crate::state::FileError;
use chrome::object;
use gloo_timers::callback::Timeout;
use ipc::limits::{KIND_BYTES, THUMBNAIL_CHARACTERS};
use ipc::{FileOffer, Refusal, TransferId};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use litemap::LiteMap;
use std::cell::RefCell;
use std::fmt::Write;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BroadcastChannel, CanvasRenderingContext2d, File, FilePropertyBag, HtmlCanvasElement,
    ImageBitmap, MessageEvent,
};

/// The channel to the engine's page: an extension's ports carry no files everywhere.
const CHANNEL: &str = "files";

/// How long the engine may take to answer, in milliseconds: to a file, and to a folder with thousands of them.
const ANSWER: u32 = 3_000;
const FOLDER_ANSWER: u32 = 60_000;

/// How much of a photograph is read to find what is left out, at first and at most, in bytes.
const HEAD: f64 = 256.0 * 1024.0;
const LONGEST_HEAD: f64 = 16.0 * 1024.0 * 1024.0;

/// Larger pictures get no small one, in bytes: decoded they would take too much memory.
const PICTURE: f64 = 50e6;

/// The longest sides that are tried for a small picture, in pixels.
const SIDES: [f64; 4] = [400.0, 320.0, 240.0, 160.0];

/// The longest side of a small picture that is shown, in pixels.
const SHOWN: u16 = 400;

/// The qualities that are tried for a small picture.
const QUALITIES: [f64; 3] = [0.7, 0.5, 0.35];

thread_local! {
    /// Files that were chosen and are not handed over.
    static CHOSEN: RefCell<LiteMap<TransferId, Chosen>> = RefCell::default();
}

/// Keeps what was chosen until it is handed over. Returns under which names, and how they are called.
pub(crate) fn keep(chosen: Vec<Chosen>) -> Vec<(TransferId, String)> {
    let named = |chosen: Chosen| {
        let (transfer, name) = (new_id()?, chosen.name());
        keep_as(transfer.clone(), chosen);
        Some((transfer, name))
    };
    chosen.into_iter().filter_map(named).collect()
}

/// Keeps what was chosen again.
pub(crate) fn keep_as(transfer: TransferId, chosen: Chosen) {
    CHOSEN.with_borrow_mut(|all| all.insert(transfer, chosen));
}

fn new_id() -> Option<TransferId> {
    let mut bytes = [0; 16];
    let random = browser::window()?.crypto().ok()?;
    random.get_random_values_with_u8_array(&mut bytes).ok()?;
    let mut id = String::with_capacity(32);
    for byte in bytes {
        write!(id, "{byte:02x}").ok()?;
    }
    Some(TransferId(id))
}

/// Hands something to the engine, where it has so many bytes. Returns what is said of it, and whether something was
/// left out of a photograph.
pub(crate) async fn hand_over(
    transfer: &TransferId,
    size: Option<u64>,
) -> Result<(FileOffer, bool), FileError> {
    let chosen = CHOSEN.with_borrow_mut(|all| all.remove(transfer));
    let name = chosen.as_ref().map(Chosen::name).unwrap_or_default();
    let offered = match chosen.ok_or(FileError::Unreadable)? {
        Chosen::File(file) => return hand_file_over(transfer, file, size).await,
        Chosen::Files(_, files) => give_folder(transfer, name, &Contents::of(files).await?).await,
        Chosen::Folder(folder) => give_folder(transfer, name, &Contents::read(folder).await?).await,
    }?;
    if size.is_some_and(|size| size != offered.size) {
        return Err(FileError::Another);
    }
    Ok((offered, false))
}

async fn hand_file_over(
    transfer: &TransferId,
    file: File,
    size: Option<u64>,
) -> Result<(FileOffer, bool), FileError> {
    let (file, cleaned) = without_details(file).await.ok_or(FileError::Unreadable)?;
    if size.is_some_and(|size| size != whole(file.size())) {
        return Err(FileError::Another);
    }
    // It can be a folder that the browser does not tell from a file.
    read(&file, 0.0, 1.0).await.ok_or(FileError::Unreadable)?;
    let thumbnail = match size {
        None => thumbnail(&file).await,
        Some(_) => None,
    };
    let message = object([
        ("transfer", transfer.0.as_str().into()),
        ("file", (&file).into()),
    ]);
    give(transfer, &message, ANSWER).await?;
    let kind = file.type_();
    let fits = kind.len() <= KIND_BYTES && kind.bytes().all(|byte| byte.is_ascii_graphic());
    let offer = FileOffer {
        name: file.name(),
        size: whole(file.size()),
        kind: if fits { kind } else { String::new() },
        modified: Some(whole(file.last_modified())),
        thumbnail,
        folder: None,
    };
    Ok((offer, cleaned))
}

/// Hands a folder to the engine, which says how large it is as one file.
async fn give_folder(
    transfer: &TransferId,
    name: String,
    contents: &Contents,
) -> Result<FileOffer, FileError> {
    let message = object([
        ("transfer", transfer.0.as_str().into()),
        ("paths", (&contents.paths).into()),
        ("files", (&contents.files).into()),
    ]);
    let answer = give(transfer, &message, FOLDER_ANSWER).await?;
    let number = |name: &str| {
        let number = Reflect::get(&answer, &name.into()).ok();
        whole(
            number
                .and_then(|number| number.as_f64())
                .unwrap_or_default(),
        )
    };
    Ok(FileOffer {
        name: name + ".zip",
        size: number("size"),
        kind: "application/zip".to_owned(),
        modified: Some(number("modified")),
        thumbnail: None,
        folder: u32::try_from(number("files")).ok(),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, positive"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

/// Posts something on the channel, and waits until the engine has answered that it holds it.
async fn give(transfer: &TransferId, message: &JsValue, within: u32) -> Result<JsValue, FileError> {
    let channel = BroadcastChannel::new(CHANNEL).map_err(|_| FileError::NoAnswer)?;
    let mut resolve: Option<Function> = None;
    let answered = Promise::new(&mut |done, _| resolve = Some(done));
    let resolve = resolve.ok_or(FileError::NoAnswer)?;
    let (id, late) = (transfer.clone(), resolve.clone());
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if said(&event.data(), "held") == Some(id.0.clone())
            || said(&event.data(), "refused") == Some(id.0.clone())
        {
            // A promise that is settled takes no notice.
            let _ = resolve.call1(&JsValue::UNDEFINED, &event.data());
        }
    });
    let timeout = Timeout::new(within, move || {
        let _ = late.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
    });
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let posted = channel.post_message(message);
    let answer = match posted {
        Ok(()) => JsFuture::from(answered).await.unwrap_or_default(),
        Err(_) => JsValue::UNDEFINED,
    };
    drop(timeout);
    channel.set_onmessage(None);
    channel.close();
    match said(&answer, "why").as_deref() {
        Some("empty") => Err(FileError::Empty),
        Some("many") => Err(FileError::TooMany),
        Some("long") => Err(FileError::TooLong),
        Some(_) => Err(FileError::Refused(Refusal::FileUnfit)),
        None if answer.is_undefined() => Err(FileError::NoAnswer),
        None => Ok(answer),
    }
}

fn said(answer: &JsValue, name: &str) -> Option<String> {
    Reflect::get(answer, &name.into()).ok()?.as_string()
}

/// Returns a file without what a photograph says of itself, and whether something was left out.
async fn without_details(file: File) -> Option<(File, bool)> {
    if file.type_() != "image/jpeg" {
        return Some((file, false));
    }
    let mut length = HEAD;
    loop {
        let head = read(&file, 0.0, length).await?;
        match jpeg::without_details(&head) {
            Head::Short if length < file.size() && length < LONGEST_HEAD => length *= 4.0,
            Head::Short | Head::Other => return Some((file, false)),
            Head::Whole { clean, length } => {
                if head.get(..length) == Some(clean.as_slice()) {
                    return Some((file, false));
                }
                return Some((with_head(&file, &clean, length).ok()?, true));
            }
        }
    }
}

/// Returns a file with another beginning in the place of its first bytes; the rest is not copied.
fn with_head(file: &File, head: &[u8], length: usize) -> Result<File, JsValue> {
    #[expect(clippy::cast_precision_loss, reason = "16 MiB at most")]
    let rest = file.slice_with_f64(length as f64)?;
    let parts = Array::of2(&Uint8Array::from(head), &rest);
    let options = FilePropertyBag::new();
    options.set_type(&file.type_());
    options.set_last_modified(file.last_modified());
    File::new_with_blob_sequence_and_options(&parts, &file.name(), &options)
}

async fn read(file: &File, start: f64, end: f64) -> Option<Vec<u8>> {
    let part: Blob = file.slice_with_f64_and_f64(start, end).ok()?;
    let bytes = JsFuture::from(part.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

/// Returns a small picture of a picture that the browser can show.
async fn thumbnail(file: &File) -> Option<String> {
    if !file.type_().starts_with("image/") || file.size() > PICTURE {
        return None;
    }
    let decoded = browser::window()?
        .create_image_bitmap_with_blob(file)
        .ok()?;
    let picture: ImageBitmap = JsFuture::from(decoded).await.ok()?.dyn_into().ok()?;
    let small = SIDES.iter().find_map(|side| smaller(&picture, *side));
    picture.close();
    small
}

/// Returns a picture whose longest side is no longer, in the best quality that fits an offer.
fn smaller(picture: &ImageBitmap, side: f64) -> Option<String> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (side / width.max(height)).min(1.0);
    let part = |length: f64| (length * scale).round().max(1.0);
    let (width, height) = (part(width), part(height));
    let canvas = browser::document()?.create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    canvas.set_width(u32::try_from(whole(width)).ok()?);
    canvas.set_height(u32::try_from(whole(height)).ok()?);
    let context = canvas.get_context("2d").ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    // A JPEG has no transparency.
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    let drawn = context
        .draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, width, height)
        .is_ok();
    let encoded = |quality: &f64| {
        let url =
            canvas.to_data_url_with_type_and_encoder_options("image/jpeg", &(*quality).into());
        let text = url
            .ok()?
            .strip_prefix("data:image/jpeg;base64,")?
            .to_owned();
        (drawn && text.len() <= THUMBNAIL_CHARACTERS).then_some(text)
    };
    QUALITIES.iter().find_map(encoded)
}

/// Returns the size of a small picture that somebody has sent, where it can be shown: some that are small as files
/// would take the memory of the browser.
pub(crate) fn thumbnail_size(thumbnail: &str) -> Option<(u16, u16)> {
    let bytes = browser::window()?.atob(thumbnail).ok()?;
    let bytes: Vec<u8> = bytes.chars().filter_map(|c| u8::try_from(c).ok()).collect();
    let (width, height) = jpeg::size(&bytes)?;
    let fits = |side: u16| (1..=SHOWN).contains(&side);
    (fits(width) && fits(height)).then_some((width, height))
}
