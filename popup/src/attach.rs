//! Files that a person chooses, drops or pastes: what is said of them, and handing them to the engine.

use crate::browser;
use crate::jpeg::{self, Head};
use crate::state::FileError;
use chrome::object;
use gloo_timers::callback::Timeout;
use ipc::limits::{KIND_BYTES, THUMBNAIL_CHARACTERS};
use ipc::{FileOffer, TransferId};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use litemap::LiteMap;
use std::cell::RefCell;
use std::fmt::Write;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BroadcastChannel, CanvasRenderingContext2d, ClipboardEvent, DataTransfer, DragEvent,
    Event, File, FileList, FilePropertyBag, HtmlCanvasElement, HtmlInputElement, ImageBitmap,
    MessageEvent,
};

/// The channel to the engine's page: an extension's ports carry no files everywhere.
const CHANNEL: &str = "files";

/// How long the engine may take to answer, in milliseconds.
const ANSWER: u32 = 3_000;

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
    static CHOSEN: RefCell<LiteMap<TransferId, File>> = RefCell::default();
}

/// Keeps files until they are handed over. Returns under which names, and how they are called.
pub(crate) fn keep(files: Vec<File>) -> Vec<(TransferId, String)> {
    let named = |file: File| {
        let (transfer, name) = (new_id()?, file.name());
        keep_as(transfer.clone(), file);
        Some((transfer, name))
    };
    files.into_iter().filter_map(named).collect()
}

/// Keeps a file that was chosen again.
pub(crate) fn keep_as(transfer: TransferId, file: File) {
    CHOSEN.with_borrow_mut(|chosen| chosen.insert(transfer, file));
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

/// Returns the files that were chosen in an input, and empties it: the same one can be chosen again.
pub(crate) fn chosen(input: &HtmlInputElement) -> Vec<File> {
    let files = input.files().map(list).unwrap_or_default();
    input.set_value("");
    files
}

fn list(files: FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}

/// Returns the files that are pasted. Text that comes with a picture of itself is text.
pub(crate) fn pasted(event: &Event) -> Vec<File> {
    let data = event.dyn_ref::<ClipboardEvent>();
    let Some(data) = data.and_then(ClipboardEvent::clipboard_data) else {
        return Vec::new();
    };
    let types = data.types();
    let has = |kind: &str| types.includes(&kind.into(), 0);
    if has("text/plain") && (has("text/html") || has("text/rtf")) {
        return Vec::new();
    }
    data.files().map(list).unwrap_or_default()
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

/// Returns the files that are dropped.
pub(crate) fn dropped(event: &Event) -> Vec<File> {
    let Some(data) = dragged(event) else {
        return Vec::new();
    };
    event.prevent_default();
    data.files().map(list).unwrap_or_default()
}

/// Hands a file to the engine, where it has so many bytes. Returns what is said of it, and whether something was
/// left out of a photograph.
pub(crate) async fn hand_over(
    transfer: &TransferId,
    size: Option<u64>,
) -> Result<(FileOffer, bool), FileError> {
    let file = CHOSEN.with_borrow_mut(|chosen| chosen.remove(transfer));
    let file = file.ok_or(FileError::Unreadable)?;
    let (file, cleaned) = without_details(file).await.ok_or(FileError::Unreadable)?;
    if size.is_some_and(|size| size != whole(file.size())) {
        return Err(FileError::Another);
    }
    // The one way to tell a folder from a file.
    read(&file, 0.0, 1.0).await.ok_or(FileError::Unreadable)?;
    let thumbnail = match size {
        None => thumbnail(&file).await,
        Some(_) => None,
    };
    give(transfer, &file).await.ok_or(FileError::NoAnswer)?;
    let kind = file.type_();
    let fits = kind.len() <= KIND_BYTES && kind.bytes().all(|byte| byte.is_ascii_graphic());
    let offer = FileOffer {
        name: file.name(),
        size: whole(file.size()),
        kind: if fits { kind } else { String::new() },
        modified: Some(whole(file.last_modified())),
        thumbnail,
    };
    Ok((offer, cleaned))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, positive"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

/// Posts a file on the channel, and waits until the engine has it.
async fn give(transfer: &TransferId, file: &File) -> Option<()> {
    let channel = BroadcastChannel::new(CHANNEL).ok()?;
    let mut resolve: Option<Function> = None;
    let answered = Promise::new(&mut |done, _| resolve = Some(done));
    let (held, late) = (resolve.clone()?, resolve?);
    let id = transfer.0.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let said = Reflect::get(&event.data(), &"held".into()).ok();
        if said.and_then(|said| said.as_string()).as_ref() == Some(&id) {
            // A promise that is settled takes no notice.
            let _ = held.call1(&JsValue::UNDEFINED, &JsValue::TRUE);
        }
    });
    let timeout = Timeout::new(ANSWER, move || {
        let _ = late.call1(&JsValue::UNDEFINED, &JsValue::FALSE);
    });
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let message = object([
        ("transfer", transfer.0.as_str().into()),
        ("file", file.into()),
    ]);
    let posted = channel.post_message(&message);
    let held = match posted {
        Ok(()) => JsFuture::from(answered).await.ok(),
        Err(_) => None,
    };
    drop(timeout);
    channel.set_onmessage(None);
    channel.close();
    held.filter(JsValue::is_truthy).map(drop)
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
