//! Exact reads of the source below: all bytes that were asked for, or a fault that says
//! why not. And a small cache for what is read again and again: tables, directories.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::{GapKind, ReadAt, gaps, to_u64, to_usize};

use crate::error::{Fault, FaultKind, Result};

/// Fills `buffer` with the bytes of `source` from `offset` on, but for what speaks
/// against them: for who has a checksum of their own. `what` is named in the fault.
///
/// # Errors
///
/// [`Lost`](FaultKind::Lost) or [`NotYetKnown`](FaultKind::NotYetKnown), also where the
/// source ends before; or the source's own error.
pub(crate) fn read_all(
    source: &dyn ReadAt,
    offset: u64,
    buffer: &mut [u8],
    what: &str,
) -> Result<()> {
    let count = source.read_at(offset, buffer)?;
    if count >= buffer.len() {
        return Ok(());
    }
    let at = offset.saturating_add(to_u64(count));
    let gap = source.gap(at..at.saturating_add(1));
    let kind = match gap.map(|gap| gap.kind) {
        Some(GapKind::NotYetKnown) => FaultKind::NotYetKnown,
        _ => FaultKind::Lost,
    };
    Err(Fault::new(kind, format!("{what}, at {at:#x}")))
}

/// The same, and nothing speaks against these bytes.
///
/// # Errors
///
/// As [`read_all`]; also [`InDoubt`](FaultKind::InDoubt).
pub(crate) fn read_exact(
    source: &dyn ReadAt,
    offset: u64,
    buffer: &mut [u8],
    what: &str,
) -> Result<()> {
    read_all(source, offset, buffer, what)?;
    let end = offset.saturating_add(to_u64(buffer.len()));
    match gaps(source, offset..end).next() {
        None => Ok(()),
        Some(gap) => {
            let kind = match gap.kind {
                GapKind::Lost => FaultKind::Lost,
                GapKind::InDoubt => FaultKind::InDoubt,
                GapKind::NotYetKnown => FaultKind::NotYetKnown,
            };
            Err(Fault::new(kind, format!("{what}, at {:#x}", gap.start.max(offset))))
        }
    }
}

/// Bytes of a block of the cache, and how many there are: 2 MiB together.
const BLOCK: u64 = 16 << 10;
const BLOCKS_MAX: usize = 128;

/// A source of which small stretches are read again and again.
pub(crate) struct Blocks {
    source: Rc<dyn ReadAt>,
    /// By their offset, the one that was used last in front.
    kept: RefCell<VecDeque<(u64, Rc<[u8]>)>>,
    /// Bytes of a block, and how many are kept.
    length: u64,
    blocks_max: usize,
}

impl Blocks {
    pub(crate) fn new(source: Rc<dyn ReadAt>) -> Self {
        Self::of_size(source, BLOCK, BLOCKS_MAX)
    }

    /// The same with blocks of another size, and how many are kept.
    pub(crate) fn of_size(source: Rc<dyn ReadAt>, length: u64, blocks_max: usize) -> Self {
        Self { source, kept: RefCell::default(), length, blocks_max }
    }

    /// Announces the blocks that the bytes at `starts` lie in, as far as they are not kept.
    pub(crate) fn announce(&self, starts: impl Iterator<Item = u64>) {
        let kept = self.kept.borrow();
        let starts = starts.map(|start| start - start % self.length);
        let lacking = starts.filter(|start| !kept.iter().any(|(of, _)| of == start));
        let ranges = lacking.map(|start| start..start.saturating_add(self.length));
        self.source.announce(&ranges.collect::<Vec<_>>());
    }

    pub(crate) fn source(&self) -> &dyn ReadAt {
        &*self.source
    }

    /// Fills `buffer` with the bytes from `offset` on, through the cache.
    ///
    /// # Errors
    ///
    /// As [`read_exact`]; of these bytes alone, not of those around them.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8], what: &str) -> Result<()> {
        let mut at = offset;
        let mut rest = buffer;
        while !rest.is_empty() {
            let start = at - at % self.length;
            let skip = to_usize(at - start);
            let count = rest.len().min(to_usize(self.length).saturating_sub(skip));
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            let block = self.block(start);
            let kept = block.as_deref().and_then(|block| block.get(skip..)?.get(..count));
            match kept {
                Some(bytes) => part.copy_from_slice(bytes),
                None => read_exact(&*self.source, at, part, what)?,
            }
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }

    /// The block at `start`; `None` where not all of it can be had.
    fn block(&self, start: u64) -> Option<Rc<[u8]>> {
        let mut kept = self.kept.borrow_mut();
        let found = kept.iter().position(|(of, _)| *of == start);
        if let Some((_, block)) = found.and_then(|found| kept.get(found)) {
            let block = Rc::clone(block);
            if let Some(entry) = found.filter(|&found| found > 0).and_then(|at| kept.remove(at)) {
                kept.push_front(entry);
            }
            return Some(block);
        }
        let size = self.source.size().unwrap_or(u64::MAX);
        let length = size.saturating_sub(start).min(self.length);
        if self.source.gap(start..start.saturating_add(length)).is_some() {
            return None;
        }
        let mut bytes = vec![0; to_usize(length)];
        read_exact(&*self.source, start, &mut bytes, "").ok()?;
        let block: Rc<[u8]> = bytes.into();
        kept.truncate(self.blocks_max.saturating_sub(1));
        kept.push_front((start, Rc::clone(&block)));
        Some(block)
    }
}
