//! Names inside sentences.

/// A name inside a sentence, so that its direction does not reorder the sentence (the marks that
/// `<bdi>` stands for).
pub(crate) fn isolate(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}
