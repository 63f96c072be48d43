//! A hive of Windows' registry, `regf`: keys and values are found by their names, cell by
//! cell, so that of a large hive a few blocks are read.
//!
//! The layout is that of Maxim Suhanov's specification (`msuhanov/regf`). All numbers are
//! little-endian; a cell is named by its offset behind the first 4096 bytes. Logs are not
//! replayed: a hive that waits for it [says so](Hive::is_dirty).

use core::cell::Cell;

use super::walk::Walk;
use crate::file_system::{Fault, FaultKind, NodeId, Result};
use crate::source::{le_u16, le_u32, to_u64};

/// Where cells begin.
const CELLS_AT: u64 = 4096;

/// Bytes of a cell that are read, at most: a list of subkeys has up to 64 KiB.
const CELL_MAX: u64 = 64 << 10;

/// Cells that are read for one item, at most.
const READS_MAX: u32 = 10_000;

/// What an offset is of which there is none.
const NONE: u32 = u32::MAX;

/// An open hive.
pub(super) struct Hive<'a, 'b> {
    walk: &'a Walk<'b>,
    id: NodeId,
    root: u32,
    is_dirty: bool,
    reads: Cell<u32>,
}

/// A key.
pub(super) struct Key(Vec<u8>);

impl<'a, 'b> Hive<'a, 'b> {
    /// Of a file.
    ///
    /// # Errors
    ///
    /// Those of the file system; corrupt if it is no hive, or its header's checksum does
    /// not agree.
    pub(super) fn open(walk: &'a Walk<'b>, id: NodeId) -> Result<Self> {
        let base = walk.bytes(id, 0, 512)?;
        if !base.starts_with(b"regf") || base.len() < 512 {
            return Err(Fault::corrupt("no hive of a registry"));
        }
        let (words, _) = base.as_chunks::<4>();
        let sum = words.iter().take(127).fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
        // Two sums are never written.
        let sum = match sum {
            0 => 1,
            u32::MAX => u32::MAX - 1,
            sum => sum,
        };
        if sum != le_u32(&base, 508) {
            return Err(Fault::corrupt("the checksum of a hive's header"));
        }
        let is_dirty = le_u32(&base, 4) != le_u32(&base, 8);
        Ok(Self { walk, id, root: le_u32(&base, 36), is_dirty, reads: Cell::new(0) })
    }

    /// Whether a write to it was begun and not ended: changes may wait in its logs.
    pub(super) fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// The key at a path from the root, with `\` between names; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Those of the file system; what contradicts itself is corrupt.
    pub(super) fn key(&self, path: &str) -> Result<Option<Key>> {
        let mut key = self.key_at(self.root)?;
        for name in path.split('\\') {
            let Some(child) = self.child(&key, name)? else { return Ok(None) };
            key = child;
        }
        Ok(Some(key))
    }

    /// Keys in a key, with their names.
    ///
    /// # Errors
    ///
    /// As [`key`](Self::key).
    pub(super) fn children(&self, key: &Key) -> Result<Vec<(String, Key)>> {
        let mut children = Vec::new();
        for (cell, _) in self.subkeys(key)? {
            let child = self.key_at(cell)?;
            children.push((child.name(), child));
        }
        Ok(children)
    }

    /// A value by its name: its bytes, as far as they are few; `None` if there is none.
    ///
    /// # Errors
    ///
    /// As [`key`](Self::key).
    pub(super) fn value(&self, key: &Key, name: &str) -> Result<Option<Vec<u8>>> {
        for cell in self.values(key)? {
            if value_name(&cell).eq_ignore_ascii_case(name) {
                return self.data(&cell).map(Some);
            }
        }
        Ok(None)
    }

    /// All values of a key by name, with their bytes.
    ///
    /// # Errors
    ///
    /// As [`key`](Self::key).
    pub(super) fn named_values(&self, key: &Key) -> Result<Vec<(String, Vec<u8>)>> {
        let cells = self.values(key)?;
        cells.iter().map(|cell| Ok((value_name(cell), self.data(cell)?))).collect()
    }

    /// A text, without what follows its end.
    ///
    /// # Errors
    ///
    /// As [`key`](Self::key).
    pub(super) fn text(&self, key: &Key, name: &str) -> Result<Option<String>> {
        let text = self.value(key, name)?.map(|bytes| utf16(&bytes));
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// A number of 32 bits.
    ///
    /// # Errors
    ///
    /// As [`key`](Self::key).
    pub(super) fn number(&self, key: &Key, name: &str) -> Result<Option<u32>> {
        let value = self.value(key, name)?;
        Ok(value.filter(|bytes| bytes.len() == 4).map(|bytes| le_u32(&bytes, 0)))
    }

    fn child(&self, key: &Key, name: &str) -> Result<Option<Key>> {
        let hash = name.bytes().fold(0_u32, |hash, byte| {
            hash.wrapping_mul(37).wrapping_add(u32::from(byte.to_ascii_uppercase()))
        });
        for (cell, known) in self.subkeys(key)? {
            if known.is_some_and(|known| known != hash) {
                continue;
            }
            let child = self.key_at(cell)?;
            if child.name().eq_ignore_ascii_case(name) {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    /// Cells of the keys in a key, with the hash of each one's name where that is kept.
    fn subkeys(&self, key: &Key) -> Result<Vec<(u32, Option<u32>)>> {
        let list = le_u32(&key.0, 28);
        if le_u32(&key.0, 20) == 0 || list == NONE {
            return Ok(Vec::new());
        }
        let list = self.cell(list)?;
        if !list.starts_with(b"ri") {
            return entries(&list);
        }
        let mut all = Vec::new();
        for (part, _) in numbers(&list, 4) {
            all.append(&mut entries(&self.cell(part)?)?);
        }
        Ok(all)
    }

    fn values(&self, key: &Key) -> Result<Vec<Vec<u8>>> {
        let (count, list) = (le_u32(&key.0, 36), le_u32(&key.0, 40));
        if count == 0 || list == NONE {
            return Ok(Vec::new());
        }
        let list = self.cell(list)?;
        let (cells, _) = list.as_chunks::<4>();
        let mut values = Vec::new();
        for cell in cells.iter().take(usize::try_from(count).unwrap_or(usize::MAX)) {
            let value = self.cell(u32::from_le_bytes(*cell))?;
            if !value.starts_with(b"vk") {
                return Err(Fault::corrupt("a value of the registry"));
            }
            values.push(value);
        }
        Ok(values)
    }

    /// The bytes of a value: those that take several cells are not read.
    fn data(&self, value: &[u8]) -> Result<Vec<u8>> {
        let size = le_u32(value, 4);
        let length = usize::try_from(size & 0x7fff_ffff).unwrap_or(usize::MAX);
        let mut bytes = match size >> 31 {
            1 => value.get(8..12).unwrap_or(&[]).to_vec(),
            _ if length == 0 => Vec::new(),
            _ => self.cell(le_u32(value, 8))?,
        };
        if bytes.len() < length {
            return Err(Fault::unsupported("a large value of the registry"));
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    fn key_at(&self, cell: u32) -> Result<Key> {
        let bytes = self.cell(cell)?;
        if !bytes.starts_with(b"nk") || bytes.len() < 76 {
            return Err(Fault::corrupt("a key of the registry"));
        }
        Ok(Key(bytes))
    }

    /// What a cell holds that is in use.
    fn cell(&self, offset: u32) -> Result<Vec<u8>> {
        self.reads.set(self.reads.get().saturating_add(1));
        if self.reads.get() > READS_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "keys of the registry"));
        }
        let at = CELLS_AT.saturating_add(u64::from(offset));
        let size = le_u32(&self.walk.bytes(self.id, at, 4)?, 0);
        // It is negative for a cell that is in use.
        let length = u64::from(size.wrapping_neg()).saturating_sub(4);
        if size < 1 << 31 || length > CELL_MAX {
            return Err(Fault::corrupt("a cell of the registry"));
        }
        let bytes = self.walk.bytes(self.id, at.saturating_add(4), length)?;
        if to_u64(bytes.len()) < length {
            return Err(Fault::corrupt("a cell of the registry"));
        }
        Ok(bytes)
    }
}

impl Key {
    /// Its name.
    fn name(&self) -> String {
        let length = usize::from(le_u16(&self.0, 72));
        let bytes = self.0.get(76..).unwrap_or(&[]);
        name(bytes, length, le_u16(&self.0, 2) & 0x20 != 0)
    }
}

fn value_name(value: &[u8]) -> String {
    let length = usize::from(le_u16(value, 2));
    name(value.get(20..).unwrap_or(&[]), length, le_u16(value, 16) & 1 != 0)
}

/// A name: one byte for each letter of Latin 1 if it is packed so, UTF-16 otherwise.
fn name(bytes: &[u8], length: usize, is_packed: bool) -> String {
    let bytes = bytes.get(..length).unwrap_or(&[]);
    if is_packed { bytes.iter().map(|&byte| char::from(byte)).collect() } else { utf16(bytes) }
}

/// UTF-16 up to its first NUL.
fn utf16(bytes: &[u8]) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|&unit| unit != 0);
    let letters = char::decode_utf16(units);
    letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The cells that a list of subkeys names.
fn entries(list: &[u8]) -> Result<Vec<(u32, Option<u32>)>> {
    match list.get(..2) {
        Some(b"lh") => Ok(numbers(list, 8).collect()),
        Some(b"lf") => Ok(numbers(list, 8).map(|(cell, _)| (cell, None)).collect()),
        Some(b"li") => Ok(numbers(list, 4).map(|(cell, _)| (cell, None)).collect()),
        _ => Err(Fault::corrupt("a list of the registry")),
    }
}

/// The first number of each entry of `size` bytes, and the second if there is one.
fn numbers(list: &[u8], size: usize) -> impl Iterator<Item = (u32, Option<u32>)> {
    let count = usize::from(le_u16(list, 2));
    let entries = list.get(4..).unwrap_or(&[]).chunks_exact(size).take(count);
    entries.map(|entry| (le_u32(entry, 0), entry.get(4..).map(|hash| le_u32(hash, 0))))
}
