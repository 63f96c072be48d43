//! CRC-32C, eight bytes at a time: for what is compared at every read, and for superblocks.

/// The polynomial of CRC-32C, turned round.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// CRC-32C, with tables of the state after each byte and up to seven zeros.
pub struct Crc32c(Box<[[u32; 256]; 8]>);

impl Default for Crc32c {
    fn default() -> Self {
        Self::new()
    }
}

impl Crc32c {
    /// With its tables, of 8 KiB.
    #[must_use]
    pub fn new() -> Self {
        let mut tables = Box::new([[0; 256]; 8]);
        let mut last = [0; 256];
        for (state, byte) in last.iter_mut().zip(0_u32..) {
            *state = (0..8).fold(byte, |state, _| {
                if state & 1 == 1 { state >> 1 ^ POLYNOMIAL } else { state >> 1 }
            });
        }
        let first = last;
        for table in tables.iter_mut() {
            *table = last;
            for state in &mut last {
                *state = *state >> 8 ^ of(&first, *state);
            }
        }
        Self(tables)
    }

    /// That of `bytes`, as RFC 3720 has it.
    #[must_use]
    pub fn of(&self, bytes: &[u8]) -> u32 {
        !self.on_from(u32::MAX, bytes)
    }

    /// Goes on from `state`, neither started nor turned over.
    #[must_use]
    pub fn on_from(&self, state: u32, bytes: &[u8]) -> u32 {
        let [t0, t1, t2, t3, t4, t5, t6, t7] = &*self.0;
        let (words, rest) = bytes.as_chunks::<8>();
        let mut state = state;
        for word in words {
            let [a, b, c, d, e, f, g, h] = *word;
            let low = state ^ u32::from_le_bytes([a, b, c, d]);
            let high = u32::from_le_bytes([e, f, g, h]);
            state = of(t7, low)
                ^ of(t6, low >> 8)
                ^ of(t5, low >> 16)
                ^ of(t4, low >> 24)
                ^ of(t3, high)
                ^ of(t2, high >> 8)
                ^ of(t1, high >> 16)
                ^ of(t0, high >> 24);
        }
        for &byte in rest {
            state = state >> 8 ^ of(t0, state ^ u32::from(byte));
        }
        state
    }
}

/// What a table has for the lowest byte of `state`.
fn of(table: &[u32; 256], state: u32) -> u32 {
    let [low, ..] = state.to_le_bytes();
    table.get(usize::from(low)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32c_is_that_of_rfc_3720() {
        // RFC 3720, B.4; and the check value of the catalogue of CRCs.
        let crc = Crc32c::new();
        assert_eq!(crc.of(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc.of(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc.of(b"123456789"), 0xe306_9283);
        let part = crc.on_from(u32::MAX, b"1234");
        assert_eq!(!crc.on_from(part, b"56789"), 0xe306_9283);
    }
}
