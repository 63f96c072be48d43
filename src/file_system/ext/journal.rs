//! The journal's superblock, and its checksums: `journal.rst` of the kernel's
//! documentation. Big-endian.

use vma_source::{array, be_u32};

use super::log::Log;
use super::sums::{Sums, around};
use crate::error::{Fault, Result};

/// What every block of its own starts with, and the bytes of that.
pub(super) const MAGIC: u32 = 0xc03b_3998;
pub(super) const HEADER: usize = 12;

/// Kinds of blocks.
pub(super) const DESCRIPTOR: u32 = 1;
pub(super) const COMMIT: u32 = 2;
pub(super) const REVOKE: u32 = 5;
const SUPERBLOCKS: [u32; 2] = [3, 4];

const COMPAT_CHECKSUM: u32 = 0x1;
const INCOMPAT_64BIT: u32 = 0x2;
const INCOMPAT_CSUM_V2: u32 = 0x8;
const INCOMPAT_CSUM_V3: u32 = 0x10;
const INCOMPAT_FAST_COMMIT: u32 = 0x20;
/// Those, and revokes and commits that do not wait for their blocks.
const KNOWN: u32 = 0x3f;

/// Bytes of the superblock, and where its checksum stands.
const LENGTH: usize = 1024;
const CHECKSUM_AT: usize = 0xfc;

/// Blocks at the end for fast commits, where the superblock does not say how many.
const FAST_COMMITS: u64 = 256;

/// What checksums the journal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checks {
    None,
    /// CRC-32 of all blocks of a transaction, in its commit.
    Commit,
    /// CRC-32C of each block: in its tag 16 bits of it.
    Tags16,
    /// The same, of 32 bits.
    Tags32,
}

/// What the journal's superblock says.
///
/// Many fields: each is one of the superblock's.
pub(super) struct Journal {
    pub(super) block_size: usize,
    /// The first block of the log, and the one behind its last.
    pub(super) first: u64,
    pub(super) end: u64,
    /// Where the oldest transaction starts; 0 where there is none.
    pub(super) start: u64,
    /// Its number.
    pub(super) sequence: u32,
    pub(super) checks: Checks,
    pub(super) has_64bit: bool,
    /// Where fast commits stand, if the journal has room for them.
    pub(super) fast_commits: Option<u64>,
    /// Whether the file system was found to have errors.
    pub(super) has_errors: bool,
    /// What its checksums start from.
    pub(super) seed: u32,
}

impl Journal {
    /// Reads the superblock: the first block of the log.
    ///
    /// # Errors
    ///
    /// It cannot be had, makes no sense, or names a feature that is not read.
    pub(super) fn read(log: &Log<'_>, sums: &Sums, block_size: usize) -> Result<Self> {
        let block = log.read(0)?;
        let bytes = block.get(..LENGTH).unwrap_or(&block);
        let word = |at: usize| be_u32(bytes, at);
        let wrong = || Fault::corrupt("superblock of the journal");
        if word(0) != MAGIC || !SUPERBLOCKS.contains(&word(4)) {
            return Err(wrong());
        }
        // The first version has no features.
        let is_second = word(4) == 4;
        let feature = |at: usize| if is_second { word(at) } else { 0 };
        let (compat, incompat) = (feature(0x24), feature(0x28));
        if incompat & !KNOWN != 0 {
            let unknown = incompat & !KNOWN;
            return Err(Fault::unsupported(format!("features {unknown:#x} of the journal")));
        }
        let checks = match incompat & (INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3) {
            0 if compat & COMPAT_CHECKSUM != 0 => Checks::Commit,
            0 => Checks::None,
            INCOMPAT_CSUM_V2 => Checks::Tags16,
            INCOMPAT_CSUM_V3 => Checks::Tags32,
            _ => return Err(wrong()),
        };
        let uuid: [u8; 16] = array(bytes.get(0x30..).unwrap_or(&[]));
        if matches!(checks, Checks::Tags16 | Checks::Tags32) {
            let (before, behind) = around(bytes, CHECKSUM_AT, 4);
            let parts = [before, &[0; 4], behind];
            let about = || "the journal's superblock".to_owned();
            sums.hold(Some(u32::MAX), &parts, word(CHECKSUM_AT), about)?;
        }
        let s_maxlen = u64::from(word(0x10)).min(log.blocks());
        let s_num_fc_blks = match u64::from(word(0x54)) {
            0 => FAST_COMMITS,
            number => number,
        };
        let has_fast = incompat & INCOMPAT_FAST_COMMIT != 0;
        let end = if has_fast { s_maxlen.saturating_sub(s_num_fc_blks) } else { s_maxlen };
        let found = Self {
            block_size,
            first: word(0x14).into(),
            end,
            start: word(0x1c).into(),
            sequence: word(0x18),
            checks,
            has_64bit: incompat & INCOMPAT_64BIT != 0,
            // Linux leaves one block between.
            fast_commits: has_fast.then(|| end.saturating_add(1)),
            has_errors: word(0x20) != 0,
            seed: sums.on_from(u32::MAX, &[&uuid]),
        };
        let makes_sense = usize::try_from(word(0xc)) == Ok(block_size)
            && found.first > 0
            && found.first < found.end
            && found.start < found.end
            && (found.start == 0 || found.start >= found.first);
        if makes_sense { Ok(found) } else { Err(wrong()) }
    }

    /// The block behind `block`, round the end.
    pub(super) fn behind(&self, block: u64) -> u64 {
        let next = block.saturating_add(1);
        if next < self.end { next } else { self.first }
    }

    /// Whether each of its own blocks has a checksum.
    pub(super) fn has_sums(&self) -> bool {
        matches!(self.checks, Checks::Tags16 | Checks::Tags32)
    }

    /// Whether a block of descriptors or revokes agrees with the checksum at its end, or
    /// has none.
    pub(super) fn agrees_at_end(&self, sums: &Sums, block: &[u8]) -> bool {
        let at = block.len().saturating_sub(4);
        self.agrees_at(sums, block, at)
    }

    /// Whether a commit agrees with its own checksum, or has none.
    pub(super) fn agrees_as_commit(&self, sums: &Sums, block: &[u8]) -> bool {
        self.agrees_at(sums, block, 0x10)
    }

    fn agrees_at(&self, sums: &Sums, block: &[u8], at: usize) -> bool {
        let (before, behind) = around(block, at, 4);
        let sum = || sums.on_from(self.seed, &[before, &[0; 4], behind]);
        !self.has_sums() || sum() == be_u32(block, at)
    }
}
