//! QR codes as one path of an SVG.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use std::fmt::Write;

/// Light modules around the code, as the standard asks.
const QUIET: i32 = 4;

/// The largest code that is drawn: 271 bytes, three times an invite.
const LARGEST: u8 = 10;

/// A code, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawing {
    /// Modules on a side, the quiet zone with them.
    pub(crate) side: i32,
    /// The dark modules.
    pub(crate) path: String,
}

/// Draws a text; nothing where it is too long.
///
/// The mask is fixed: choosing the best of eight pays where codes are printed small, and takes the
/// largest part of the work.
pub(crate) fn draw(text: &str) -> Option<Drawing> {
    let content = [QrSegment::make_bytes(text.as_bytes())];
    let (ecc, mask) = (QrCodeEcc::Low, Some(Mask::new(0)));
    let (smallest, largest) = (Version::new(1), Version::new(LARGEST));
    let code =
        QrCode::encode_segments_advanced(&content, ecc, smallest, largest, mask, false).ok()?;
    let mut path = String::new();
    (0..code.size()).for_each(|y| draw_row(&code, y, &mut path));
    Some(Drawing {
        side: code.size() + 2 * QUIET,
        path,
    })
}

/// Returns each run of dark modules as one rectangle.
fn draw_row(code: &QrCode, y: i32, path: &mut String) {
    let mut x = 0;
    while x < code.size() {
        let start = x;
        while code.get_module(x, y) {
            x += 1;
        }
        let run = x - start;
        if run > 0 {
            // Writing to a string does not fail.
            let _ = write!(path, "M{} {}h{run}v1h-{run}z", start + QUIET, y + QUIET);
        }
        x += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safety_number_and_an_invite_fit_and_keep_the_quiet_zone() {
        let invite = format!("meshchat-invite:{}", "A".repeat(76));
        for (text, side) in [("12345".repeat(12), 33 + 8), (invite, 37 + 8)] {
            let drawing = draw(&text).unwrap();
            assert_eq!(drawing.side, side);
            assert!(drawing.path.starts_with("M4 4h7v1h-7z"), "a finder pattern");
        }
        assert_eq!(draw(&"x".repeat(272)), None);
    }
}
