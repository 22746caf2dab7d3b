//! Reading QR codes: of a picture, or of what a camera sees. What is seen stays in this page.

use crate::{attach, browser};
use chrome::{object, settled, whole};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlVideoElement, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

/// The longest side at which a picture is looked at, in pixels: a photograph of a screen is read at that.
const SIDE: f64 = 1_400.0;

/// Larger pictures are not decoded, in bytes.
const FILE: f64 = 50e6;

#[wasm_bindgen]
extern "C" {
    /// Loads what reads codes, `extension/popup.js`.
    #[wasm_bindgen(js_name = loadScanner, catch)]
    fn load_scanner() -> Result<Promise, JsValue>;

    /// A video that tells of its frames.
    #[wasm_bindgen(extends = HtmlVideoElement)]
    type Frames;

    #[wasm_bindgen(method, js_name = requestVideoFrameCallback)]
    fn next(this: &Frames, then: &Function) -> u32;
}

/// What reads codes.
pub(crate) struct Reader(Function);

impl Reader {
    /// Loads it; `None` where that is not possible.
    pub(crate) async fn load() -> Option<Self> {
        let reader = settled(load_scanner().map(JsValue::from)).await.ok()?;
        reader.dyn_into().ok().map(Self)
    }

    /// Returns what the code in a picture says.
    pub(crate) async fn picture(&self, file: &File) -> Option<String> {
        if file.size() > FILE {
            return None;
        }
        let picture = attach::decoded(file).await?;
        let size = [picture.width(), picture.height()];
        let text = self.look(size, |context, [width, height]| {
            context.draw_image_with_image_bitmap_and_dw_and_dh(&picture, 0.0, 0.0, width, height)
        });
        picture.close();
        text
    }

    /// Waits until a camera sees a code. Returns what it says; `None` where the camera was switched off.
    pub(crate) async fn camera(&self, camera: &Camera) -> Option<String> {
        loop {
            camera.frame().await;
            if !camera.stream.active() {
                return None;
            }
            let video = &camera.video;
            let size = [video.video_width(), video.video_height()];
            let text = self.look(size, |context, [width, height]| {
                context.draw_image_with_html_video_element_and_dw_and_dh(
                    video, 0.0, 0.0, width, height,
                )
            });
            if text.is_some() {
                return text;
            }
        }
    }

    /// Looks at what is drawn, in a size in which a code can be read.
    fn look(
        &self,
        [width, height]: [u32; 2],
        draw: impl FnOnce(&CanvasRenderingContext2d, [f64; 2]) -> Result<(), JsValue>,
    ) -> Option<String> {
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (SIDE / width.max(height)).min(1.0);
        let size = [width, height].map(|length| (length * scale).round().max(1.0));
        let [across, down] = size.map(|length| u32::try_from(whole(length)).unwrap_or_default());
        let canvas: HtmlCanvasElement = browser::document()?
            .create_element("canvas")
            .ok()?
            .dyn_into()
            .ok()?;
        canvas.set_width(across);
        canvas.set_height(down);
        let options = object([("willReadFrequently", true.into())]);
        let context = canvas
            .get_context_with_context_options("2d", &options)
            .ok()??;
        let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
        draw(&context, size).ok()?;
        let [width, height] = size;
        let pixels = context.get_image_data(0.0, 0.0, width, height).ok()?.data();
        let pixels = Uint8Array::from(pixels.0.as_slice());
        let read = self.0.call2(&JsValue::UNDEFINED, &pixels, &across.into());
        read.ok()?.as_string()
    }
}

/// A camera, and the part of the page that shows what it sees.
pub(crate) struct Camera {
    stream: MediaStream,
    video: HtmlVideoElement,
    /// Comes true when it is over, which this brings about.
    over: Promise,
    end: JsValue,
}

impl Camera {
    /// Switches a camera on: the one that looks away from the person, where there are two. The browser asks the person.
    pub(crate) async fn switch_on(video: HtmlVideoElement) -> Option<Self> {
        let devices = browser::window()?.navigator().media_devices().ok()?;
        let wanted = MediaStreamConstraints::new();
        wanted.set_video(&object([("facingMode", "environment".into())]));
        let stream = devices.get_user_media_with_constraints(&wanted).ok()?;
        let stream: MediaStream = JsFuture::from(stream).await.ok()?.dyn_into().ok()?;
        let mut end = JsValue::UNDEFINED;
        let over = Promise::new(&mut |resolve, _| end = resolve.into());
        let camera = Self {
            stream,
            video,
            over,
            end,
        };
        // The person may unplug it.
        for track in camera.tracks() {
            track.set_onended(camera.end.dyn_ref());
        }
        camera.video.set_src_object(Some(&camera.stream));
        let plays = camera.video.play().ok()?;
        let plays = JsFuture::from(plays).await.is_ok() && camera.video.is_connected();
        if !plays {
            camera.switch_off();
        }
        plays.then_some(camera)
    }

    /// Switches it off.
    pub(crate) fn switch_off(&self) {
        self.tracks().for_each(|track| track.stop());
        self.video.set_src_object(None);
        if let Some(end) = self.end.dyn_ref::<Function>() {
            // It only resolves.
            let _ = end.call0(&JsValue::UNDEFINED);
        }
    }

    fn tracks(&self) -> impl Iterator<Item = MediaStreamTrack> {
        let tracks = self.stream.get_tracks().into_iter();
        tracks.map(|track| track.unchecked_into())
    }

    async fn frame(&self) {
        let video: &Frames = self.video.unchecked_ref();
        let next = Promise::new(&mut |resolve, _| {
            video.next(&resolve);
        });
        // Neither of the two fails.
        let _ = JsFuture::from(Promise::race(&Array::of2(&next, &self.over))).await;
    }
}
