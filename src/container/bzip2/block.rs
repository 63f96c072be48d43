//! A bzip2 block: from bits to bytes, in the steps of the bzip2 program's own
//! decoder (`decompress.c` of 1.0.8).

use super::bits::{Bits, Short};
use super::huffman::{CodeTable, LENGTH_MAX};

/// Bytes a block holds at most before its runs are written out, at level 9.
const BLOCK_MAX: usize = 900_000;

/// Bytes that are written out at once, at least.
const WRITE: usize = 64 * 1024;

/// Symbols that one code table is used for.
const GROUP: usize = 50;

/// Groups that a block has at most.
const SELECTORS_MAX: usize = 18_002;

/// Symbols that stand for the lengths of runs.
const RUN_A: u16 = 0;
const RUN_B: u16 = 1;

/// Why a block cannot be decoded.
pub(super) enum Fault {
    /// The bits end before the block does.
    Short,
    /// What the bits say makes no sense.
    Senseless(&'static str),
}

impl From<Short> for Fault {
    fn from(_: Short) -> Self {
        Self::Short
    }
}

/// A decoded block, of which the contents are still to be written out.
pub(super) struct Block {
    /// The CRC that the block states.
    pub(super) crc: u32,
    /// Each entry: a byte in the low 8 bits, the place of the entry that
    /// follows in the others.
    chain: Vec<u32>,
    next: u32,
    left: usize,
    /// The last byte, and how often it came in a row: 4 times, and a count of
    /// further ones follows.
    last: u8,
    in_a_row: u8,
    repeats: u8,
}

impl Block {
    /// Decodes what follows a block's magic number.
    #[inline(never)]
    pub(super) fn decode(bits: &mut Bits<'_>) -> Result<Self, Fault> {
        let crc = bits.take(32)?;
        if bits.bit()? {
            return Err(Fault::Senseless("randomised block, of bzip2 before 0.9.5"));
        }
        let origin = bits.take(24)?;
        let symbols = symbols_in_use(bits)?;
        let tables_count = usize::try_from(bits.take(3)?).unwrap_or(0);
        if !(2..=6).contains(&tables_count) {
            return Err(Fault::Senseless("number of code tables"));
        }
        let selectors = selectors(bits, tables_count)?;
        let mut tables = Vec::with_capacity(tables_count);
        for _ in 0..tables_count {
            tables.push(code_table(bits, symbols.len().saturating_add(2))?);
        }
        let chain = bytes_of_block(bits, &symbols, &selectors, &tables)?;
        Self::new(crc, origin, chain)
    }

    /// Puts the bytes in the order they had before they were sorted.
    fn new(crc: u32, origin: u32, mut chain: Vec<u32>) -> Result<Self, Fault> {
        let mut starts = [0_u32; 256];
        for &entry in &chain {
            if let Some(count) = starts.get_mut(low_byte(entry)) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += core::mem::replace(start, sum);
        }
        for place in 0_u32.. {
            let Some(&entry) = chain.get(index(place)) else { break };
            let Some(start) = starts.get_mut(low_byte(entry)) else { break };
            if let Some(entry) = chain.get_mut(index(*start)) {
                *entry |= place << 8;
            }
            *start += 1;
        }
        let Some(first) = chain.get(index(origin)) else {
            return Err(Fault::Senseless("origin"));
        };
        let (next, left) = (first >> 8, chain.len());
        Ok(Self { crc, chain, next, left, last: 0, in_a_row: 0, repeats: 0 })
    }

    /// All of the contents, as many as 255 for each five entries, 46 MB; `None` if these
    /// are more than `most`.
    pub(super) fn write_all(&mut self, most: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            if start > most {
                return None;
            }
            bytes.resize(start.saturating_add(WRITE.max(self.left)), 0);
            let room = bytes.get_mut(start..).unwrap_or(&mut []);
            let (count, wanted) = (self.write(room), room.len());
            if count < wanted {
                bytes.truncate(start.saturating_add(count));
                return Some(bytes).filter(|bytes| bytes.len() <= most);
            }
        }
    }

    /// Writes contents to `room`; returns how many bytes: fewer than there is
    /// room for only at the block's end.
    pub(super) fn write(&mut self, room: &mut [u8]) -> usize {
        let mut count = 0;
        while let Some(rest) = room.get_mut(count..).filter(|rest| !rest.is_empty()) {
            if self.repeats > 0 {
                let repeats = usize::from(self.repeats).min(rest.len());
                rest.iter_mut().take(repeats).for_each(|byte| *byte = self.last);
                self.repeats =
                    self.repeats.saturating_sub(u8::try_from(repeats).unwrap_or(u8::MAX));
                count += repeats;
                continue;
            }
            let written = self.write_bytes(rest);
            count += written;
            if written == 0 && self.repeats == 0 && self.left == 0 {
                break;
            }
        }
        count
    }

    /// Writes bytes up to the next count of repeats.
    fn write_bytes(&mut self, room: &mut [u8]) -> usize {
        let mut written = 0;
        for to in room {
            if self.in_a_row == 4 {
                self.in_a_row = 0;
                self.repeats = self.take().unwrap_or(0);
                break;
            }
            let Some(byte) = self.take() else { break };
            self.in_a_row = match byte == self.last && self.in_a_row > 0 {
                true => self.in_a_row + 1,
                false => 1,
            };
            self.last = byte;
            *to = byte;
            written += 1;
        }
        written
    }

    fn take(&mut self) -> Option<u8> {
        self.left = self.left.checked_sub(1)?;
        let entry = *self.chain.get(index(self.next))?;
        self.next = entry >> 8;
        let [byte, ..] = entry.to_le_bytes();
        Some(byte)
    }
}

/// The bytes that occur in the block: a map of 16 bits that each stand for
/// one of 16 bits.
fn symbols_in_use(bits: &mut Bits<'_>) -> Result<Vec<u8>, Fault> {
    let mut symbols = Vec::with_capacity(256);
    let rows = bits.take(16)?;
    for row in 0..16_u8 {
        if rows & (0x8000 >> row) == 0 {
            continue;
        }
        let columns = bits.take(16)?;
        symbols.extend(
            (0..16_u8)
                .filter(|column| columns & (0x8000 >> column) != 0)
                .map(|column| row * 16 + column),
        );
    }
    if symbols.is_empty() {
        return Err(Fault::Senseless("no symbol in use"));
    }
    Ok(symbols)
}

/// Which code table each group uses, by move-to-front.
fn selectors(bits: &mut Bits<'_>, tables: usize) -> Result<Vec<u8>, Fault> {
    let count = usize::try_from(bits.take(15)?).unwrap_or(0);
    if count == 0 {
        return Err(Fault::Senseless("number of selectors"));
    }
    let mut order = [0_u8, 1, 2, 3, 4, 5];
    let mut selectors = Vec::with_capacity(count.min(SELECTORS_MAX));
    for _ in 0..count {
        let mut place = 0;
        while bits.bit()? {
            place += 1;
            if place >= tables {
                return Err(Fault::Senseless("selector"));
            }
        }
        let selector = to_front(&mut order, place);
        // More than a block can use were written by some encoders.
        if selectors.len() < SELECTORS_MAX {
            selectors.push(selector);
        }
    }
    Ok(selectors)
}

/// A code table: lengths of codes, each as a difference to the one before.
fn code_table(bits: &mut Bits<'_>, symbols: usize) -> Result<CodeTable, Fault> {
    let mut length = bits.take(5)?;
    let mut lengths = Vec::with_capacity(symbols);
    for _ in 0..symbols {
        loop {
            if !(1..=LENGTH_MAX).contains(&length) {
                return Err(Fault::Senseless("length of a code"));
            }
            if !bits.bit()? {
                break;
            }
            length = if bits.bit()? { length.saturating_sub(1) } else { length.saturating_add(1) };
        }
        lengths.push(length);
    }
    Ok(CodeTable::new(&lengths))
}

/// The block's bytes in sorted order, one in each entry.
fn bytes_of_block(
    bits: &mut Bits<'_>,
    symbols: &[u8],
    selectors: &[u8],
    tables: &[CodeTable],
) -> Result<Vec<u32>, Fault> {
    let end = u16::try_from(symbols.len().saturating_add(1)).unwrap_or(u16::MAX);
    let mut order = [0_u8; 256];
    for (order, symbol) in order.iter_mut().zip(symbols) {
        *order = *symbol;
    }
    let mut bytes = Vec::new();
    // A run's length in digits 1 and 2, the lowest first.
    let (mut run, mut digit) = (0_usize, 1_usize);
    for &selector in selectors {
        let table = tables.get(usize::from(selector)).ok_or(Fault::Senseless("selector"))?;
        for _ in 0..GROUP {
            let symbol = table.decode(bits)?.ok_or(Fault::Senseless("code"))?;
            if symbol == RUN_A || symbol == RUN_B {
                run += digit << symbol;
                digit <<= 1;
                if run > BLOCK_MAX {
                    return Err(Fault::Senseless("length of a run"));
                }
                continue;
            }
            if run > 0 {
                let [first, ..] = order;
                push(&mut bytes, first, run)?;
                (run, digit) = (0, 1);
            }
            if symbol == end {
                return Ok(bytes);
            }
            let byte = to_front(&mut order, usize::from(symbol.saturating_sub(1)));
            push(&mut bytes, byte, 1)?;
        }
    }
    Err(Fault::Senseless("no end of the block"))
}

fn push(bytes: &mut Vec<u32>, byte: u8, count: usize) -> Result<(), Fault> {
    let length = bytes.len().saturating_add(count);
    if length > BLOCK_MAX {
        return Err(Fault::Senseless("length of the block"));
    }
    match count {
        1 => bytes.push(u32::from(byte)),
        _ => bytes.resize(length, u32::from(byte)),
    }
    Ok(())
}

/// Moves what stands at `place` to the front, and returns it.
fn to_front(order: &mut [u8], place: usize) -> u8 {
    let Some(&moved) = order.get(place) else { return 0 };
    order.copy_within(..place, 1);
    if let Some(first) = order.first_mut() {
        *first = moved;
    }
    moved
}

fn low_byte(entry: u32) -> usize {
    let [byte, ..] = entry.to_le_bytes();
    usize::from(byte)
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
