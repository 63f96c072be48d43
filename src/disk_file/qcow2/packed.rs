//! Compressed clusters, and those that were unpacked last.

use core::cell::RefCell;
use core::ops::Range;
use std::rc::Rc;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use twox_hash::XxHash64;
use vma_zstd::unpack_frame;

use super::header::CompressionType;

/// Clusters that are kept, and bytes of them all, at most.
const KEPT: usize = 16;
const KEPT_BYTES: usize = 4 << 20;
/// More than a cluster can look back.
const WINDOW_MAX: u64 = 8 << 20;

impl CompressionType {
    /// The cluster of `size` bytes that `packed` begins with; `None` if it comes to less.
    pub(super) fn unpack(self, packed: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut out = vec![0; size];
        let count = match self {
            Self::Deflate => deflate(packed, &mut out),
            Self::Zstd => zstd(packed, &mut out),
        };
        (count == Some(size)).then_some(out)
    }
}

/// As QEMU does: a stream that goes on behind the cluster is none of its business.
fn deflate(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut decoder = Box::new(DecompressorOxide::new());
    let (status, _, count) = decompress(&mut decoder, packed, out, 0, flags);
    matches!(status, TINFLStatus::Done | TINFLStatus::HasMoreOutput).then_some(count)
}

/// One frame after the other, until the cluster is whole.
fn zstd(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let (mut at, mut count) = (0_usize, 0_usize);
    while count < out.len() {
        let room = out.get_mut(count..)?;
        let frame = unpack_frame(packed.get(at..)?, room, WINDOW_MAX)?;
        let made = room.get(..frame.count)?;
        let computed = XxHash64::oneshot(0, made).to_le_bytes();
        let is_right = |stated: u32| computed.starts_with(&stated.to_le_bytes());
        if !frame.checksum.is_none_or(is_right) {
            return None;
        }
        at = at.checked_add(frame.length)?;
        count = count.checked_add(frame.count)?;
    }
    Some(count)
}

/// The clusters that were unpacked last, by where they are in the file; `None` for what
/// does not unpack.
#[derive(Default)]
pub(super) struct Unpacked(RefCell<Vec<Kept>>);

type Kept = (Range<u64>, Option<Rc<[u8]>>);

impl Unpacked {
    pub(super) fn get(&self, packed: &Range<u64>) -> Option<Option<Rc<[u8]>>> {
        let mut kept = self.0.borrow_mut();
        let at = kept.iter().position(|(range, _)| range == packed)?;
        let found = kept.remove(at);
        let bytes = found.1.clone();
        kept.push(found);
        Some(bytes)
    }

    pub(super) fn keep(&self, packed: Range<u64>, bytes: Option<Rc<[u8]>>) {
        let mut kept = self.0.borrow_mut();
        let size = bytes.as_ref().map_or(1, |bytes| bytes.len().max(1));
        let most = KEPT.min(KEPT_BYTES / size).max(1);
        let surplus = kept.len().saturating_add(1).saturating_sub(most);
        kept.drain(..surplus);
        kept.push((packed, bytes));
    }
}
