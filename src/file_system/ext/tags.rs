//! What a block of descriptors says of the blocks behind it, and a block of revokes of
//! blocks before it.

use vma_source::{be_u16, be_u32, to_usize};

use super::journal::{Checks, HEADER, Journal};

/// Flags of a tag: the block begins with the journal's magic number; no UUID follows; it
/// is the last.
const ESCAPE: u32 = 1;
const SAME_UUID: u32 = 2;
const LAST: u32 = 8;
const UUID: usize = 16;

/// One block that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// The block of the file system that it is.
    pub(super) block: u64,
    pub(super) is_escaped: bool,
    /// Its checksum, as many bits of it as there are.
    pub(super) sum: u32,
}

/// The tags of a block of descriptors; `None` where they do not fit in it.
pub(super) fn tags(journal: &Journal, bytes: &[u8]) -> Option<Vec<Tag>> {
    let is_wide = journal.checks == Checks::Tags32;
    let length = match journal.checks {
        Checks::Tags32 => 16,
        // Two bytes more than are used: so Linux made them.
        Checks::Tags16 => 10,
        Checks::None | Checks::Commit => 8,
    };
    let length = if journal.has_64bit && !is_wide { length + 4 } else { length };
    let tail = if journal.has_sums() { 4 } else { 0 };
    let bytes = bytes.get(..bytes.len().checked_sub(tail)?)?;
    let mut rest = bytes.get(HEADER..)?;
    let mut found = Vec::new();
    loop {
        let (tag, behind) = rest.split_at_checked(length)?;
        let flags = if is_wide { be_u32(tag, 4) } else { be_u16(tag, 6).into() };
        let high = if journal.has_64bit { be_u32(tag, 8) } else { 0 };
        found.push(Tag {
            block: u64::from(high) << 32 | u64::from(be_u32(tag, 0)),
            is_escaped: flags & ESCAPE != 0,
            sum: if is_wide { be_u32(tag, 12) } else { be_u16(tag, 4).into() },
        });
        rest = if flags & SAME_UUID != 0 { behind } else { behind.get(UUID..)? };
        if flags & LAST != 0 {
            return Some(found);
        }
        // Linux ends a full block without a last tag.
        if rest.len() < length {
            return Some(found);
        }
    }
}

/// The blocks of the file system that a block of revokes names; `None` where it makes no
/// sense.
pub(super) fn revokes(journal: &Journal, bytes: &[u8]) -> Option<Vec<u64>> {
    let r_count = to_usize(be_u32(bytes, HEADER).into());
    let tail = if journal.has_sums() { 4 } else { 0 };
    let is_inside = r_count <= bytes.len().checked_sub(tail)?;
    let records = bytes.get(HEADER + 4..r_count).filter(|_| is_inside)?;
    let numbers = |record: &[u8]| match record.len() {
        8 => u64::from(be_u32(record, 0)) << 32 | u64::from(be_u32(record, 4)),
        _ => be_u32(record, 0).into(),
    };
    let each = if journal.has_64bit { 8 } else { 4 };
    Some(records.chunks_exact(each).map(numbers).collect())
}
