//! Names inside sentences.

/// Returns a name for use inside a sentence: with marks (those of `<bdi>`) that keep its direction
/// from reordering the sentence.
pub(crate) fn isolate(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}
