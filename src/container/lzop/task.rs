//! A block of lzop that is decoded: here, or by whoever works ahead.
#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "in a page nobody works ahead"))]

use super::header::{BlockHeader, Flags, adler32};
use crate::container::blockwise::state::sum;
use crate::container::blockwise::walk::Sum;
use crate::container::finding::BlockChecksum;

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
