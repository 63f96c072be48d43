//! A block of lzop that is decoded: here, or by whoever works ahead.

use super::header::{BlockHeader, Flags, adler32};
use crate::container::blockwise::state::sum;
use crate::container::blockwise::walk::Sum;
use crate::container::finding::BlockChecksum;
use crate::source::{Reader, Writer};

/// A block that can be decoded anywhere.
#[derive(Debug)]
pub(in crate::container) struct Task {
    pub(super) flags: Flags,
    pub(super) header: BlockHeader,
    /// What stands behind its header, as much as is there.
    pub(super) data: Vec<u8>,
    /// Whether its checksums are added up.
    pub(super) checks: bool,
    /// Whether its contents are wanted, or only whether they can be had.
    pub(super) keeps: bool,
}

/// A block that was decoded.
#[derive(Debug)]
pub(in crate::container) struct Done {
    /// Its contents, empty if they are not wanted; `None` if it cannot be decoded.
    pub(super) bytes: Option<Vec<u8>>,
    /// Its checksums, as far as there is something to compare them with.
    pub(super) sums: Vec<Sum>,
    /// Whether it carries a checksum at all.
    pub(super) has_sums: bool,
}

impl Task {
    /// Decodes it.
    pub(in crate::container) fn run(self) -> Done {
        let (bytes, sums) = unpack(&self.header, &self.data, self.checks);
        let bytes = bytes.map(|bytes| if self.keeps { bytes } else { Vec::new() });
        Done { bytes, sums, has_sums: self.flags.has_checksums() }
    }

    /// Its bytes: the flags and the lengths, whether checksums are added up and whether the
    /// contents are wanted, the block's checksums, each behind a byte that says whether
    /// there is one, and what stands behind its header.
    pub(in crate::container) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Writer::default();
        let BlockHeader { length, contents_length, contents_checksums, checksums, .. } =
            self.header;
        [self.flags.0, length, contents_length].iter().for_each(|&number| bytes.u32(number));
        [self.checks, self.keeps].iter().for_each(|&is_so| bytes.u8(is_so.into()));
        for checksum in [contents_checksums.0, contents_checksums.1, checksums.0, checksums.1] {
            bytes.u8(checksum.is_some().into());
            bytes.u32(checksum.unwrap_or(0));
        }
        bytes.raw(&self.data);
        bytes.into_bytes()
    }

    /// The task whose bytes these are.
    pub(in crate::container) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = Reader::new(bytes);
        let flags = Flags(rest.u32()?);
        let (length, contents_length) = (rest.u32()?, rest.u32()?);
        let (checks, keeps) = (rest.u8()? != 0, rest.u8()? != 0);
        let mut checksum =
            || Some((rest.u8()? != 0, rest.u32()?)).map(|(is, sum)| is.then_some(sum));
        let contents_checksums = (checksum()?, checksum()?);
        let checksums = (checksum()?, checksum()?);
        let header = BlockHeader {
            header_length: 0,
            length,
            contents_length,
            contents_checksums,
            checksums,
        };
        Some(Self { flags, header, data: rest.rest().to_vec(), checks, keeps })
    }
}

/// Checksums of a block at most.
const SUMS_MAX: usize = 4;

/// Bytes of each: of what it is, and the two numbers.
const SUM: usize = 9;

impl Done {
    /// Its bytes: the contents, and in so many bytes behind them what else there is to say:
    /// room for all checksums that a block can have, how many it has, whether it carries
    /// any, and whether it could be decoded.
    pub(in crate::container) fn into_bytes(self) -> Vec<u8> {
        let is_decoded = self.bytes.is_some();
        let mut bytes = self.bytes.unwrap_or_default();
        let mut sums = [0; SUMS_MAX * SUM];
        for (sum, room) in self.sums.iter().zip(sums.as_chunks_mut::<SUM>().0) {
            let of = u8::from(sum.of == BlockChecksum::Contents);
            let ([a, b, c, d], [e, f, g, h]) =
                (sum.expected.to_le_bytes(), sum.found.to_le_bytes());
            *room = [of, a, b, c, d, e, f, g, h];
        }
        bytes.extend(sums);
        let count = u8::try_from(self.sums.len().min(SUMS_MAX)).unwrap_or(0);
        bytes.extend([count, self.has_sums.into(), is_decoded.into()]);
        bytes
    }

    /// What was done, of which these are the bytes.
    pub(in crate::container) fn from_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        let (contents, &[count, has_sums, is_decoded]) = bytes.split_last_chunk()?;
        let (contents, sums) = contents.split_last_chunk::<{ SUMS_MAX * SUM }>()?;
        let sums = sums.as_chunks().0.iter().take(count.into());
        let sums = sums.map(|&[of, a, b, c, d, e, f, g, h]: &[u8; SUM]| Sum {
            of: if of == 0 { BlockChecksum::Compressed } else { BlockChecksum::Contents },
            expected: u32::from_le_bytes([a, b, c, d]),
            found: u32::from_le_bytes([e, f, g, h]),
        });
        let (sums, length) = (sums.collect(), contents.len());
        bytes.truncate(length);
        Some(Self { bytes: (is_decoded != 0).then_some(bytes), sums, has_sums: has_sums != 0 })
    }
}

/// The contents of a block of which `data` is there, `None` if they cannot be decoded, and
/// its checksums if `checks`.
pub(super) fn unpack(
    header: &BlockHeader,
    data: &[u8],
    checks: bool,
) -> (Option<Vec<u8>>, Vec<Sum>) {
    let contents = header.decode(data);
    let sums = if checks { sums(header, data, contents.as_deref()) } else { Vec::new() };
    (contents, sums)
}

/// The checksums of a block of which `bytes` are there, and its contents if it
/// can be decoded.
fn sums(header: &BlockHeader, bytes: &[u8], contents: Option<&[u8]>) -> Vec<Sum> {
    let parts = [
        (BlockChecksum::Compressed, header.checksums, Some(bytes)),
        (BlockChecksum::Contents, header.contents_checksums, contents),
    ];
    let mut sums = Vec::new();
    for (of, (adler, crc), bytes) in parts {
        let Some(bytes) = bytes else { continue };
        sums.extend(adler.map(|expected| sum(of, expected, adler32(bytes))));
        sums.extend(crc.map(|expected| sum(of, expected, crc32fast::hash(bytes))));
    }
    sums
}
