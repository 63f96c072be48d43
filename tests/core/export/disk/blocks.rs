//! The blocks of deflate in what is compressed, read bit by bit: RFC 1951.

use crate::export::disk::files::made;
use crate::export::disk::readers::of_literals;
use vma_inspector::export::disk::StreamFormat;

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> usize {
        (0..count).fold(0, |value, place| {
            let bit = self.bytes[self.at / 8] >> (self.at % 8) & 1;
            self.at += 1;
            value | usize::from(bit) << place
        })
    }

    /// The next symbol of the code that these lengths make (3.2.2).
    fn symbol(&mut self, lengths: &[usize]) -> usize {
        let (mut code, mut first, mut length) = (0, 0, 0);
        loop {
            length += 1;
            code = code << 1 | self.take(1);
            first <<= 1;
            let of_length: Vec<_> = (0..lengths.len()).filter(|&s| lengths[s] == length).collect();
            if code - first < of_length.len() {
                return of_length[code - first];
            }
            first += of_length.len();
        }
    }

    /// Code lengths of literals and of distances (3.2.7).
    fn codes(&mut self) -> (Vec<usize>, Vec<usize>) {
        let (literals, distances) = (self.take(5) + 257, self.take(5) + 1);
        let mut of_lengths = [0; 19];
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let given = self.take(4) + 4;
        for &code in &order[..given] {
            of_lengths[code] = self.take(3);
        }
        let mut lengths: Vec<usize> = Vec::new();
        while lengths.len() < literals + distances {
            let (length, times) = match self.symbol(&of_lengths) {
                16 => (*lengths.last().expect("is a repetition"), self.take(2) + 3),
                17 => (0, self.take(3) + 3),
                18 => (0, self.take(7) + 11),
                length => (length, 1),
            };
            lengths.extend(vec![length; times]);
        }
        let distances = lengths.split_off(literals);
        (lengths, distances)
    }

    /// Goes through a block's contents (3.2.5).
    fn pass(&mut self, literals: &[usize], distances: &[usize]) {
        loop {
            match self.symbol(literals) {
                256 => return,
                literal @ 0..256 => {
                    let _ = literal;
                }
                length => {
                    let code = length - 257;
                    self.take(if (8..28).contains(&code) { code / 4 - 1 } else { 0 });
                    let code = self.symbol(distances);
                    self.take(if code >= 4 { code / 2 - 1 } else { 0 });
                }
            }
        }
    }
}

/// How many codes for distances each dynamic block of a stream has.
fn distance_codes(bytes: &[u8]) -> Vec<usize> {
    let mut bits = Bits { bytes, at: 0 };
    let mut found = Vec::new();
    loop {
        let is_last = bits.take(1) == 1;
        match bits.take(2) {
            0 => {
                bits.at = bits.at.next_multiple_of(8);
                let length = bits.take(16);
                assert_eq!(length ^ bits.take(16), 0xffff);
                bits.at += 8 * length;
            }
            1 => {
                let lengths = |symbol| match symbol {
                    144..256 => 9,
                    256..280 => 7,
                    _ => 8,
                };
                bits.pass(&(0..288).map(lengths).collect::<Vec<_>>(), &[5; 32]);
            }
            2 => {
                let (literals, distances) = bits.codes();
                found.push(distances.iter().filter(|&&length| length > 0).count());
                bits.pass(&literals, &distances);
            }
            _ => panic!("no such block"),
        }
        if is_last {
            return found;
        }
    }
}

/// zlib writes no block without a code for distances, and not every reader takes
/// one.
#[test]
fn every_block_has_codes_for_distances() {
    for case in of_literals() {
        let vmdk = made(&case.disk, StreamFormat::VmdkStream).expect("fits");
        let field = |at: usize| vmdk[at..at + 4].try_into().map(u32::from_le_bytes);
        let (mut at, mut found) = (128 * 512, Vec::new());
        // Grains, until a marker of another kind.
        while let Ok(length @ 1..) = field(at + 8) {
            let grain = &vmdk[at + 12..][..length as usize];
            assert_eq!(grain[0] & 15, 8, "the header of zlib");
            found.extend(distance_codes(&grain[2..]));
            at += (12 + length as usize).next_multiple_of(512);
        }
        let qcow2 = made(&case.disk, StreamFormat::Qcow2Deflate).expect("fits");
        let entry = |at: usize| {
            u64::from_be_bytes(qcow2[at..at + 8].try_into().expect("eight bytes")) as usize
        };
        let table = entry(65_536) & 0x00ff_ffff_ffff_fe00;
        let clusters = (0..4).map(|slot| entry(table + 8 * slot));
        for cluster in clusters.filter(|entry| entry >> 62 & 1 == 1) {
            found.extend(distance_codes(&qcow2[cluster & ((1 << 54) - 1)..]));
        }
        assert!(found.len() > 5, "{}: {found:?}", case.name);
        // One alone is spelled out in RFC 1951 (3.2.7), and libyal takes it.
        assert!(found.iter().all(|&codes| codes >= 1), "{}: {found:?}", case.name);
    }
}
