//! The sums of many files whose bytes come one after the other, cut anywhere.

use crc::{CRC_32_ISO_HDLC, Crc, Digest, Table};
use std::vec::IntoIter;

/// One table: the larger ones are faster, and would be sixteen times as large in what every browser loads.
static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// Computes them.
pub struct Sums {
    digest: Digest<'static, u32, Table<1>>,
    /// How many bytes of the present file are to come.
    left: u64,
    sizes: IntoIter<u64>,
    sums: Vec<u32>,
    over: bool,
}

impl Sums {
    /// Begins with the sizes of all files.
    pub fn new(sizes: Vec<u64>) -> Self {
        let mut sums = Self {
            digest: CRC.digest(),
            left: 0,
            sums: Vec::with_capacity(sizes.len()),
            sizes: sizes.into_iter(),
            over: false,
        };
        sums.next();
        sums
    }

    /// Takes what is next. What comes behind the last file is passed over.
    pub fn take(&mut self, mut bytes: &[u8]) {
        while !self.over {
            let length = usize::try_from(self.left).unwrap_or(usize::MAX);
            let (of_it, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
            self.digest.update(of_it);
            self.left -= of_it.len() as u64;
            if self.left > 0 {
                return;
            }
            bytes = rest;
            let digest = std::mem::replace(&mut self.digest, CRC.digest());
            self.sums.push(digest.finalize());
            self.next();
        }
    }

    fn next(&mut self) {
        match self.sizes.next() {
            Some(size) => self.left = size,
            None => self.over = true,
        }
    }

    /// Returns the sums, where all files have come.
    pub fn finish(mut self) -> Option<Vec<u32>> {
        self.take(&[]);
        self.over.then_some(self.sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_of_zip() {
        let mut sums = Sums::new(vec![9]);
        sums.take(b"123456789");
        assert_eq!(sums.finish(), Some(vec![0xCBF4_3926]));
        let mut sums = Sums::new(vec![9]);
        sums.take(b"1234");
        assert_eq!(sums.finish(), None, "it has become shorter");
        assert_eq!(Sums::new(vec![0, 0]).finish(), Some(vec![0, 0]));
    }

    proptest::proptest! {
        #[test]
        fn the_sums_are_the_same_wherever_bytes_are_cut(
            files in proptest::collection::vec(proptest::collection::vec(0_u8..255, 0..9), 0..9),
            cut in 1_usize..9,
        ) {
            let sizes = files.iter().map(|file| file.len() as u64).collect();
            let mut sums = Sums::new(sizes);
            for part in files.concat().chunks(cut) {
                sums.take(part);
            }
            let each: Vec<u32> = files.iter().map(|file| CRC.checksum(file)).collect();
            proptest::prop_assert_eq!(sums.finish(), Some(each));
        }
    }
}
