//! The blob buffer: names and configs of the archive, each behind its length.
//!
//! Byte 0 is unused. From byte 1 on stand blobs back to back, each a 16-bit
//! **little-endian** length and then as many bytes.

use std::collections::BTreeSet;

use crate::source::le_u16;

/// The blob buffer of an archive, as it was found.
#[derive(Clone, Debug)]
#[doc(alias = "blob_buffer")]
pub(crate) struct BlobBuffer<'a> {
    bytes: &'a [u8],
    starts: BTreeSet<u32>,
}

/// What a pointer into the blob buffer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blob<'a> {
    /// A blob of the chain.
    Chained(&'a [u8]),
    /// Bytes with a length that fits, inside another blob or behind a broken
    /// chain. Proxmox refuses such a pointer.
    Unchained(&'a [u8]),
    /// Nothing: the pointer or the length behind it leads out of the buffer.
    Invalid,
}

impl<'a> BlobBuffer<'a> {
    /// Walks the chain of blobs in `bytes`, up to the first that does not fit.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mut starts = BTreeSet::new();
        let mut at = 1_usize;
        while let Some(blob) = blob_at(bytes, at) {
            let Ok(start) = u32::try_from(at) else { break };
            starts.insert(start);
            at = at.saturating_add(2).saturating_add(blob.len());
        }
        Self { bytes, starts }
    }

    /// What `pointer`, counted from the start of the buffer, leads to.
    pub(crate) fn blob(&self, pointer: u32) -> Blob<'a> {
        let at = usize::try_from(pointer).unwrap_or(usize::MAX);
        match blob_at(self.bytes, at) {
            Some(blob) if self.starts.contains(&pointer) => Blob::Chained(blob),
            Some(blob) if at > 0 => Blob::Unchained(blob),
            _ => Blob::Invalid,
        }
    }
}

fn blob_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let length = usize::from(le_u16(rest.get(..2)?, 0));
    rest.get(2..length.checked_add(2)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_little_endian_and_byte_zero_is_skipped() {
        let bytes = [0xee, 3, 0, b'a', b'b', 0, 0, 0, 1, 0, b'z'];
        let buffer = BlobBuffer::new(&bytes);
        assert_eq!(buffer.blob(1), Blob::Chained(b"ab\0"));
        assert_eq!(buffer.blob(6), Blob::Chained(b""));
        assert_eq!(buffer.blob(8), Blob::Chained(b"z"));
        assert_eq!(buffer.blob(0), Blob::Invalid);
        assert_eq!(buffer.blob(11), Blob::Invalid);
        assert_eq!(buffer.blob(u32::MAX), Blob::Invalid);
    }

    #[test]
    fn a_pointer_into_a_blob_is_told_from_one_to_its_start() {
        let bytes = [0, 4, 0, 1, 0, b'x', b'y'];
        let buffer = BlobBuffer::new(&bytes);
        assert_eq!(buffer.blob(3), Blob::Unchained(b"x"));
    }

    #[test]
    fn a_blob_that_overruns_ends_the_chain() {
        let bytes = [0, 0xff, 0xff, 1, 0, b'x'];
        let buffer = BlobBuffer::new(&bytes);
        assert_eq!(buffer.blob(1), Blob::Invalid);
        assert_eq!(buffer.blob(3), Blob::Unchained(b"x"));
    }
}
