//! The header of a gzip member (RFC 1952, 2.3). Numbers are little-endian.

use super::super::input::Input;
use crate::source::Error;

/// How a member starts: the magic number, and deflate as the method.
pub(super) const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Bytes a header has at most here; names and comments have no limit of
/// their own.
const HEADER_MAX: usize = 1024 * 1024;

const HAS_CRC: u8 = 0x02;
const HAS_EXTRA: u8 = 0x04;
const HAS_NAME: u8 = 0x08;
const HAS_COMMENT: u8 = 0x10;
const RESERVED: u8 = 0xe0;

/// What stands where a member may start.
pub(super) enum Opening {
    /// A member.
    Member(MemberHeader),
    /// The source ends before the header does.
    Cut,
    /// No member.
    Unknown,
}

/// The header of a member, of which nothing but its length matters.
pub(super) struct MemberHeader {
    /// Bytes of the header.
    pub(super) length: usize,
    /// The header's checksum in the file, and as it is.
    pub(super) checksum: Option<(u16, u16)>,
}

impl Opening {
    /// What stands at the next byte of `input`. Consumes nothing.
    pub(super) fn parse(input: &mut Input) -> Result<Self, Error> {
        let mut least = 10;
        loop {
            let bytes = input.peek(least)?;
            let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
            let flags = bytes.get(3).copied().unwrap_or(0);
            if magic.is_empty() || !MAGIC.starts_with(magic) || flags & RESERVED != 0 {
                return Ok(Self::Unknown);
            }
            if let Some(header) = MemberHeader::parse(bytes, flags) {
                return Ok(Self::Member(header));
            }
            if bytes.len() < least {
                return Ok(Self::Cut);
            }
            if bytes.len() >= HEADER_MAX {
                return Ok(Self::Unknown);
            }
            least = bytes.len().saturating_add(1);
        }
    }
}

impl MemberHeader {
    /// Parses the header; `None` if `bytes` end before it does.
    fn parse(bytes: &[u8], flags: u8) -> Option<Self> {
        let mut rest = bytes.get(10..)?;
        if flags & HAS_EXTRA != 0 {
            let (length, behind) = rest.split_first_chunk::<2>()?;
            rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
        }
        for flag in [HAS_NAME, HAS_COMMENT] {
            if flags & flag != 0 {
                let end = rest.iter().position(|&byte| byte == 0)?;
                rest = rest.get(end.checked_add(1)?..)?;
            }
        }
        let mut checksum = None;
        if flags & HAS_CRC != 0 {
            let covered = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
            let (expected, behind) = rest.split_first_chunk::<2>()?;
            let found = u16::try_from(crc32fast::hash(covered) & 0xffff).ok()?;
            checksum = Some((u16::from_le_bytes(*expected), found));
            rest = behind;
        }
        Some(Self { length: bytes.len().checked_sub(rest.len())?, checksum })
    }
}
