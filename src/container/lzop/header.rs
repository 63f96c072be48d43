//! The headers of an lzop file: one before each part, one before each block.
//! The layout is that of lzop 1.04's own reader. All numbers are big-endian.

use adler2::Adler32;

use crate::container::input::Input;
use crate::source::Error;

/// The magic number of a part.
pub(in crate::container) const MAGIC: [u8; 9] =
    [0x89, b'L', b'Z', b'O', 0, b'\r', b'\n', 0x1a, b'\n'];

/// Bytes a block decodes to at most, as lzop itself has it.
const BLOCK_MAX: u32 = 64 * 1024 * 1024;

/// Bytes of contents that a byte of LZO1X stands for at most: every zero byte
/// of a match's length makes it 255 longer.
const EXPANSION_MAX: u32 = 256;

/// Bytes of an extra field that are taken for one; larger ones are damage.
const EXTRA_FIELD_MAX: u32 = 1024 * 1024;

/// The part's flags that matter to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::container) struct Flags(pub(super) u32);

impl Flags {
    /// An Adler-32 of the contents of each block.
    pub(in crate::container) const ADLER32_CONTENTS: u32 = 0x0001;
    /// An Adler-32 of each block as it stands.
    pub(in crate::container) const ADLER32_COMPRESSED: u32 = 0x0002;
    /// An extra field follows the header.
    const EXTRA_FIELD: u32 = 0x0040;
    /// A CRC-32 of the contents of each block.
    pub(in crate::container) const CRC32_CONTENTS: u32 = 0x0100;
    /// A CRC-32 of each block as it stands.
    pub(in crate::container) const CRC32_COMPRESSED: u32 = 0x0200;
    /// The data went through a filter first.
    const FILTER: u32 = 0x0800;
    /// The header's checksum is a CRC-32, not an Adler-32.
    const HEADER_CRC32: u32 = 0x1000;

    /// What lzop sets unless it is told otherwise, as far as it matters.
    pub(in crate::container) const USUAL: Self = Self(Self::ADLER32_CONTENTS);

    /// Whether any flag of `flag` is set.
    pub(in crate::container) fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// Whether blocks carry a checksum of any kind.
    pub(in crate::container) fn has_checksums(self) -> bool {
        self.has(0x0303)
    }
}

/// What stands where a part may start.
pub(in crate::container) enum Opening {
    /// A part.
    Part(PartHeader),
    /// The source ends before the header does.
    Cut,
    /// No part, or not one that can be made sense of.
    Unknown,
}

/// The header of a part.
#[derive(Clone, Copy, Debug)]
pub(in crate::container) struct PartHeader {
    /// What follows, and how.
    pub(in crate::container) flags: Flags,
    /// Version of lzop that is needed, as 0x0940 for 0.94.
    pub(in crate::container) version_needed: u16,
    /// The compression method: 1 to 3 are LZO1X.
    pub(in crate::container) method: u8,
    /// The filter; 0 for none.
    pub(in crate::container) filter: u32,
    /// The header's checksum in the file, and as it is.
    pub(in crate::container) checksum: (u32, u32),
    /// Bytes from the magic number up to the first block.
    pub(in crate::container) length: usize,
}

/// Reads numbers from a header, one after the other.
struct Fields<'a> {
    bytes: &'a [u8],
    used: usize,
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.used.checked_add(count)?;
        let taken = self.bytes.get(self.used..end)?;
        self.used = end;
        Some(taken)
    }

    fn number(&mut self, bytes: usize) -> Option<u32> {
        Some(self.take(bytes)?.iter().fold(0, |value, &byte| (value << 8) | u32::from(byte)))
    }

    fn u16(&mut self) -> Option<u16> {
        u16::try_from(self.number(2)?).ok()
    }

    fn u8(&mut self) -> Option<u8> {
        u8::try_from(self.number(1)?).ok()
    }
}

impl Opening {
    /// What stands at the next byte of `input`. Consumes nothing.
    pub(in crate::container) fn parse(input: &mut Input) -> Result<Self, Error> {
        let mut least = MAGIC.len();
        loop {
            let bytes = input.peek(least)?;
            let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
            if magic.is_empty() || !MAGIC.starts_with(magic) {
                return Ok(Self::Unknown);
            }
            match PartHeader::parse(bytes) {
                Ok(header) => return Ok(Self::Part(header)),
                Err(HeaderFault::Senseless) => return Ok(Self::Unknown),
                Err(HeaderFault::Short) if bytes.len() < least => return Ok(Self::Cut),
                Err(HeaderFault::Short) => least = bytes.len().saturating_add(1),
            }
        }
    }
}

enum HeaderFault {
    /// More bytes are needed.
    Short,
    /// No more bytes would help.
    Senseless,
}

impl PartHeader {
    /// Parses the header, magic number included.
    #[inline(never)]
    fn parse(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let mut fields = Fields { bytes, used: MAGIC.len() };
        let header = Self::fields(&mut fields).ok_or(HeaderFault::Short)?;
        if !header.flags.has(Flags::EXTRA_FIELD) {
            return Ok(header);
        }
        let length = fields.number(4).ok_or(HeaderFault::Short)?;
        if length > EXTRA_FIELD_MAX {
            return Err(HeaderFault::Senseless);
        }
        let length = usize::try_from(length).map_err(|_| HeaderFault::Senseless)?;
        fields.take(length.saturating_add(4)).ok_or(HeaderFault::Short)?;
        Ok(Self { length: fields.used, ..header })
    }

    fn fields(fields: &mut Fields<'_>) -> Option<Self> {
        let start = fields.used;
        let version = fields.u16()?;
        fields.u16()?; // lib_version
        let is_new = version >= 0x0940;
        let version_needed = if is_new { fields.u16()? } else { version };
        let method = fields.u8()?;
        if is_new {
            fields.u8()?; // level
        }
        let flags = Flags(fields.number(4)?);
        let filter = if flags.has(Flags::FILTER) { fields.number(4)? } else { 0 };
        fields.take(8)?; // mode, mtime_low
        if is_new {
            fields.take(4)?; // mtime_high
        }
        let name = fields.u8()?;
        fields.take(usize::from(name))?;
        let header = fields.bytes.get(start..fields.used)?;
        let is_crc32 = flags.has(Flags::HEADER_CRC32);
        let found = if is_crc32 { crc32fast::hash(header) } else { adler32(header) };
        let checksum = (fields.number(4)?, found);
        let length = fields.used;
        Some(Self { flags, version_needed, method, filter, checksum, length })
    }
}

/// What stands where a block may start.
pub(in crate::container) enum Next {
    /// A block.
    Block(BlockHeader),
    /// The mark that ends a part.
    EndMarker,
    /// The source ends: before the block, or inside its header.
    Cut {
        /// Whether not a byte of a header is there.
        is_between: bool,
    },
    /// No block: lengths that lzop never writes.
    Unknown,
}

/// The header of a block.
#[derive(Clone, Copy, Debug)]
pub(in crate::container) struct BlockHeader {
    /// Bytes of the header itself.
    pub(in crate::container) header_length: usize,
    /// Bytes of the block in the source, behind the header.
    pub(in crate::container) length: u32,
    /// Bytes it decodes to. At most [`EXPANSION_MAX`] times `length`.
    pub(in crate::container) contents_length: u32,
    /// Checksums of the contents: Adler-32, CRC-32.
    pub(in crate::container) contents_checksums: (Option<u32>, Option<u32>),
    /// Checksums of the block as it stands: Adler-32, CRC-32.
    pub(in crate::container) checksums: (Option<u32>, Option<u32>),
}

impl Next {
    /// What stands at the next byte of `input`, in a part with `flags`.
    /// Consumes nothing.
    pub(in crate::container) fn parse(flags: Flags, input: &mut Input) -> Result<Self, Error> {
        Ok(Self::of(flags, input.peek(24)?))
    }

    /// What `bytes` start with, in a part with `flags`.
    #[inline(never)]
    pub(in crate::container) fn of(flags: Flags, bytes: &[u8]) -> Self {
        let mut fields = Fields { bytes, used: 0 };
        if fields.number(4) == Some(0) {
            return Self::EndMarker;
        }
        let Some(header) = BlockHeader::parse(flags, bytes) else {
            return Self::Cut { is_between: bytes.is_empty() };
        };
        let is_sensible = header.contents_length <= BLOCK_MAX
            && (1..=header.contents_length).contains(&header.length)
            && header.contents_length / EXPANSION_MAX <= header.length;
        if is_sensible { Self::Block(header) } else { Self::Unknown }
    }
}

impl BlockHeader {
    /// Whether the block holds its contents as they are.
    pub(in crate::container) fn is_stored(&self) -> bool {
        self.length == self.contents_length
    }

    /// Where the block ends, in bytes from the start of its header.
    pub(in crate::container) fn end(&self) -> usize {
        self.header_length.saturating_add(usize::try_from(self.length).unwrap_or(usize::MAX))
    }

    /// Whether `data` is a block of these lengths: it decodes to just that, or
    /// it holds its contents as they are and agrees with their checksum.
    pub(in crate::container) fn is_borne_out_by(&self, data: &[u8]) -> bool {
        match self.is_stored() {
            true => self.has_checksums() && self.agrees(data),
            false => self.decode(data).is_some(),
        }
    }

    /// Whether every checksum of the header agrees with `data`, as it stands
    /// and as it decodes.
    #[inline(never)]
    pub(in crate::container) fn agrees(&self, data: &[u8]) -> bool {
        let agree = |(adler, crc): (Option<u32>, Option<u32>), bytes: &[u8]| {
            adler.is_none_or(|adler| adler == adler32(bytes))
                && crc.is_none_or(|crc| crc == crc32fast::hash(bytes))
        };
        let contents = || self.decode(data).is_some_and(|c| agree(self.contents_checksums, &c));
        agree(self.checksums, data) && contents()
    }

    /// The contents of a block; `None` if `data` do not decode to the length
    /// that the header states.
    #[inline(never)]
    pub(in crate::container) fn decode(&self, data: &[u8]) -> Option<Vec<u8>> {
        if u32::try_from(data.len()) != Ok(self.length) {
            return None;
        }
        if self.is_stored() {
            return Some(data.to_vec());
        }
        let mut contents = vec![0; usize::try_from(self.contents_length).ok()?];
        let count = lzokay::decompress::decompress(data, &mut contents).ok()?;
        (count == contents.len()).then_some(contents)
    }

    /// The header of the one block that `bytes` are, whose own header is
    /// damaged: what follows a header's length decodes to `contents_length`
    /// bytes, or agrees with what is left of the header's checksums.
    pub(in crate::container) fn mended(
        flags: Flags,
        bytes: &[u8],
        contents_length: u32,
    ) -> Option<Self> {
        for is_stored in [false, true] {
            let length_of =
                |header_length: usize| u32::try_from(bytes.len().checked_sub(header_length)?).ok();
            let mut lengths = contents_length.to_be_bytes().to_vec();
            let stated = if is_stored { contents_length } else { 1 };
            lengths.extend(stated.to_be_bytes());
            lengths.extend(bytes.get(8..)?.iter().take(16));
            let Some(mut header) = Self::parse(flags, &lengths) else { continue };
            let Some(length) = length_of(header.header_length) else { continue };
            header.length = length;
            let data = bytes.get(header.header_length..)?;
            // If its checksums do not agree, they or the data are damaged: it is in doubt.
            if header.is_stored() == is_stored && header.is_borne_out_by(data) {
                return Some(header);
            }
        }
        None
    }

    fn has_checksums(&self) -> bool {
        let all = [self.contents_checksums, self.checksums];
        all.iter().any(|(adler, crc)| adler.is_some() || crc.is_some())
    }

    #[inline(never)]
    fn parse(flags: Flags, bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields { bytes, used: 0 };
        let contents_length = fields.number(4)?;
        let length = fields.number(4)?;
        // A stored block does not repeat the checksums of its contents.
        let is_stored = length == contents_length;
        let mut checksum = |flag: u32, is_there: bool| match flags.has(flag) && is_there {
            true => fields.number(4).map(Some),
            false => Some(None),
        };
        let adler32 = checksum(Flags::ADLER32_CONTENTS, true)?;
        let crc32 = checksum(Flags::CRC32_CONTENTS, true)?;
        let contents_checksums = (adler32, crc32);
        let adler32 = checksum(Flags::ADLER32_COMPRESSED, !is_stored)?;
        let crc32 = checksum(Flags::CRC32_COMPRESSED, !is_stored)?;
        let checksums = (adler32, crc32);
        let header_length = fields.used;
        Some(Self { header_length, length, contents_length, contents_checksums, checksums })
    }
}

/// The Adler-32 of `bytes`.
#[inline(never)]
pub(in crate::container) fn adler32(bytes: &[u8]) -> u32 {
    let mut adler = Adler32::new();
    adler.write_slice(bytes);
    adler.checksum()
}
