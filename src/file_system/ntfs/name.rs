//! Names as they stand in attributes: UTF-16, little-endian.

use vma_source::le_u16;

use crate::names::wtf8;
use crate::reader::Name;

/// The stream of a directory's index.
pub(super) const INDEX: &[u8] = b"$\0I\x003\x000\0";

/// The units of a name; half a one at its end is left out.
pub(super) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|unit| le_u16(unit, 0)).collect()
}

/// The same in WTF-8.
pub(super) fn wtf8_of(bytes: &[u8]) -> Name {
    wtf8(&units(bytes))
}
