//! The bytes of extents, each sector held against its checksum.

use vma_source::{to_u64, to_usize};

use super::chunks::piece;
use super::node::Key;
use super::superblock::Root;
use super::tree::Disk;
use crate::blocks::{read_all, read_exact};
use crate::error::{Fault, FaultKind, Result};

/// The object of checksums, and the kind of their items.
const SUMS: u64 = 0_u64.wrapping_sub(10);
const SUM_ITEM: u8 = 128;

/// Bytes that are read at once, at most.
const PIECE: usize = 1 << 20;

impl Disk {
    /// Fills `buffer` with the bytes from logical address `logical` on. Where `sums` is a
    /// tree of checksums, each sector agrees with its own; a sector that does not is tried
    /// at the other copies.
    ///
    /// # Errors
    ///
    /// A sector cannot be had, or no copy of it agrees.
    pub(super) fn read_data(
        &self,
        logical: u64,
        buffer: &mut [u8],
        sums: Option<Root>,
    ) -> Result<()> {
        let Some(sums) = sums else { return self.read_unchecked(logical, buffer) };
        let sector = self.superblock.sector_size;
        let end = logical.saturating_add(to_u64(buffer.len()));
        let mut at = logical;
        let mut rest = buffer;
        while !rest.is_empty() {
            // Whole sectors, of which the first and the last may be wanted in part.
            let start = at - at % sector;
            let skip = to_usize(at - start);
            let wanted = to_usize(end.next_multiple_of(sector).saturating_sub(start)).min(PIECE);
            let sectors = self.read_checked(start, wanted, sums)?;
            let Some(sectors) = sectors.get(skip..) else { break };
            let count = sectors.len().min(rest.len());
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            part.copy_from_slice(sectors.get(..count).unwrap_or(&[]));
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }

    /// Bytes that have no checksums: nothing may speak against them.
    fn read_unchecked(&self, logical: u64, buffer: &mut [u8]) -> Result<()> {
        let mut at = logical;
        let mut rest = buffer;
        while !rest.is_empty() {
            let mapped = self.chunks.map(at)?;
            let count = piece(&mapped, rest.len());
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            let mut tried = Err(Fault::corrupt("no copy"));
            for place in mapped.places {
                tried = read_exact(&*self.source, place, part, "contents");
                if tried.is_ok() {
                    break;
                }
            }
            tried?;
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }

    /// Sectors from `start` on, about `wanted` bytes, at least one.
    fn read_checked(&self, start: u64, wanted: usize, sums: Root) -> Result<Vec<u8>> {
        let sector = to_usize(self.superblock.sector_size);
        let mapped = self.chunks.map(start)?;
        let wanted = piece(&mapped, wanted) / sector * sector;
        if wanted == 0 {
            return Err(Fault::corrupt(format!("chunk for {start:#x}")));
        }
        let sums = self.sums(start, wanted / sector, sums)?;
        let mut bytes = vec![0; wanted];
        let first = mapped.places.first().copied().unwrap_or(0);
        // With a gap in it, it is read sector by sector below.
        let is_read = read_all(&*self.source, first, &mut bytes, "contents").is_ok();
        let length = self.superblock.checksum.length();
        let sectors = bytes.chunks_exact_mut(sector).zip(sums.chunks_exact(length));
        for ((part, sum), index) in sectors.zip(0_u64..) {
            if !is_read || !self.superblock.checksum.agrees(part, sum) {
                let into = index.saturating_mul(self.superblock.sector_size);
                self.other_copy(&mapped.places, into, part, sum)?;
            }
        }
        Ok(bytes)
    }

    /// Looks for a copy of a sector, `into` bytes behind `places`, that agrees.
    fn other_copy(&self, places: &[u64], into: u64, part: &mut [u8], sum: &[u8]) -> Result<()> {
        let mut fault = Fault::corrupt("checksum of contents");
        for place in places {
            let place = place.saturating_add(into);
            match read_all(&*self.source, place, part, "contents") {
                Ok(()) if self.superblock.checksum.agrees(part, sum) => return Ok(()),
                Err(next) if fault.kind == FaultKind::Corrupt => fault = next,
                Ok(()) | Err(_) => {}
            }
        }
        Err(fault)
    }

    /// The checksums of `count` sectors from `start` on.
    fn sums(&self, start: u64, count: usize, sums: Root) -> Result<Vec<u8>> {
        let (sector, each) = (self.superblock.sector_size, self.superblock.checksum.length());
        let wanted = count.saturating_mul(each);
        let mut found = Vec::with_capacity(wanted);
        let mut items = self.at(sums, Key::new(SUMS, SUM_ITEM, start))?;
        let missing = || Fault::corrupt("no checksum of contents");
        let mut at = start;
        while found.len() < wanted {
            let item = items.next()?.ok_or_else(missing)?;
            let is_sums = item.key.object == SUMS && item.key.kind == SUM_ITEM;
            if !is_sums || item.key.offset > at {
                return Err(missing());
            }
            let skip = to_usize((at - item.key.offset) / sector).saturating_mul(each);
            let left = wanted.saturating_sub(found.len());
            let here = item.bytes()?.get(skip..).filter(|here| !here.is_empty());
            let here = here.ok_or_else(missing)?;
            let here = here.get(..left).unwrap_or(here);
            found.extend_from_slice(here);
            at = at.saturating_add(to_u64(here.len() / each).saturating_mul(sector));
        }
        Ok(found)
    }
}
