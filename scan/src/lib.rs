//! Reads QR codes in pictures. A module of its own, which a view loads when somebody scans: others never pay for it.

use rqrr::PreparedImage;
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of a pixel: red, green, blue, and how opaque it is.
const PIXEL: usize = 4;

/// The most pixels that are looked at. A view makes a picture smaller before.
pub const PIXELS: usize = 2_000_000;

/// The most bytes that a code may say: more than the largest that Mesh Chat shows.
const BYTES: usize = 1_000;

/// Returns what the first code in a picture says that can be read. The picture is rows of this width, of pixels as a canvas has
/// them; what has other dimensions says nothing.
#[wasm_bindgen]
pub fn read(pixels: &[u8], width: usize) -> Option<String> {
    let count = pixels.len() / PIXEL;
    let height = count.checked_div(width)?;
    if count > PIXELS || width * height * PIXEL != pixels.len() || height == 0 {
        return None;
    }
    let grey = |x: usize, y: usize| {
        let at = (y * width + x) * PIXEL;
        pixels.get(at..at + PIXEL).map_or(u8::MAX, brightness)
    };
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, grey);
    let codes = picture.detect_grids().into_iter();
    let mut texts = codes.filter_map(|code| code.decode().ok());
    let (_, text) = texts.find(|(_, text)| text.len() <= BYTES)?;
    Some(text)
}

/// Returns how bright a pixel is before a white ground, as eyes weigh the colours.
fn brightness(pixel: &[u8]) -> u8 {
    let &[red, green, blue, opaque] = pixel else {
        return u8::MAX;
    };
    let shade = (299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1_000;
    let opaque = u32::from(opaque);
    let over_white = (shade * opaque + 255 * (255 - opaque)) / 255;
    u8::try_from(over_white).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use qrcodegen::{QrCode, QrCodeEcc};

    /// Draws a code, each module so many pixels large, in two colours.
    fn draw(text: &str, module: usize, [light, dark]: [[u8; 4]; 2]) -> (Vec<u8>, usize) {
        let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        let side = usize::try_from(code.size() + 8).unwrap() * module;
        let at = |pixel: usize| i32::try_from(pixel / module).unwrap() - 4;
        let pixels = (0..side * side).flat_map(|index| {
            let is_dark = code.get_module(at(index % side), at(index / side));
            if is_dark { dark } else { light }
        });
        (pixels.collect(), side)
    }

    const BLACK: [u8; 4] = [0, 0, 0, 255];
    const WHITE: [u8; 4] = [255; 4];

    #[test]
    fn what_mesh_chat_shows_is_read() {
        let safety = format!("meshchat-safety:{}:{}", "12345".repeat(12), "0f".repeat(16));
        let invite = format!("meshchat-invite:{}", "Ab9_-".repeat(20));
        let see_through = [9, 9, 9, 0];
        let colours = [
            [WHITE, BLACK],
            [[230, 240, 200, 255], [40, 0, 90, 255]],
            [see_through, BLACK],
        ];
        for text in [safety, invite] {
            for colours in colours {
                let (pixels, side) = draw(&text, 3, colours);
                assert_eq!(read(&pixels, side).as_ref(), Some(&text), "{colours:?}");
            }
        }
    }

    #[test]
    fn what_has_no_code_or_other_dimensions_says_nothing() {
        let (pixels, side) = draw("hello", 3, [WHITE, BLACK]);
        for width in [0, 1, side + 1, usize::MAX] {
            assert_eq!(read(&pixels, width), None, "{width}");
        }
        assert_eq!(read(&[255; 400], 10), None);
        assert_eq!(read(&[], 0), None);
        assert_eq!(read(&vec![255; (PIXELS + 1) * PIXEL], 1), None);
        let (long, side) = draw(&"x".repeat(BYTES + 1), 2, [WHITE, BLACK]);
        assert_eq!(read(&long, side), None);
    }

    proptest! {
        #[test]
        fn no_picture_is_a_panic(seed in proptest::collection::vec(any::<u8>(), 64), at in 0_usize..4_000) {
            let (mut pixels, side) = draw("12345678901234567890", 2, [WHITE, BLACK]);
            for (index, byte) in seed.iter().enumerate() {
                let at = (at * (index + 1)) % pixels.len();
                pixels[at] = *byte;
            }
            read(&pixels, side);
            let noise: Vec<u8> = seed.iter().cycle().copied().take(40 * 40 * PIXEL).collect();
            read(&noise, 40);
        }
    }
}
