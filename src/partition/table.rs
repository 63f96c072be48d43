//! What a partition table says.

use core::ops::Range;
use std::rc::Rc;

use super::purpose::Purpose;
use crate::source::{Lacking, ReadAt, Window};

/// Partitions that are listed of a disk, at most: what a table has room for that is
/// made as all are, and then some. The rest is counted as [`Remark::TooMany`].
pub const PARTITIONS_MAX: usize = 256;

/// How a disk is parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The kind of table.
    pub scheme: Scheme,
    /// What names the disk: the GUID of a GPT, or the eight hex digits of an MBR.
    pub disk_id: Option<String>,
    /// Bytes of a sector, in which the table counts.
    pub sector_size: u64,
    /// The partitions, in the order of the table.
    pub partitions: Vec<Partition>,
    /// What is wrong or unusual.
    pub remarks: Vec<Remark>,
    /// What could not be read of all that was looked at.
    pub lacking: Lacking,
}

/// The kind of a partition table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// None: a file system may take the whole disk.
    None,
    /// A master boot record, as DOS made them.
    Mbr,
    /// A GUID partition table.
    Gpt,
    /// It should be in bytes that could not be read.
    Unknown,
}

impl Scheme {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mbr => "mbr",
            Self::Gpt => "gpt",
            Self::Unknown => "unknown",
        }
    }
}

/// A part of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number, as Linux counts: from 1; logical ones from 5.
    pub number: u32,
    /// Its bytes on the disk. They may lie beyond the disk's end.
    pub range: Range<u64>,
    /// What it is for, as the table says.
    pub purpose: Purpose,
    /// Its name in a GPT.
    pub name: Option<String>,
    /// What identifies it, as `blkid` has `PARTUUID`: its own GUID in a GPT, in an MBR that
    /// of the disk and its number.
    pub id: String,
    /// Whether an MBR's code starts from it, or a GPT says that old firmware may.
    pub is_active: bool,
}

impl Partition {
    /// Its bytes as a source of their own.
    #[must_use]
    pub fn window(&self, disk: &Rc<dyn ReadAt>) -> Window {
        Window::new(Rc::clone(disk), self.range.clone())
    }
}

/// What is wrong with a table, or unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The first GPT cannot be read or does not agree with its checksums: the copy at
    /// the end was taken.
    FirstGptBroken,
    /// The GPT's copy cannot be read or does not agree with its checksums.
    GptCopyBroken,
    /// The copies of the GPT agree with their checksums and say different things.
    GptCopiesDiffer,
    /// The GPT's copy does not stand at the disk's end, as after a disk has grown.
    GptCopyElsewhere,
    /// Both GPTs are broken, or lost, and the protective MBR says that there was one.
    GptLost,
    /// The MBR beside the GPT lists partitions of its own.
    Hybrid,
    /// The MBR does not say that there is a GPT.
    NoProtectiveMbr,
    /// A GPT stands behind an MBR, or a file system, that knows nothing of it: it is
    /// left over.
    StaleGpt,
    /// Partition `number` ends behind the disk's end.
    BeyondEnd(u32),
    /// Partition `number` begins before the end of another one.
    Overlap(u32),
    /// The chain of logical partitions breaks off, or leads back into itself.
    ChainBroken,
    /// There are more partitions than are listed.
    TooMany,
}

impl Remark {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::FirstGptBroken => "first-gpt-broken",
            Self::GptCopyBroken => "gpt-copy-broken",
            Self::GptCopiesDiffer => "gpt-copies-differ",
            Self::GptCopyElsewhere => "gpt-copy-elsewhere",
            Self::GptLost => "gpt-lost",
            Self::Hybrid => "hybrid",
            Self::NoProtectiveMbr => "no-protective-mbr",
            Self::StaleGpt => "stale-gpt",
            Self::BeyondEnd(_) => "beyond-end",
            Self::Overlap(_) => "overlap",
            Self::ChainBroken => "chain-broken",
            Self::TooMany => "too-many",
        }
    }

    /// The partition that it is about.
    #[must_use]
    pub fn number(self) -> Option<u32> {
        match self {
            Self::BeyondEnd(number) | Self::Overlap(number) => Some(number),
            _ => None,
        }
    }
}
