//! Fields of formats, lengths and hex digits: numbers as bytes, and back.
//!
//! The one place that knows `byteorder`. Fields are read out of slices whose
//! length was checked before; where a slice is too short after all, what is
//! missing counts as zeros.

use byteorder::{BigEndian, ByteOrder, LittleEndian};

/// The first `N` bytes of `bytes`; zeros where there are fewer.
#[must_use]
pub fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

/// The `N` bytes from `at` on; zeros where `bytes` end before.
fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    array(bytes.get(at..).unwrap_or(&[]))
}

/// The big-endian 16-bit number at `at`.
#[must_use]
pub fn be_u16(bytes: &[u8], at: usize) -> u16 {
    BigEndian::read_u16(&field::<2>(bytes, at))
}

/// The big-endian 32-bit number at `at`.
#[must_use]
pub fn be_u32(bytes: &[u8], at: usize) -> u32 {
    BigEndian::read_u32(&field::<4>(bytes, at))
}

/// The big-endian 64-bit number at `at`.
#[must_use]
pub fn be_u64(bytes: &[u8], at: usize) -> u64 {
    BigEndian::read_u64(&field::<8>(bytes, at))
}

/// The little-endian 16-bit number at `at`.
#[must_use]
pub fn le_u16(bytes: &[u8], at: usize) -> u16 {
    LittleEndian::read_u16(&field::<2>(bytes, at))
}

/// The little-endian 32-bit number at `at`.
#[must_use]
pub fn le_u32(bytes: &[u8], at: usize) -> u32 {
    LittleEndian::read_u32(&field::<4>(bytes, at))
}

/// The little-endian 64-bit number at `at`.
#[must_use]
pub fn le_u64(bytes: &[u8], at: usize) -> u64 {
    LittleEndian::read_u64(&field::<8>(bytes, at))
}

/// `count` as a number of bytes.
#[must_use]
pub fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// `count` as a length; the largest there is if it does not fit.
#[must_use]
pub fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Lower-case hex digits of `bytes`, as a hex editor shows them.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Appends little-endian numbers to bytes: for what is kept between visits.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// What was appended.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same, as bytes of one's own.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Appends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Appends one byte.
    pub fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    /// Appends four bytes.
    pub fn u32(&mut self, number: u32) {
        self.raw(&number.to_le_bytes());
    }

    /// Appends eight bytes.
    pub fn u64(&mut self, number: u64) {
        self.raw(&number.to_le_bytes());
    }
}

/// Takes little-endian numbers from bytes; `None` where they end.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes `count` bytes as they are.
    pub fn raw(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes all that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.0)
    }

    /// Takes one byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.raw(1)?.first().copied()
    }

    /// Takes four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.raw(4).map(LittleEndian::read_u32)
    }

    /// Takes eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.raw(8).map(LittleEndian::read_u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_where_they_stand() {
        let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(be_u16(&bytes, 1), 0x0102);
        assert_eq!(le_u16(&bytes, 1), 0x0201);
        assert_eq!(be_u32(&bytes, 5), 0x0506_0708);
        assert_eq!(le_u32(&bytes, 5), 0x0807_0605);
        assert_eq!(le_u64(&bytes, 1), 0x0807_0605_0403_0201);
        assert_eq!(be_u64(&bytes, 1), 0x0102_0304_0506_0708);
        assert_eq!(be_u32(&bytes, 7), 0x0708_0000);
        assert_eq!(be_u32(&bytes, 100), 0);
    }

    #[test]
    fn what_a_writer_appends_a_reader_takes() {
        let mut writer = Writer::default();
        writer.u8(1);
        writer.u32(0x0203_0405);
        writer.u64(u64::MAX - 6);
        writer.raw(b"end");
        let bytes = writer.into_bytes();
        assert_eq!(bytes.get(1..5), Some(&[5, 4, 3, 2][..]));
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.u8(), Some(1));
        assert_eq!(reader.u32(), Some(0x0203_0405));
        assert_eq!(reader.u64(), Some(u64::MAX - 6));
        assert_eq!(reader.raw(4), None);
        assert_eq!(reader.raw(3), Some(&b"end"[..]));
        assert_eq!(reader.u8(), None);
    }
}
