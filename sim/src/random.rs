//! The source of chance in a world: SplitMix64 (Steele, Lea, Flood 2014), small and fast. Devices get
//! seeds from it; what they do with a seed is the product's own randomness.

/// Numbers from a seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A sequence from a seed. Neighbouring seeds give unrelated sequences.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number from `least` up to, and without, `end`.
    pub fn within(&mut self, least: u64, end: u64) -> u64 {
        least + self.number() % (end - least).max(1)
    }

    /// Returns true in `percent` of all cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.within(0, 100) < percent
    }

    /// Returns a number from 0 up to, and without, `end`: a place in a list.
    pub fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.within(0, end as u64)).unwrap_or(0)
    }

    /// Returns 32 bytes, for a device.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        for part in seed.chunks_mut(8) {
            part.copy_from_slice(&self.number().to_le_bytes());
        }
        seed
    }

    /// A sequence from the seed of a device.
    #[must_use]
    pub fn of(seed: [u8; 32]) -> Self {
        let (first, _) = seed.split_first_chunk().unwrap_or((&[0; 8], &[]));
        Self::new(u64::from_le_bytes(*first))
    }

    /// Returns a uuid as text, as they are in ids.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.number(), self.number());
        let hex = format!("{a:016x}{b:016x}");
        let (first, rest) = hex.split_at(8);
        let (second, rest) = rest.split_at(4);
        let (third, rest) = rest.split_at(4);
        let (fourth, fifth) = rest.split_at(4);
        format!("{first}-{second}-{third}-{fourth}-{fifth}")
    }
}
