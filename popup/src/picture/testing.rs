//! What tests of several kinds of pictures do.

use super::details::without_details;
use super::parts::{Part, Read, Unreadable};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

impl Read for Vec<u8> {
    async fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, Unreadable> {
        let at = usize::try_from(at).unwrap().min(self.len());
        let length = usize::try_from(length).unwrap();
        let end = at.saturating_add(length).min(self.len());
        Ok(self[at..end].to_vec())
    }
}

/// Returns the file as it is sent, where something is left out.
pub(super) fn sent(file: &[u8]) -> Option<Vec<u8>> {
    let file = file.to_vec();
    let size = file.len() as u64;
    let mut parts = pin!(without_details(size, &file));
    let Poll::Ready(parts) = parts.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("there is nothing to wait for");
    };
    let part = |part: Part| match part {
        Part::Old(range) => file[range.start as usize..range.end as usize].to_vec(),
        Part::New(bytes) => bytes,
    };
    Some(parts.unwrap()?.into_iter().flat_map(part).collect())
}
