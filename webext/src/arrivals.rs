//! To which piece of a file the bytes belong that come on a connection.

use litemap::LiteMap;
use mesh_chat::node::LinkId;
use mesh_chat::view::TransferId;

/// A piece that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Of which file.
    pub transfer: TransferId,
    /// Which, from 0.
    pub number: u64,
    /// Its SHA-256, as was said.
    pub hash: [u8; 32],
}

/// The connections on which bytes come. `B` is where those of a piece are collected.
#[derive(Debug)]
pub struct Arrivals<B>(LiteMap<LinkId, Option<Arrival<B>>>);

#[derive(Debug)]
struct Arrival<B> {
    piece: Piece,
    length: u32,
    come: u32,
    into: B,
}

/// What is to be done with bytes that have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Come<B> {
    /// They belong to no piece that is wanted.
    Nothing,
    /// They belong here, from this byte on. Where the piece is whole with them, that is named.
    Part(B, u32, Option<Piece>),
    /// They are more than this piece has.
    TooMany(Piece),
}

impl<B> Default for Arrivals<B> {
    fn default() -> Self {
        Self(LiteMap::new())
    }
}

impl<B: Clone> Arrivals<B> {
    /// Notes that bytes may come on a connection.
    pub fn carry(&mut self, link: LinkId) {
        self.0.try_insert(link, None);
    }

    /// Notes which piece comes next on a connection. Returns the one before, where that is not whole.
    pub fn expect(
        &mut self,
        link: LinkId,
        piece: Piece,
        (length, into): (u32, B),
    ) -> Option<Piece> {
        let come = 0;
        let arrival = Arrival {
            piece,
            length,
            come,
            into,
        };
        let before = self.0.get_mut(&link)?.replace(arrival);
        before.map(|before| before.piece)
    }

    /// Takes so many bytes of a connection.
    pub fn come(&mut self, link: LinkId, count: u32) -> Come<B> {
        let Some(slot) = self.0.get_mut(&link) else {
            return Come::Nothing;
        };
        let Some(arrival) = slot else {
            return Come::Nothing;
        };
        let at = arrival.come;
        arrival.come = at.saturating_add(count);
        if arrival.come < arrival.length {
            return Come::Part(arrival.into.clone(), at, None);
        }
        let fits = arrival.come == arrival.length;
        match slot.take() {
            Some(Arrival { piece, into, .. }) if fits => Come::Part(into, at, Some(piece)),
            Some(Arrival { piece, .. }) => Come::TooMany(piece),
            None => Come::Nothing,
        }
    }

    /// Forgets a connection that has ended. Returns whether there is none any more.
    pub fn end(&mut self, link: LinkId) -> bool {
        self.0.remove(&link).is_some() && self.0.is_empty()
    }

    /// Forgets what comes of a file.
    pub fn forget(&mut self, transfer: &TransferId) {
        for (_, arrival) in self.0.iter_mut() {
            arrival.take_if(|arrival| arrival.piece.transfer == *transfer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkId = LinkId::Dialled(1);

    fn piece(number: u64) -> Piece {
        let (transfer, hash) = (TransferId("a".into()), [0; 32]);
        Piece {
            transfer,
            number,
            hash,
        }
    }

    #[test]
    fn bytes_belong_to_the_piece_that_was_announced_before_them() {
        let mut arrivals = Arrivals::default();
        assert_eq!(arrivals.come(LINK, 5), Come::<char>::Nothing, "unknown");
        arrivals.carry(LINK);
        assert_eq!(arrivals.come(LINK, 5), Come::Nothing, "not wanted");
        assert_eq!(arrivals.expect(LINK, piece(0), (10, 'a')), None);
        assert_eq!(arrivals.come(LINK, 4), Come::Part('a', 0, None));
        assert_eq!(arrivals.come(LINK, 6), Come::Part('a', 4, Some(piece(0))));
        assert_eq!(arrivals.come(LINK, 1), Come::Nothing);
    }

    #[test]
    fn a_piece_is_damaged_that_has_too_many_bytes_or_too_few() {
        let mut arrivals = Arrivals::default();
        arrivals.carry(LINK);
        assert_eq!(arrivals.expect(LINK, piece(0), (10, 'a')), None);
        assert_eq!(arrivals.come(LINK, 11), Come::TooMany(piece(0)));
        assert_eq!(arrivals.expect(LINK, piece(1), (10, 'b')), None);
        assert_eq!(arrivals.come(LINK, 9), Come::Part('b', 0, None));
        let before = arrivals.expect(LINK, piece(2), (10, 'c'));
        assert_eq!(before, Some(piece(1)));
    }

    #[test]
    fn nothing_is_collected_for_a_connection_or_a_file_that_is_gone() {
        let mut arrivals = Arrivals::default();
        arrivals.carry(LINK);
        arrivals.carry(LINK);
        assert_eq!(arrivals.expect(LINK, piece(0), (10, 'a')), None);
        arrivals.forget(&piece(0).transfer);
        assert_eq!(arrivals.come(LINK, 4), Come::Nothing);
        assert_eq!(arrivals.expect(LINK, piece(0), (10, 'a')), None);
        assert!(arrivals.end(LINK) && !arrivals.end(LINK));
        assert_eq!(arrivals.come(LINK, 4), Come::Nothing);
    }
}
