//! Sizes of the parts that an archive is laid out in, as far as more than one file
//! counts in them.

/// Bytes of the fixed part of the archive header.
pub const FIXED_SIZE: u32 = 12_288;

/// Bytes of an extent header.
pub const EXTENT_HEADER_SIZE: u64 = 512;
