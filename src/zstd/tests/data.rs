//! Data by seed.

/// A small generator of numbers (xorshift64*), so that a seed says it all.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound.max(1)
    }

    pub fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == 0
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 24) as u8).collect()
    }
}

/// Bytes as disks hold them: text, random bytes, zeros, records, and what was there
/// before, near and far.
pub fn mixed(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::with_capacity(length + 65_536);
    while bytes.len() < length {
        let count = 200 + random.below(40_000);
        match random.below(6) {
            0 => bytes.extend(random.bytes(count)),
            1 => bytes.resize(bytes.len() + count, 0),
            2 if bytes.len() > 4096 => {
                let start = random.below(bytes.len() - 4096);
                bytes.extend_from_within(start..(start + count).min(bytes.len()));
            }
            3 => {
                for record in 0..count as u64 / 16 {
                    bytes.extend_from_slice(&record.to_be_bytes());
                    bytes.extend_from_slice(&random.below(256).to_le_bytes());
                }
            }
            _ => {
                let words: Vec<String> =
                    (0..60).map(|_| format!("{:x} ", random.below(1 << 30))).collect();
                let end = bytes.len() + count;
                while bytes.len() < end {
                    bytes.extend_from_slice(words[random.below(60)].as_bytes());
                }
            }
        }
    }
    bytes.truncate(length);
    bytes
}
