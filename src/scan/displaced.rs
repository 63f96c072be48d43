//! Extents behind which the next header stands where no extent can put it: more
//! or fewer bytes came out of a container than went in, or something that is
//! none stands between.

use core::ops::Range;

use super::piece::{Extent, ExtentEnd};
use crate::archive::extent::HEADER_SIZE;
use crate::archive::unit::CLUSTER_SIZE;
use crate::container::{Checksums, ContainerFinding, ContainerFindingKind, Contents};

/// Extents with a displaced header behind them that are told apart.
const DISPLACED_MAX: usize = 100_000;

/// What the checksums of a container say of its contents.
pub(super) struct Checked {
    checksums: Checksums,
    /// Where blocks start whose own checksums do not agree, in order.
    wrong_blocks: Vec<u64>,
}

impl Checked {
    /// What is known of `contents` by now.
    pub(super) fn of(contents: &Contents) -> Self {
        let wrong = contents.findings().into_iter().filter_map(wrong_block);
        let mut wrong_blocks: Vec<u64> = wrong.collect();
        wrong_blocks.sort_unstable();
        Self { checksums: contents.checksums(), wrong_blocks }
    }
}

fn wrong_block(finding: ContainerFinding) -> Option<u64> {
    let is_block = matches!(finding.kind, ContainerFindingKind::BlockChecksumMismatch { .. });
    is_block.then_some(finding.contents_offset)
}

/// The data of extents with a displaced header behind them.
#[derive(Debug, Default)]
pub(super) struct Displaced(Vec<Range<u64>>);

impl Displaced {
    /// Takes note of an extent, if the header behind it is displaced.
    pub(super) fn note(&mut self, extent: &Extent) {
        let ExtentEnd::Displaced(found) = extent.end else { return };
        let expected = extent.stated_end();
        let is_displaced = found < expected || !(found - expected).is_multiple_of(HEADER_SIZE);
        let data = extent.data.start..found.min(expected);
        let is_whole = extent.holes.iter().all(|hole| hole.start >= data.end);
        if is_displaced && self.0.len() < DISPLACED_MAX && is_whole {
            self.0.push(data);
        }
    }

    /// The data that are at the wrong place.
    ///
    /// If the container's checksums say that not all that came out is what went
    /// in, it is so where headers are displaced: what came out of such an extent
    /// is at the wrong place from somewhere on. Where blocks have checksums, that
    /// is the first that is wrong, or nowhere; otherwise nobody knows.
    pub(super) fn lost(self, checked: &Checked) -> Vec<Range<u64>> {
        let (mut displaced, wrong) = (self.0, &checked.wrong_blocks);
        if checked.checksums.matched == checked.checksums.checked {
            return Vec::new();
        }
        displaced.retain_mut(|data| {
            let first = wrong.get(wrong.partition_point(|&wrong| wrong < data.start));
            let first = first.filter(|&&first| first < data.end);
            if let Some(first) = first {
                // The cluster that it is in the middle of goes with it.
                data.start = first.saturating_sub(CLUSTER_SIZE - 1).max(data.start);
            }
            first.is_some() || wrong.is_empty()
        });
        displaced
    }
}
