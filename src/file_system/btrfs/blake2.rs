//! BLAKE2b with a digest of 32 bytes and no key: RFC 7693.

use vma_source::{array, to_u64};

/// Section 2.6: the first words of SHA-512.
const START: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Section 2.7: which words each of ten rounds takes; the last two are the first again.
const SIGMA: [[u8; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// Which words are mixed with each other: four columns, then four diagonals.
const MIXES: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// Bytes of a block.
const BLOCK: usize = 128;

/// The digest of `bytes`.
pub(super) fn blake2b_256(bytes: &[u8]) -> [u8; 32] {
    let mut state = START;
    // Digest of 32 bytes, no key, one leaf.
    state[0] ^= 0x0101_0020;
    let mut blocks = bytes.chunks(BLOCK).peekable();
    if blocks.peek().is_none() {
        compress(&mut state, &[0; BLOCK], 0, true);
    }
    let mut count = 0_u64;
    while let Some(block) = blocks.next() {
        count = count.saturating_add(to_u64(block.len()));
        compress(&mut state, &array::<BLOCK>(block), count, blocks.peek().is_none());
    }
    let mut digest = [0; 32];
    for (to, word) in digest.chunks_exact_mut(8).zip(state) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    digest
}

/// `F` of section 3.2.
fn compress(state: &mut [u64; 8], block: &[u8; BLOCK], count: u64, is_last: bool) {
    let mut words = [0_u64; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(8)) {
        *word = u64::from_le_bytes(array(bytes));
    }
    let mut mixed = [0_u64; 16];
    for (to, from) in mixed.iter_mut().zip(state.iter().chain(&START)) {
        *to = *from;
    }
    mixed[12] ^= count;
    if is_last {
        mixed[14] = !mixed[14];
    }
    for sigma in SIGMA.iter().chain(SIGMA.iter().take(2)) {
        for (places, pair) in MIXES.iter().zip(sigma.chunks_exact(2)) {
            let word = |at: usize| {
                let number = pair.get(at).copied().unwrap_or(0);
                words.get(usize::from(number)).copied().unwrap_or(0)
            };
            mix(&mut mixed, *places, word(0), word(1));
        }
    }
    let (low, high) = mixed.split_at(8);
    for (to, (one, other)) in state.iter_mut().zip(low.iter().zip(high)) {
        *to ^= one ^ other;
    }
}

/// `G` of section 3.1.
fn mix(state: &mut [u64; 16], places: [usize; 4], one: u64, other: u64) {
    let [mut a, mut b, mut c, mut d] = places.map(|at| state.get(at).copied().unwrap_or(0));
    for (word, first, second) in [(one, 32, 24), (other, 16, 63)] {
        a = a.wrapping_add(b).wrapping_add(word);
        d = (d ^ a).rotate_right(first);
        c = c.wrapping_add(d);
        b = (b ^ c).rotate_right(second);
    }
    for (at, word) in places.into_iter().zip([a, b, c, d]) {
        if let Some(to) = state.get_mut(at) {
            *to = word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vma_source::hex;

    #[test]
    fn digests_are_those_of_b2sum() {
        // `b2sum -l 256` of GNU coreutils: of nothing, of "abc", of 128 and 129 times "a".
        let cases: [(Vec<u8>, &str); 4] = [
            (Vec::new(), EMPTY),
            (b"abc".to_vec(), ABC),
            (vec![b'a'; 128], A128),
            (vec![b'a'; 129], A129),
        ];
        for (bytes, digest) in cases {
            assert_eq!(hex(&blake2b_256(&bytes)), digest);
        }
    }

    const EMPTY: &str = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
    const ABC: &str = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";
    const A128: &str = "ae2aa48507885c4c950fb809b2076f959cde9f8ea6da260d9a3587df33dac450";
    const A129: &str = "2f64744a6de0d2c0b56e64cf6e29a5aaa255010d415d51c75ccc82f73dccd865";
}
