//! The clusters of a volume: which of them are a file's, and the bytes in them.

use core::ops::Range;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::{to_u64, to_usize};

use super::chain::{Chain, STEPS_MAX};
use super::table::{Next, Table};
use crate::blocks::{Blocks, read_exact};
use crate::error::{Fault, FaultKind, Result};
use crate::reader::Places;

/// Where the clusters of a file start, and how they follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// The first one; 0 for none.
    pub(super) first: u32,
    /// Bytes in them that count; `None` where the chain alone says so.
    pub(super) length: Option<u64>,
    /// Whether they follow one another, whatever the table says: exFAT's `NoFatChain`.
    pub(super) is_contiguous: bool,
}

/// Chains that are kept, and runs in all of them: 24 MiB of memory.
const CHAINS_MAX: usize = 16;
const RUNS_KEPT_MAX: usize = 1 << 20;

/// The clusters of a volume, and the table of them.
pub(super) struct Clusters {
    pub(super) blocks: Blocks,
    pub(super) table: Table,
    /// Where the first cluster, number 2, starts in the source.
    pub(super) start: u64,
    /// Bytes of a cluster.
    pub(super) size: u64,
    chains: RefCell<VecDeque<(Extent, Rc<Chain>)>>,
}

impl Clusters {
    pub(super) fn new(blocks: Blocks, table: Table, start: u64, size: u64) -> Self {
        Self { blocks, table, start, size, chains: RefCell::default() }
    }

    /// Where `cluster` starts in the source.
    pub(super) fn place(&self, cluster: u32) -> u64 {
        let index = u64::from(cluster.saturating_sub(2));
        self.start.saturating_add(index.saturating_mul(self.size))
    }

    /// The cluster in which byte `place` of the source lies.
    pub(super) fn cluster_at(&self, place: u64) -> Option<u32> {
        let index = place.checked_sub(self.start)?.checked_div(self.size)?;
        let cluster = u32::try_from(index.checked_add(2)?).ok()?;
        self.table.has(cluster).then_some(cluster)
    }

    /// The cluster behind `cluster` in a directory.
    ///
    /// # Errors
    ///
    /// There is none, or the table cannot be had.
    pub(super) fn following(&self, cluster: u32, is_contiguous: bool) -> Result<u32> {
        let next = if is_contiguous {
            cluster.checked_add(1)
        } else {
            match self.table.next(&self.blocks, cluster)? {
                Next::Cluster(next) => Some(next),
                Next::End | Next::Free | Next::Bad => None,
            }
        };
        let next = next.filter(|&next| self.table.has(next));
        next.ok_or_else(|| Fault::corrupt(format!("what follows cluster {cluster}")))
    }

    /// Where the bytes of a file lie. `bytes_max` bounds one whose length nobody says.
    ///
    /// # Errors
    ///
    /// It starts nowhere, comes back to itself, or has too many pieces. That it ends too
    /// early, or that the table is lost, is an error of what is behind that.
    pub(super) fn chain(&self, extent: Extent, bytes_max: u64) -> Result<Rc<Chain>> {
        let mut kept = self.chains.borrow_mut();
        let known = kept.iter().position(|(of, _)| *of == extent);
        if let Some(entry) = known.and_then(|at| kept.remove(at)) {
            let chain = Rc::clone(&entry.1);
            kept.push_front(entry);
            return Ok(chain);
        }
        let chain = Rc::new(self.follow(extent, bytes_max)?);
        kept.push_front((extent, Rc::clone(&chain)));
        let runs = |kept: &VecDeque<(Extent, Rc<Chain>)>| {
            kept.iter().map(|(_, chain)| chain.runs()).fold(0, usize::saturating_add)
        };
        while kept.len() > CHAINS_MAX || (kept.len() > 1 && runs(&kept) > RUNS_KEPT_MAX) {
            kept.pop_back();
        }
        Ok(chain)
    }

    fn follow(&self, extent: Extent, bytes_max: u64) -> Result<Chain> {
        if extent.length == Some(0) {
            return Ok(Chain::default());
        }
        if !self.table.has(extent.first) {
            return Err(Fault::corrupt(format!("first cluster {}", extent.first)));
        }
        let wanted = extent.length.unwrap_or(bytes_max).div_ceil(self.size);
        if extent.is_contiguous {
            let behind = u64::from(extent.first).saturating_sub(2).saturating_add(wanted);
            if behind > u64::from(self.table.clusters) {
                return Err(Fault::corrupt("clusters behind the last one"));
            }
            let place = self.place(extent.first);
            return Ok(Chain::piece(place, wanted.saturating_mul(self.size)));
        }
        if extent.length.is_some() && wanted > self.table.clusters.into() {
            return Err(Fault::corrupt("larger than the volume"));
        }
        let chain = self.walk(extent, wanted.min(STEPS_MAX))?;
        if !chain.is_simple() {
            return Err(Fault::corrupt("its clusters form a circle"));
        }
        Ok(chain)
    }

    fn walk(&self, extent: Extent, wanted: u64) -> Result<Chain> {
        let (mut chain, mut cluster) = (Chain::default(), extent.first);
        for _ in 0..wanted {
            chain.push(self.place(cluster), self.size)?;
            cluster = match self.table.next(&self.blocks, cluster) {
                Ok(Next::Cluster(next)) => next,
                Ok(Next::End) => return Ok(chain),
                Ok(Next::Free | Next::Bad) => {
                    chain.cut(Fault::corrupt(format!("what follows cluster {cluster}")));
                    return Ok(chain);
                }
                Err(fault) => {
                    chain.cut(fault);
                    return Ok(chain);
                }
            };
        }
        if extent.length.is_none_or(|length| length > chain.length()) {
            chain.cut(Fault::new(FaultKind::TooLarge, "clusters"));
        }
        Ok(chain)
    }

    /// Fills `buffer` with the bytes of a file from `offset` on.
    ///
    /// # Errors
    ///
    /// The chain ends before, or bytes cannot be had.
    pub(super) fn read(&self, chain: &Chain, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let piece = chain.piece_at(at).ok_or_else(|| chain.fault())?;
            let count = rest.len().min(to_usize(piece.end.saturating_sub(piece.start)));
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            read_exact(self.blocks.source(), piece.start, part, "contents")?;
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }
}

/// Pieces that are named at once.
const PLACES_MAX: usize = 4096;

/// Where the bytes `range` of a file lie, at most so many, or up to where the chain ends.
///
/// # Errors
///
/// It does not come to the first of them.
pub(super) fn places(chain: &Chain, range: Range<u64>) -> Result<Places> {
    let (mut at, mut pieces) = (range.start, Vec::new());
    while at < range.end && pieces.len() < PLACES_MAX {
        let Some(piece) = chain.piece_at(at) else { break };
        let length = (piece.end.saturating_sub(piece.start)).min(range.end.saturating_sub(at));
        pieces.push(piece.start..piece.start.saturating_add(length));
        at = at.saturating_add(length);
    }
    let next = (at < range.end).then_some(at);
    if next == Some(range.start) {
        return Err(chain.fault());
    }
    Ok(Places { pieces, next, ..Places::default() })
}
