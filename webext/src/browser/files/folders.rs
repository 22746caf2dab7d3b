//! Folders that views have handed over: read piece by piece as the zip that they are sent as, which is nowhere as a whole.
//!
//! Before the first piece their bytes are read once for their sums. Small ones are kept then: to open many small files takes a
//! browser longer than to send them.

use super::buffers::free;
use chrome::{float, settled, whole};
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use mesh_chat::folder::{Found, Part, Plan, Slot, Sums, Unfit};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// Bytes and files that are read at once.
const READ_BYTES: u64 = 1 << 20;
const READ_FILES: usize = 64;

/// Smaller buffers are left to the browser.
const FREED: u32 = 64 << 10;

/// A folder of so many bytes is kept in memory when it was read, and all such ones together may have so many.
pub(super) const KEPT: u64 = 16 << 20;
pub(super) const ALL_KEPT: u64 = 48 << 20;

/// A folder.
pub(super) struct Folder {
    plan: RefCell<Plan>,
    /// As they were found; nothing for an empty folder.
    files: Vec<Option<File>>,
    /// Its sums are known.
    is_ready: Cell<bool>,
    kept: RefCell<Option<Uint8Array>>,
    /// How many bytes it has in memory, or is going to have.
    room: Cell<u64>,
}

impl Folder {
    /// Plans a folder of paths and, at the same place, files.
    pub(super) fn new(paths: &Array, files: &Array) -> Result<Self, Unfit> {
        let files = files.iter().map(|file| file.dyn_into::<File>().ok());
        let files: Vec<Option<File>> = files.collect();
        let found = |(path, file): (JsValue, &Option<File>)| Found {
            path: path.as_string().unwrap_or_default(),
            size: file.as_ref().map_or(0, |file| whole(file.size())),
            modified: file.as_ref().map_or(0, |file| whole(file.last_modified())),
        };
        let found: Vec<Found> = paths.iter().zip(&files).map(found).collect();
        Ok(Self {
            plan: RefCell::new(Plan::new(&found)?),
            files,
            is_ready: Cell::new(false),
            kept: RefCell::default(),
            room: Cell::new(0),
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.plan.borrow().size()
    }

    pub(super) fn modified(&self) -> u64 {
        self.plan.borrow().modified()
    }

    pub(super) fn count(&self) -> u32 {
        self.plan.borrow().files()
    }

    /// Returns how many bytes of it are in memory, or are going to be.
    pub(super) fn kept(&self) -> u64 {
        self.room.get()
    }

    /// Lets go of what is in memory. It can still be read.
    pub(super) fn let_go(&self) {
        self.kept.take();
        self.room.set(0);
    }

    /// Reads everything once, and keeps it where it may. Stops where it is not wanted any more.
    pub(super) async fn prepare(
        &self,
        keeps: bool,
        goes_on: impl Fn() -> bool,
    ) -> Result<(), String> {
        if self.is_ready.get() {
            return Ok(());
        }
        self.room.set(if keeps { self.size() } else { 0 });
        let prepared = self.read_once(keeps, goes_on).await;
        if prepared.is_err() {
            self.let_go();
        }
        prepared
    }

    async fn read_once(&self, keeps: bool, goes_on: impl Fn() -> bool) -> Result<(), String> {
        let slots: Vec<Slot> = self.plan.borrow().slots().collect();
        let mut sums = Sums::new(slots.iter().map(|slot| slot.size).collect());
        let length = u32::try_from(self.size()).ok().filter(|_| keeps);
        let kept = length.map(Uint8Array::new_with_length);
        for batch in batches(&slots) {
            let parts = batch.iter().map(|(found, range, _)| (*found, range));
            let read = self.read_all(parts).await?;
            for ((_, _, at), buffer) in batch.iter().zip(read) {
                let bytes = Uint8Array::new(&buffer);
                sums.take(&bytes.to_vec());
                if let (Some(kept), Ok(at)) = (&kept, u32::try_from(*at)) {
                    kept.set(&bytes, at);
                }
                let_go(&buffer);
            }
            if !goes_on() {
                return Err("it is not wanted any more".to_owned());
            }
        }
        let sums = sums.finish().ok_or("it has become shorter")?;
        self.plan.borrow_mut().set_sums(&sums);
        self.is_ready.set(true);
        if let Some(kept) = kept {
            self.add_made(&kept);
            self.kept.replace(Some(kept));
        }
        Ok(())
    }

    /// Puts what no file has between what the files have.
    fn add_made(&self, kept: &Uint8Array) {
        let plan = self.plan.borrow();
        let mut at = 0;
        for part in plan.parts(&(0..plan.size())) {
            at += match part {
                Part::Made(bytes) => {
                    let from = u32::try_from(at).unwrap_or(u32::MAX);
                    let to = from.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
                    kept.subarray(from, to).copy_from(&bytes);
                    bytes.len() as u64
                }
                Part::File { range, .. } => range.end - range.start,
            };
        }
    }

    /// Reads a range of the zip.
    pub(super) async fn read(&self, range: Range<u64>) -> Result<ArrayBuffer, String> {
        let length = u32::try_from(range.end - range.start).map_err(|_| "too much at once")?;
        if let Some(kept) = &*self.kept.borrow() {
            let from = u32::try_from(range.start).map_err(|_| "beyond the end")?;
            return Ok(kept.slice(from, from + length).buffer());
        }
        let parts = self.plan.borrow().parts(&range);
        let of_files = parts.iter().filter_map(|part| match part {
            Part::Made(_) => None,
            Part::File { found, range } => Some((*found, range)),
        });
        let mut read = self.read_all(of_files).await?.into_iter();
        let into = Uint8Array::new_with_length(length);
        let mut at = 0;
        for part in &parts {
            let bytes = match part {
                Part::Made(bytes) => Uint8Array::from(bytes.as_slice()),
                Part::File { .. } => {
                    let read = read.next().ok_or("a part is missing")?;
                    Uint8Array::new(&read)
                }
            };
            into.set(&bytes, at);
            at += bytes.byte_length();
            let_go(&bytes.buffer());
        }
        Ok(into.buffer())
    }

    /// Reads parts of files, all at once. Each has to be there whole.
    async fn read_all<'a>(
        &self,
        parts: impl Iterator<Item = (usize, &'a Range<u64>)>,
    ) -> Result<Vec<ArrayBuffer>, String> {
        let (mut lengths, reading) = (Vec::new(), Array::new());
        for (found, range) in parts {
            let file = self.files.get(found).and_then(Option::as_ref);
            let file = file.ok_or("a folder has no bytes")?;
            let part = file.slice_with_f64_and_f64(float(range.start), float(range.end));
            let part = part.map_err(|error| chrome::text(&error))?;
            reading.push(&part.array_buffer());
            lengths.push(range.end - range.start);
        }
        let read = settled(Ok(Promise::all(&reading).into())).await?;
        let read: Vec<ArrayBuffer> = Array::from(&read)
            .iter()
            .map(JsCast::unchecked_into)
            .collect();
        let whole =
            |(buffer, length): (&ArrayBuffer, &u64)| u64::from(buffer.byte_length()) == *length;
        if read.iter().zip(&lengths).all(whole) {
            Ok(read)
        } else {
            Err("a file has become shorter".to_owned())
        }
    }
}

fn let_go(buffer: &ArrayBuffer) {
    if buffer.byte_length() >= FREED {
        free(buffer);
    }
}

/// What is read at once: of which of those found, which bytes, and where they are in the zip.
type Batch = Vec<(usize, Range<u64>, u64)>;

/// Cuts what is to be read into batches, in its order.
fn batches(slots: &[Slot]) -> Vec<Batch> {
    let (mut batches, mut batch, mut bytes) = (Vec::new(), Batch::new(), 0);
    for slot in slots {
        let mut from = 0;
        while from < slot.size {
            let to = slot.size.min(from + READ_BYTES);
            if bytes + to - from > READ_BYTES || batch.len() >= READ_FILES {
                batches.push(std::mem::take(&mut batch));
                bytes = 0;
            }
            batch.push((slot.found, from..to, slot.at + from));
            bytes += to - from;
            from = to;
        }
    }
    batches.push(batch);
    batches
}
