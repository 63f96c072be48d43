//! Records of fixed fields, and numbers between their types.
//!
//! What puts a field is kept out of line: speed does not matter here, the size
//! of the wasm does.

/// A record of zeros, into which fields are put.
#[derive(Clone, Debug)]
pub(super) struct Record(Vec<u8>);

impl Record {
    /// `length` zeros.
    pub(super) fn new(length: usize) -> Self {
        Self(vec![0; length])
    }

    /// Puts `field` at `at`. What would lie behind the record's end is dropped:
    /// places and lengths are constants, or texts that are cut to fit.
    #[inline(never)]
    pub(super) fn put(mut self, at: usize, field: &[u8]) -> Self {
        for (to, from) in self.0.iter_mut().skip(at).zip(field) {
            *to = *from;
        }
        self
    }

    pub(super) fn be16(self, at: usize, field: u16) -> Self {
        self.put(at, &field.to_be_bytes())
    }

    pub(super) fn be32(self, at: usize, field: u32) -> Self {
        self.put(at, &field.to_be_bytes())
    }

    pub(super) fn be64(self, at: usize, field: u64) -> Self {
        self.put(at, &field.to_be_bytes())
    }

    pub(super) fn le16(self, at: usize, field: u16) -> Self {
        self.put(at, &field.to_le_bytes())
    }

    pub(super) fn le32(self, at: usize, field: u32) -> Self {
        self.put(at, &field.to_le_bytes())
    }

    pub(super) fn le64(self, at: usize, field: u64) -> Self {
        self.put(at, &field.to_le_bytes())
    }

    /// The record as it is so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The finished record.
    pub(super) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// A length in memory as a number of bytes.
pub(super) fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A number of bytes as a length in memory; as much as there can be, if more.
pub(super) fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A number that a limit keeps below 2^32.
pub(super) fn to_u32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
