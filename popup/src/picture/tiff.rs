//! What a camera notes with a picture: a small file of its own, in which one entry says how the picture stands.

/// How the picture stands, where it was held otherwise: this stays, or it would be shown lying.
const ORIENTATION: u16 = 0x0112;

/// Returns how the picture stands, where that is said and is not upright.
pub(super) fn orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk::<2>()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let offset = *tiff.get(4..)?.first_chunk::<4>()?;
    let offset = if little {
        u32::from_le_bytes(offset)
    } else {
        u32::from_be_bytes(offset)
    };
    let table = usize::try_from(offset).ok()?;
    let entries = usize::from(u16_at(table)?);
    let mut places = (0..entries).map(|entry| table.saturating_add(2 + 12 * entry));
    let place = places.find(|place| u16_at(*place) == Some(ORIENTATION))?;
    u16_at(place.saturating_add(8)).filter(|way| (2..=8).contains(way))
}

/// Returns what says how the picture stands, and nothing else.
pub(super) fn upright(way: u16) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    tiff.extend_from_slice(&way.to_be_bytes());
    tiff.extend_from_slice(&[0; 6]);
    tiff
}
