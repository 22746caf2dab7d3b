//! The bytes of an input as choices, one after the other.

/// What is left of an input.
#[derive(Debug)]
pub struct Script<'a> {
    left: &'a [u8],
}

impl<'a> Script<'a> {
    /// Begins to read an input.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.left.is_empty()
    }

    /// Returns the next byte; zero at the end.
    pub fn byte(&mut self) -> u8 {
        let (byte, left) = self.left.split_first().unwrap_or((&0, &[]));
        self.left = left;
        *byte
    }

    /// Returns a number below `bound`; zero where that is zero.
    pub fn below(&mut self, bound: usize) -> usize {
        let byte = usize::from(self.byte());
        byte.checked_rem(bound).unwrap_or(0)
    }

    /// Returns whether the next byte is odd.
    pub fn flip(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    /// Chooses one of a list, where it has any.
    pub fn one<'b, T>(&mut self, list: &'b [T]) -> Option<&'b T> {
        let at = self.below(list.len());
        list.get(at)
    }

    /// Returns some text of the input itself; the first byte is its length.
    pub fn text(&mut self) -> String {
        let length = usize::from(self.byte()).min(self.left.len());
        let (text, left) = self.left.split_at(length);
        self.left = left;
        String::from_utf8_lossy(text).into_owned()
    }
}
