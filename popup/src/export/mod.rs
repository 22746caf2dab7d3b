//! Chats as files to read outside of the browser: for each chat a page of HTML and the same as JSON, in one zip.
//!
//! [`html`] and [`json`] write the messages of a page of history, without anything of the browser. Here the browser keeps
//! what is written: as blobs, so that of a chat only one page of messages is ever in memory. History is read from its end,
//! so the pages are put in their order when all are there.

mod html;
mod json;

use crate::browser;
use crate::files::save;
use crate::i18n::{Text, browser_language, t};
use crate::state::ExportStep;
use crate::words;
use html::Forms;
use ipc::folder::{Found, Part, Plan, Sums};
use ipc::{Message, UnixMillis};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// How much of a file is read at once for its sum, in bytes.
const READ: u32 = 1024 * 1024;

/// The zip is read by programs that may look into it.
const ZIP: &str = "application/zip";

/// The export that is being made, if one is.
#[derive(Default)]
pub(crate) struct Maker(Option<Export>);

impl Maker {
    /// Takes the next step. With the last one the file is made, which says whether the browser has it.
    pub(crate) fn take(
        &mut self,
        step: ExportStep,
    ) -> Option<impl Future<Output = bool> + 'static> {
        match step {
            ExportStep::Begin { by } => self.0 = Some(Export::new(by)),
            ExportStep::Chat { name } => {
                self.0.iter_mut().for_each(|of| of.begin_chat(name.clone()))
            }
            ExportStep::Page { messages, damaged } => {
                let added = self.0.as_mut().map(|of| of.add(&messages, damaged));
                // What is missing is said when the file is to be made.
                self.0.take_if(|_| !matches!(added, Some(Ok(()))));
            }
            ExportStep::Finish => {
                let export = self.0.take();
                return Some(async move {
                    match export {
                        Some(export) => export.finish().await.is_ok(),
                        None => false,
                    }
                });
            }
            ExportStep::Drop => self.0 = None,
        }
        None
    }
}

/// An export that is being made.
struct Export {
    /// Who exports.
    by: String,
    at: UnixMillis,
    chats: Vec<Chat>,
}

/// A chat, as far as it was read.
struct Chat {
    name: String,
    /// The newest first.
    pages: Vec<Page>,
    /// Not all of it could be read.
    damaged: bool,
}

/// A page of history.
struct Page {
    html: Blob,
    json: Blob,
    /// The line above its first message, unless the page before it ends on the same day; and the day it ends on.
    first_day: String,
    last_day: String,
}

impl Export {
    /// Begins an export.
    fn new(by: String) -> Self {
        let at = browser::now();
        let chats = Vec::new();
        Self { by, at, chats }
    }

    /// Begins with the next chat.
    fn begin_chat(&mut self, name: String) {
        self.chats.push(Chat {
            name,
            pages: Vec::new(),
            damaged: false,
        });
    }

    /// Adds the page of the chat that is before those it has already, without what is to disappear.
    fn add(&mut self, messages: &[Message], damaged: bool) -> Result<(), JsValue> {
        let Some(chat) = self.chats.last_mut() else {
            return Ok(());
        };
        chat.damaged |= damaged;
        let forms = forms();
        let lines: Vec<&Message> = messages.iter().filter(|one| stays(one)).collect();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(());
        };
        chat.pages.push(Page {
            html: blob(&[html::messages(&lines, &chat.name, &forms).into()])?,
            json: blob(&[json::messages(&lines).into()])?,
            first_day: (forms.day)(first.at),
            last_day: (forms.day)(last.at),
        });
        Ok(())
    }

    /// Gives the zip to the browser to save.
    async fn finish(self) -> Result<(), JsValue> {
        let name = match self.chats.as_slice() {
            [chat] => format!("Mesh Chat {}.zip", chat.name),
            _ => "Mesh Chat.zip".to_owned(),
        };
        let mut paths = Vec::new();
        let mut files = Vec::new();
        for chat in &self.chats {
            let name = unused(&chat.name, &paths);
            files.push(chat.html(self.at)?);
            paths.push(format!("{name}.html"));
            files.push(chat.json(&self.by, self.at)?);
            paths.push(format!("{name}.json"));
        }
        save(&name, &zip(&paths, &files, self.at).await?)
    }
}

impl Chat {
    fn html(&self, at: UnixMillis) -> Result<Blob, JsValue> {
        let forms = forms();
        let (language, direction) = (t(Text::Language), t(Text::Direction));
        let head = html::head(&self.name, &language, &direction, &forms, at, self.damaged);
        let mut parts: Vec<JsValue> = vec![head.into()];
        let mut day = "";
        for page in self.pages.iter().rev() {
            if page.first_day != day {
                parts.push(html::day(&page.first_day).into());
            }
            parts.push(page.html.clone().into());
            day = &page.last_day;
        }
        parts.push(html::FOOT.into());
        blob(&parts)
    }

    fn json(&self, by: &str, at: UnixMillis) -> Result<Blob, JsValue> {
        let head = json::head(by, &self.name, &browser::iso(at), !self.damaged);
        let mut parts: Vec<JsValue> = vec![head.into()];
        for (index, page) in self.pages.iter().rev().enumerate() {
            if index > 0 {
                parts.push(json::BETWEEN.into());
            }
            parts.push(page.json.clone().into());
        }
        parts.push(json::FOOT.into());
        blob(&parts)
    }
}

/// Returns whether a message is written down.
fn stays(message: &Message) -> bool {
    message.has_line() && message.stays().is_none()
}

fn forms() -> Forms {
    Forms {
        day: |at| browser::long_date(at, Some(&t(Text::Language))),
        time: |at| browser::time_of_day(at, browser_language().as_deref()),
        moment: |at| browser::moment(at, browser_language().as_deref()),
        iso: browser::iso,
        extent: words::extent,
    }
}

/// Returns a name of files for a chat that none has yet.
fn unused(name: &str, paths: &[String]) -> String {
    let taken = |name: &str| {
        let path = format!("{name}.html").to_lowercase();
        paths.iter().any(|taken| taken.to_lowercase() == path)
    };
    let name = name.replace(['/', '\\'], "_");
    let mut numbered = (2_u32..).map(|number| format!("{name} ({number})"));
    if taken(&name) {
        numbered.find(|name| !taken(name)).unwrap_or(name)
    } else {
        name
    }
}

/// Makes a zip of files, of which one part at a time is read.
async fn zip(paths: &[String], files: &[Blob], at: UnixMillis) -> Result<Blob, JsValue> {
    let found: Vec<Found> = paths
        .iter()
        .zip(files)
        .map(|(path, file)| Found {
            path: path.clone(),
            size: bytes(file),
            modified: at,
        })
        .collect();
    let mut plan = Plan::new(&found).map_err(|unfit| JsValue::from(format!("{unfit:?}")))?;
    let mut sums = Sums::new(plan.slots().map(|slot| slot.size).collect());
    for slot in plan.slots() {
        let file = files.get(slot.found).ok_or(JsValue::NULL)?;
        let end = chrome::float(slot.size);
        let mut read = 0.0;
        while read < end {
            let next = (read + f64::from(READ)).min(end);
            let part = file.slice_with_f64_and_f64(read, next)?.array_buffer();
            sums.take(&Uint8Array::new(&JsFuture::from(part).await?).to_vec());
            read = next;
        }
    }
    plan.set_sums(&sums.finish().unwrap_or_default());
    let parts = plan.parts(&(0..plan.size())).into_iter();
    let parts: Result<Vec<JsValue>, JsValue> = parts
        .map(|part| match part {
            Part::Made(bytes) => Ok(Uint8Array::from(bytes.as_slice()).into()),
            Part::File { found, .. } => {
                let file = files.get(found).ok_or(JsValue::NULL)?;
                Ok(file.clone().into())
            }
        })
        .collect();
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(ZIP);
    let parts: Array = parts?.into_iter().collect();
    Blob::new_with_blob_sequence_and_options(&parts, &options)
}

fn blob(parts: &[JsValue]) -> Result<Blob, JsValue> {
    let parts: Array = parts.iter().collect();
    Blob::new_with_blob_sequence(&parts)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of bytes, which a browser counts in whole ones"
)]
fn bytes(blob: &Blob) -> u64 {
    blob.size() as u64
}

#[cfg(test)]
mod tests {
    use super::unused;

    #[test]
    fn two_chats_of_one_name_are_two_files_on_every_system() {
        let paths = ["Ben.html", "Ben.json", "ben (2).html"].map(str::to_owned);
        assert_eq!(unused("Ben", &paths), "Ben (3)");
        assert_eq!(unused("BEN", &paths), "BEN (3)");
        assert_eq!(unused("Anna", &paths), "Anna");
        assert_eq!(unused("a/b\\c", &paths), "a_b_c");
    }
}
