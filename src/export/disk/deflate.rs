//! Units of 64 KiB, compressed by deflate.

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress};

use super::deflate_codes::with_two_distances;

/// Bytes that QEMU keeps of what it has decompressed: its zlib is opened with a
/// window of 2^12 (`block/qcow2-threads.c`).
const QEMU_WINDOW: usize = 4096;

/// Bytes that `miniz_oxide` puts into one block at most, whatever they are.
const BLOCK: usize = 31 << 10;

/// Bytes before the first block of a zlib stream, and behind its last one.
const ZLIB_HEADER: usize = 2;
const ZLIB_CHECKSUM: usize = 4;

/// Bytes that a stored block of deflate holds at most.
const STORED_BLOCK: usize = 65_535;

/// Bytes of 64 KiB as [`push_stored`] gives them: header, two blocks and their
/// headers, checksum.
pub(super) const STORED_UNIT: u64 = 2 + 2 * 5 + 65_536 + 4;

/// Compresses units one by one.
pub(super) struct Deflate {
    compressor: Box<CompressorOxide>,
    format: DataFormat,
    /// Bytes of a unit that make one block.
    block: usize,
    /// Whether it forgets with each block what came before.
    forgets: bool,
    bytes: Vec<u8>,
}

impl Deflate {
    /// One that gives zlib streams (RFC 1950), at the fastest level: twice as
    /// fast as the next, for files 4 % larger.
    pub(super) fn zlib() -> Self {
        Self::new(DataFormat::Zlib, 1, BLOCK, false)
    }

    /// One that gives deflate streams (RFC 1951) for QEMU. `miniz_oxide` 0.9.1
    /// does not keep to a window below 32 KiB, though it has a parameter for
    /// it, so it is made to forget. What that costs is least at this level.
    pub(super) fn for_qemu() -> Self {
        Self::new(DataFormat::Raw, 3, QEMU_WINDOW, true)
    }

    fn new(format: DataFormat, level: u8, block: usize, forgets: bool) -> Self {
        let mut compressor = Box::<CompressorOxide>::default();
        compressor.set_format_and_level(format, level);
        Self { compressor, format, block, forgets, bytes: Vec::new() }
    }

    /// `unit` compressed; `None` if that makes it no shorter.
    pub(super) fn compress(&mut self, unit: &[u8]) -> Option<&[u8]> {
        self.bytes.resize(unit.len().saturating_sub(1), 0);
        self.compressor.reset();
        let mut length = 0;
        let mut parts = unit.chunks(self.block).peekable();
        while let Some(part) = parts.next() {
            let is_last = parts.peek().is_none();
            let flush = match (is_last, self.forgets) {
                (true, _) => TDEFLFlush::Finish,
                (false, true) => TDEFLFlush::Full,
                (false, false) => TDEFLFlush::Sync,
            };
            let room = self.bytes.get_mut(length..)?;
            let (status, taken, given) = compress(&mut self.compressor, part, room, flush);
            let has_room = given < room.len() && taken == part.len();
            match status {
                TDEFLStatus::Done if is_last => {}
                TDEFLStatus::Okay if has_room => {}
                _ => return None,
            }
            length = self.give_distances(length, length + given, part, is_last)?;
        }
        self.bytes.get(..length)
    }

    /// Gives codes for distances to the block that was made of `part` from byte
    /// `start` to `end`, if it has none, and returns where it ends then.
    fn give_distances(
        &mut self,
        start: usize,
        end: usize,
        part: &[u8],
        is_last: bool,
    ) -> Option<usize> {
        let is_zlib = self.format == DataFormat::Zlib;
        let start = if is_zlib && start == 0 { ZLIB_HEADER } else { start };
        let Some(mut block) = with_two_distances(self.bytes.get(start..end)?, part) else {
            return Some(end);
        };
        let mut behind = [0, 0, 0xff, 0xff].to_vec();
        if is_last {
            let checksum = if is_zlib { ZLIB_CHECKSUM } else { 0 };
            behind = self.bytes.get(end.checked_sub(checksum)?..end)?.to_vec();
        } else {
            // An empty stored block, which ends at a byte.
            block.put(0, 3);
        }
        let block = block.done();
        let new_end = start + block.len() + behind.len();
        let room = self.bytes.get_mut(start..new_end)?;
        for (to, from) in room.iter_mut().zip(block.iter().chain(&behind)) {
            *to = *from;
        }
        Some(new_end)
    }
}

/// Appends a zlib stream in which `unit` stands as it is.
pub(super) fn push_stored(unit: &[u8], into: &mut Vec<u8>) {
    into.extend([0x78, 0x01]);
    let mut blocks = unit.chunks(STORED_BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        into.push(u8::from(blocks.peek().is_none()));
        into.extend(length.to_le_bytes());
        into.extend((!length).to_le_bytes());
        into.extend(block);
    }
    into.extend(adler2::adler32_slice(unit).to_be_bytes());
}
