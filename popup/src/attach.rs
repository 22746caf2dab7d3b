//! Files and folders that are to be offered: what is said of them, and handing them to the engine.

use crate::browser;
use crate::chosen::{Chosen, Contents};
use crate::picture::parts::{Part, Read, Unreadable};
use crate::picture::{details, jpeg};
use crate::port::{self, Exchange};
use crate::state::{BackupError, FileError};
use chrome::{float, object, whole};
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

/// How much of a picture is read at once to find what is left out, in bytes.
const WINDOW: u64 = 64 * 1024;

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
/// left out of a picture, which is done where `clean` says so. One that was offered before is sent as it was then.
pub(crate) async fn hand_over(
    transfer: &TransferId,
    size: Option<u64>,
    clean: bool,
) -> Result<(FileOffer, bool), FileError> {
    let chosen = CHOSEN.with_borrow_mut(|all| all.remove(transfer));
    let name = chosen.as_ref().map(Chosen::name).unwrap_or_default();
    let offered = match chosen.ok_or(FileError::Unreadable)? {
        Chosen::File(file) => return hand_file_over(transfer, file, size, clean).await,
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
    clean: bool,
) -> Result<(FileOffer, bool), FileError> {
    let cleaned = if clean || size.is_some() {
        let cleaned = without_details(&file).await;
        cleaned.map_err(|Unreadable| FileError::Unreadable)?
    } else {
        None
    };
    let fits = |file: &File| size.is_none_or(|size| size == whole(file.size()));
    let (file, cleaned) = match cleaned.filter(fits) {
        Some(cleaned) => (cleaned, true),
        None if fits(&file) => (file, false),
        None => return Err(FileError::Another),
    };
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

/// Hands a file to the engine that is not to be sent. Returns under which name.
pub(crate) async fn hand_as_it_is(file: &File) -> Result<TransferId, BackupError> {
    let transfer = new_id().ok_or(BackupError::Unreadable)?;
    let message = object([
        ("transfer", transfer.0.as_str().into()),
        ("file", file.into()),
    ]);
    let given = give(&transfer, &message, ANSWER).await;
    given.map(|_| transfer).map_err(|_| BackupError::Unreadable)
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

/// Posts something to the engine, and waits until it has answered that it holds it.
async fn give(transfer: &TransferId, message: &JsValue, within: u32) -> Result<JsValue, FileError> {
    let mut resolve: Option<Function> = None;
    let answered = Promise::new(&mut |done, _| resolve = Some(done));
    let resolve = resolve.ok_or(FileError::NoAnswer)?;
    let (id, late) = (transfer.clone(), resolve.clone());
    let heard = move |answer: JsValue| {
        if said(&answer, "held") == Some(id.0.clone())
            || said(&answer, "refused") == Some(id.0.clone())
        {
            // A promise that is settled takes no notice.
            let _ = resolve.call1(&JsValue::UNDEFINED, &answer);
        }
    };
    let way = Way::open(heard).map_err(|_| FileError::NoAnswer)?;
    let timeout = Timeout::new(within, move || {
        let _ = late.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
    });
    let answer = match way.post(message) {
        Ok(()) => JsFuture::from(answered).await.unwrap_or_default(),
        Err(_) => JsValue::UNDEFINED,
    };
    drop((timeout, way));
    match said(&answer, "why").as_deref() {
        Some("empty") => Err(FileError::Empty),
        Some("many") => Err(FileError::TooMany),
        Some("long") => Err(FileError::TooLong),
        Some(_) => Err(FileError::Refused(Refusal::FileUnfit)),
        None if answer.is_undefined() => Err(FileError::NoAnswer),
        None => Ok(answer),
    }
}

/// The way to the engine's page: ports carry no files in Chromium, and no channel leads out of a private window of Firefox.
enum Way {
    Channel {
        channel: BroadcastChannel,
        _heard: Closure<dyn FnMut(MessageEvent)>,
    },
    Port(Exchange),
}

impl Way {
    fn open(mut heard: impl FnMut(JsValue) + 'static) -> Result<Self, JsValue> {
        if port::is_private() {
            return Exchange::open(heard).map(Self::Port);
        }
        let channel = BroadcastChannel::new(CHANNEL)?;
        let _heard = Closure::new(move |event: MessageEvent| heard(event.data()));
        channel.set_onmessage(Some(_heard.as_ref().unchecked_ref()));
        Ok(Self::Channel { channel, _heard })
    }

    fn post(&self, message: &JsValue) -> Result<(), JsValue> {
        match self {
            Self::Channel { channel, .. } => channel.post_message(message),
            Self::Port(port) => port.post(message),
        }
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        if let Self::Channel { channel, .. } = self {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}

fn said(answer: &JsValue, name: &str) -> Option<String> {
    Reflect::get(answer, &name.into()).ok()?.as_string()
}

/// Reads a file a window at a time: its parts are small and many.
struct Windows<'a> {
    file: &'a File,
    /// Where the last one begins, and what is in it.
    last: RefCell<(u64, Vec<u8>)>,
}

impl Read for Windows<'_> {
    async fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, Unreadable> {
        let within = |(start, bytes): &(u64, Vec<u8>)| {
            let start = usize::try_from(at.checked_sub(*start)?).ok()?;
            let part = bytes.get(start..)?;
            part.get(..usize::try_from(length).ok()?)
                .map(<[u8]>::to_vec)
        };
        if let Some(part) = within(&self.last.borrow()) {
            return Ok(part);
        }
        let end = at.saturating_add(length.max(WINDOW));
        let bytes = read(self.file, float(at), float(end)).await;
        let bytes = bytes.ok_or(Unreadable)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let part = bytes.get(..length).unwrap_or(&bytes).to_vec();
        self.last.replace((at, bytes));
        Ok(part)
    }
}

/// Returns a file without what a picture says of itself, where it says something.
async fn without_details(file: &File) -> Result<Option<File>, Unreadable> {
    if !file.type_().starts_with("image/") {
        return Ok(None);
    }
    let windows = Windows {
        file,
        last: RefCell::default(),
    };
    let parts = details::without_details(whole(file.size()), &windows).await?;
    parts
        .map(|parts| of_parts(file, parts).map_err(|_| Unreadable))
        .transpose()
}

/// Returns a file that is put together anew. What stays is not copied.
fn of_parts(file: &File, parts: Vec<Part>) -> Result<File, JsValue> {
    let of_it = Array::new();
    for part in parts {
        of_it.push(&match part {
            Part::Old(range) => file
                .slice_with_f64_and_f64(float(range.start), float(range.end))?
                .into(),
            Part::New(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        });
    }
    let options = FilePropertyBag::new();
    options.set_type(&file.type_());
    options.set_last_modified(file.last_modified());
    File::new_with_blob_sequence_and_options(&of_it, &file.name(), &options)
}

/// Reads a part of a file.
pub(crate) async fn read(file: &File, start: f64, end: f64) -> Option<Vec<u8>> {
    let part: Blob = file.slice_with_f64_and_f64(start, end).ok()?;
    let bytes = JsFuture::from(part.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

/// Returns what a picture shows, where the browser can show it.
pub(crate) async fn decoded(file: &File) -> Option<ImageBitmap> {
    let decoded = browser::window()?.create_image_bitmap_with_blob(file);
    JsFuture::from(decoded.ok()?).await.ok()?.dyn_into().ok()
}

/// Returns a small picture of a picture that the browser can show.
async fn thumbnail(file: &File) -> Option<String> {
    if !file.type_().starts_with("image/") || file.size() > PICTURE {
        return None;
    }
    let picture = decoded(file).await?;
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
