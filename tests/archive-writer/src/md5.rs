//! The checksums of header and extents.

use ::md5::{Digest, Md5};

use crate::EXTENT_HEADER;

/// Where the archive header keeps its MD5.
const HEADER_MD5: usize = 32;
/// Where the archive header keeps its own size.
const HEADER_SIZE: usize = 56;
/// Where an extent header keeps its MD5.
const EXTENT_MD5: usize = 24;

/// MD5 of `bytes`.
#[must_use]
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// MD5 of `record` with the 16 bytes at `field` taken as zeros.
fn md5_without_field(record: &[u8], field: usize) -> [u8; 16] {
    let mut state = Md5::new();
    state.update(&record[..field]);
    state.update([0; 16]);
    state.update(&record[field + 16..]);
    state.finalize().into()
}

/// What the MD5 of the archive header must be: over as many bytes as the
/// header says it has.
#[must_use]
pub fn header_md5(archive: &[u8]) -> [u8; 16] {
    let size = u32::from_be_bytes(archive[HEADER_SIZE..HEADER_SIZE + 4].try_into().unwrap());
    md5_without_field(&archive[..size as usize], HEADER_MD5)
}

/// What the MD5 of the extent header at the start of `extent` must be.
#[must_use]
pub fn extent_md5(extent: &[u8]) -> [u8; 16] {
    md5_without_field(&extent[..EXTENT_HEADER], EXTENT_MD5)
}

/// Makes the archive header's MD5 right again after a patch.
pub fn fix_header_md5(archive: &mut [u8]) {
    let md5 = header_md5(archive);
    archive[HEADER_MD5..HEADER_MD5 + 16].copy_from_slice(&md5);
}

/// Makes the MD5 of the extent at `offset` right again after a patch.
pub fn fix_extent_md5(archive: &mut [u8], offset: u64) {
    let extent = &mut archive[offset as usize..][..EXTENT_HEADER];
    let md5 = extent_md5(extent);
    extent[EXTENT_MD5..EXTENT_MD5 + 16].copy_from_slice(&md5);
}
