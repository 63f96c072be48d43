//! A disk of zeros and a few other bytes, whose reads are counted.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use vma_inspector::source::{Error, ReadAt};

const SECTOR: u64 = 512;

/// Bytes of an input, at most.
const INPUT_MAX: usize = 1 << 20;

/// Zeros, and sectors of other bytes.
pub struct Sparse {
    size: u64,
    /// By their number.
    sectors: BTreeMap<u64, [u8; SECTOR as usize]>,
    /// Reads so far, and their bytes.
    pub reads: Cell<u64>,
    pub bytes: Cell<u64>,
}

impl Sparse {
    /// The disk that an input says: its size as a power of two, and how many sectors on
    /// top; then stretches: where, in sectors, three bytes; length, two bytes; bytes. The
    /// highest places count from the end.
    pub fn of(data: &[u8]) -> Option<Self> {
        let data = data.get(..INPUT_MAX).unwrap_or(data);
        let (&power, mut rest) = data.split_first()?;
        let size = (1_u64 << (power % 50)) + u64::from(power / 50) * SECTOR;
        let (reads, bytes) = (Cell::new(0), Cell::new(0));
        let mut disk = Self { size, sectors: BTreeMap::new(), reads, bytes };
        while let Some(([a, b, c, d, e], bytes)) = rest.split_first_chunk::<5>() {
            let sector = u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16;
            let at = match sector {
                0xff_0000.. => size.saturating_sub((0x100_0000 - sector) * SECTOR),
                sector => sector * SECTOR,
            };
            let length = (usize::from(*d) | usize::from(*e) << 8).min(bytes.len());
            disk.write(at, &bytes[..length]);
            rest = &bytes[length..];
        }
        Some(disk)
    }

    /// Puts bytes to `at`.
    pub fn write(&mut self, mut at: u64, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let within = (at % SECTOR) as usize;
            let (here, rest) = bytes.split_at(bytes.len().min(SECTOR as usize - within));
            let sector = self.sectors.entry(at / SECTOR).or_insert([0; SECTOR as usize]);
            sector[within..within + here.len()].copy_from_slice(here);
            (at, bytes) = (at.saturating_add(here.len() as u64), rest);
        }
    }

    /// Where the blocks of 4 KiB start in which something stands.
    pub fn blocks(&self) -> Vec<u64> {
        let mut starts: Vec<u64> = self.sectors.keys().map(|at| at / 8 * 4096).collect();
        starts.dedup();
        starts
    }

    /// Bytes of it, which are not counted.
    pub fn copy(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let count = self.size.saturating_sub(offset).min(buffer.len() as u64) as usize;
        let buffer = &mut buffer[..count];
        buffer.fill(0);
        let end = offset + count as u64;
        for (&number, bytes) in self.sectors.range(offset / SECTOR..end.div_ceil(SECTOR)) {
            let start = number * SECTOR;
            let (from, until) = (offset.max(start), end.min(start + SECTOR));
            if from < until {
                let here = (from - offset) as usize..(until - offset) as usize;
                let there = (from - start) as usize..(until - start) as usize;
                buffer[here].copy_from_slice(&bytes[there]);
            }
        }
        count
    }
}

impl ReadAt for Sparse {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.copy(offset, buffer);
        self.reads.set(self.reads.get() + 1);
        self.bytes.set(self.bytes.get() + count as u64);
        Ok(count)
    }

    vma_inspector::source::every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}
