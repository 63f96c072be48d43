//! What stands where a frame or a block starts: their headers (§ 3.1.1.1, § 3.1.1.2)
//! and skippable frames (§ 3.1.2).

use crate::BLOCK_MAX;

/// Bytes that a frame header has at most, magic number included.
pub const HEADER_MAX: usize = 18;

/// The magic number of a frame.
pub const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What stands where a frame may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A frame.
    Frame(FrameHeader),
    /// A skippable frame of this many bytes, header included.
    Skippable(u64),
    /// A frame of a version of `zstd` before 0.8, by the number behind the dot: the
    /// format was not settled then, and is another one.
    Legacy(u32),
    /// The bytes end before it is clear.
    Cut,
    /// No frame, or one that uses what the format reserves.
    Unknown,
}

/// The header of a frame of compressed blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Bytes of the header, magic number included.
    pub length: usize,
    /// Bytes that the frame's data looks back at most.
    pub window: u64,
    /// Bytes that the frame says it decodes to.
    pub content_size_hint: Option<u64>,
    /// Whether a checksum follows the blocks.
    pub has_checksum: bool,
    /// The dictionary it needs; 0 for none.
    pub dictionary: u32,
}

impl Opening {
    /// What `bytes` start with. [`HEADER_MAX`] bytes are always enough.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let Some((magic, rest)) = bytes.split_first_chunk::<4>() else {
            let is_start = MAGIC.starts_with(bytes)
                || matches!(bytes, [0x50..=0x5f] | [0x50..=0x5f, 0x2a] | [0x50..=0x5f, 0x2a, 0x4d]);
            return if is_start { Self::Cut } else { Self::Unknown };
        };
        match magic {
            &MAGIC => FrameHeader::parse(rest),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => match rest.first_chunk::<4>() {
                Some(length) => Self::Skippable(u64::from(u32::from_le_bytes(*length)) + 8),
                None => Self::Cut,
            },
            // As `zstd`'s own source has them, in `lib/legacy`.
            [0x1e, 0xb5, 0x2f, 0xfd] => Self::Legacy(1),
            &[last @ 0x22..=0x27, 0xb5, 0x2f, 0xfd] => Self::Legacy(u32::from(last) - 0x20),
            _ => Self::Unknown,
        }
    }
}

impl FrameHeader {
    /// What stands for a header that is lost: the window of level 19 is as much
    /// as any up to that looks back, and `zstd` adds a checksum.
    pub const ASSUMED: Self = Self {
        length: 0,
        window: 8 * 1024 * 1024,
        content_size_hint: None,
        has_checksum: true,
        dictionary: 0,
    };

    /// Parses what follows the magic number.
    fn parse(bytes: &[u8]) -> Opening {
        let Some((&descriptor, mut rest)) = bytes.split_first() else { return Opening::Cut };
        let is_single_segment = descriptor & 0x20 != 0;
        if descriptor & 0x08 != 0 {
            return Opening::Unknown;
        }
        let window_bytes = usize::from(!is_single_segment);
        let dictionary_bytes = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);
        let size_bytes = match descriptor >> 6 {
            0 => usize::from(is_single_segment),
            1 => 2,
            2 => 4,
            _ => 8,
        };
        let (Some(window), Some(dictionary), Some(size)) = (
            take_little_endian(&mut rest, window_bytes),
            take_little_endian(&mut rest, dictionary_bytes),
            take_little_endian(&mut rest, size_bytes),
        ) else {
            return Opening::Cut;
        };
        // Two bytes count from 256: one byte says what is below.
        let size = if size_bytes == 2 { size.saturating_add(256) } else { size };
        Opening::Frame(Self {
            length: 5 + window_bytes + dictionary_bytes + size_bytes,
            window: if is_single_segment { size } else { window_size(window) },
            content_size_hint: (size_bytes > 0).then_some(size),
            has_checksum: descriptor & 0x04 != 0,
            dictionary: u32::try_from(dictionary).unwrap_or(0),
        })
    }
}

/// How a block stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// As it is.
    Raw,
    /// One byte, to be repeated.
    Repeated,
    /// Compressed.
    Compressed,
}

/// The header of a block: 3 bytes, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// The header as it stands.
    pub raw: [u8; 3],
    /// How the block stands in the source.
    pub kind: BlockKind,
    /// Bytes of the block: in the source if it is compressed, and otherwise of
    /// contents.
    pub size: usize,
    /// Bytes of the block in the source.
    pub length: usize,
    /// Whether the frame's blocks end with it.
    pub is_last: bool,
}

impl BlockHeader {
    /// Parses the header; `None` for a reserved type or a block that is
    /// larger than blocks may be.
    #[must_use]
    pub fn parse(raw: [u8; 3]) -> Option<Self> {
        let [a, b, c] = raw;
        let fields = u32::from_le_bytes([a, b, c, 0]);
        let size = usize::try_from(fields >> 3).ok().filter(|&size| size <= BLOCK_MAX)?;
        let (kind, length) = match (fields >> 1) & 3 {
            0 => (BlockKind::Raw, size),
            1 => (BlockKind::Repeated, 1),
            2 => (BlockKind::Compressed, size),
            _ => return None,
        };
        Some(Self { raw, kind, size, length, is_last: fields & 1 != 0 })
    }
}

/// The window that a window descriptor stands for, 2^10 to 15 × 2^38 bytes.
fn window_size(descriptor: u64) -> u64 {
    let base = 1_u64 << (10 + ((descriptor >> 3) & 31));
    base + base / 8 * (descriptor & 7)
}

fn take_little_endian(bytes: &mut &[u8], count: usize) -> Option<u64> {
    let (number, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(number.iter().rev().fold(0, |value, &byte| (value << 8) | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_proxmox_has_a_window_of_two_mebibytes_and_a_checksum() {
        // As `zstd --threads=1 < archive` writes it.
        let header = FrameHeader {
            length: 6,
            window: 1 << 21,
            content_size_hint: None,
            has_checksum: true,
            dictionary: 0,
        };
        let opening = Opening::parse(&[0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58]);
        assert_eq!(opening, Opening::Frame(header));
    }
}
