//! The table that says of each cluster which one follows: FAT12, 16 and 32 (section 4 of
//! the specification), and that of exFAT (section 4 of its own).

use vma_source::{le_u16, le_u32};

use crate::blocks::Blocks;
use crate::error::{Fault, Result};

/// How wide the numbers of clusters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// Twelve bits: two take three bytes.
    Twelve,
    /// Sixteen bits.
    Sixteen,
    /// 28 bits out of 32.
    TwentyEight,
    /// 32 bits, as exFAT has them.
    ThirtyTwo,
}

/// What follows a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another one.
    Cluster(u32),
    /// Nothing: it is the last one.
    End,
    /// It belongs to nothing.
    Free,
    /// It, or what the table says of it, is not to be used.
    Bad,
}

/// The table, or both copies of it. Never kept as a whole: it is read through a cache.
pub(super) struct Table {
    pub(super) width: Width,
    /// Where the copies start in the source; the first one that can be had counts.
    pub(super) copies: Vec<u64>,
    /// How many clusters there are; they are counted from 2.
    pub(super) clusters: u32,
}

impl Table {
    /// Whether `cluster` is one.
    pub(super) fn has(&self, cluster: u32) -> bool {
        cluster.checked_sub(2).is_some_and(|index| index < self.clusters)
    }

    /// The number that stands for `cluster`, as wide as all are.
    ///
    /// # Errors
    ///
    /// No copy of it can be had: then the first one's fault.
    pub(super) fn entry(&self, blocks: &Blocks, cluster: u32) -> Result<u32> {
        let number = u64::from(cluster);
        let (offset, length) = match self.width {
            Width::Twelve => (number.saturating_add(number >> 1), 2),
            Width::Sixteen => (number.saturating_mul(2), 2),
            Width::TwentyEight | Width::ThirtyTwo => (number.saturating_mul(4), 4),
        };
        let mut bytes = [0; 4];
        let mut first_fault = None;
        for copy in &self.copies {
            let into = bytes.get_mut(..length).unwrap_or(&mut []);
            match blocks.read(copy.saturating_add(offset), into, "file allocation table") {
                Ok(()) => return Ok(self.number(bytes, cluster)),
                Err(fault) => first_fault = first_fault.or(Some(fault)),
            }
        }
        Err(first_fault.unwrap_or_else(|| Fault::corrupt("no file allocation table")))
    }

    fn number(&self, bytes: [u8; 4], cluster: u32) -> u32 {
        match self.width {
            Width::Twelve if cluster & 1 == 1 => u32::from(le_u16(&bytes, 0) >> 4),
            Width::Twelve => u32::from(le_u16(&bytes, 0) & 0x0fff),
            Width::Sixteen => u32::from(le_u16(&bytes, 0)),
            Width::TwentyEight => le_u32(&bytes, 0) & 0x0fff_ffff,
            Width::ThirtyTwo => le_u32(&bytes, 0),
        }
    }

    /// What follows `cluster`.
    ///
    /// # Errors
    ///
    /// As [`entry`](Self::entry).
    pub(super) fn next(&self, blocks: &Blocks, cluster: u32) -> Result<Next> {
        let entry = self.entry(blocks, cluster)?;
        // Eight values mark the end, but in exFAT; the one before them a bad cluster.
        let bad = match self.width {
            Width::Twelve => 0x0ff7,
            Width::Sixteen => 0xfff7,
            Width::TwentyEight => 0x0fff_fff7,
            Width::ThirtyTwo => 0xffff_fff7,
        };
        Ok(match entry {
            0 => Next::Free,
            _ if self.has(entry) && entry != bad => Next::Cluster(entry),
            u32::MAX => Next::End,
            _ if entry > bad && self.width != Width::ThirtyTwo => Next::End,
            _ => Next::Bad,
        })
    }
}
