//! lzop: parts of blocks that each decode by themselves.

pub(super) mod header;
pub(super) mod walk;
