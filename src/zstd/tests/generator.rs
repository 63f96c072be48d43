//! An encoder that writes frames as none does: every block type, table mode, size
//! format, offset code and repeated offset, in any order, by seed. What they decode to
//! is worked out on the way, byte by byte.

use vma_zstd::entropy::Sequence;

use crate::bits::{Code, Distribution, backward};
use crate::data::Random;
use crate::naive::Naive;

/// A table of one kind of codes.
#[derive(Clone)]
enum Table {
    Repeated(usize),
    Spread(Distribution),
}

/// One of the three kinds of codes: their numbers, and what is predefined.
struct Kind {
    log_max: u32,
    /// The least number of each code, and the bits for more.
    numbers: Vec<(u64, u32)>,
    default: Distribution,
}

pub struct Generator {
    random: Random,
    kinds: [Kind; 3],
    code: Option<Code>,
    tables: [Option<Table>; 3],
    naive: Naive,
    window: usize,
}

/// Numbers of codes that follow each other, by the bits that each reads.
fn numbers(first: u64, bits: &[u32]) -> Vec<(u64, u32)> {
    let mut next = first;
    let numbers = bits.iter().map(|&bits| {
        let number = (next, bits);
        next += 1 << bits;
        number
    });
    numbers.collect()
}

impl Kind {
    fn literal_lengths() -> Self {
        let bits = [&[0; 16][..], &[1, 1, 1, 1, 2, 2, 3, 3]].concat();
        let mut numbers = numbers(0, &bits);
        numbers.push((48, 4));
        numbers.extend((6..=16).map(|bits| (1 << bits, bits)));
        let mut default = vec![4, 3];
        default.extend([2; 11]);
        default.extend([1, 1, 1]);
        default.extend([2; 9]);
        default.extend([3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);
        Self { log_max: 9, numbers, default: Distribution::new(6, default) }
    }

    fn offsets() -> Self {
        let mut default = vec![1; 6];
        default.extend([2, 2, 2]);
        default.extend([1; 15]);
        default.extend([-1; 5]);
        let numbers = (0..32).map(|code| (1 << code, code)).collect();
        Self { log_max: 8, numbers, default: Distribution::new(5, default) }
    }

    fn match_lengths() -> Self {
        let mut bits = vec![0; 32];
        bits.extend([1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
        let mut numbers = numbers(3, &bits);
        numbers.extend((7..=16).map(|bits| ((1 << bits) + 3, bits)));
        let mut default = vec![1, 4, 3];
        default.extend([2; 6]);
        default.extend([1; 37]);
        default.extend([-1; 7]);
        Self { log_max: 9, numbers, default: Distribution::new(6, default) }
    }

    fn code_of(&self, number: u64) -> usize {
        self.numbers.iter().rposition(|(least, _)| *least <= number).unwrap()
    }
}

impl Table {
    fn has(&self, code: usize) -> bool {
        match self {
            Self::Repeated(only) => *only == code,
            Self::Spread(distribution) => {
                distribution.counts.get(code).is_some_and(|&count| count != 0)
            }
        }
    }
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        let kinds = [Kind::literal_lengths(), Kind::offsets(), Kind::match_lengths()];
        Self {
            random: Random::new(seed),
            kinds,
            code: None,
            tables: [None, None, None],
            naive: Naive { bytes: Vec::new(), offsets: [Some(1), Some(4), Some(8)] },
            window: 0,
        }
    }

    /// A frame, and what it decodes to.
    pub fn frame(mut self) -> (Vec<u8>, Vec<u8>) {
        let exponent = [0, 1, 3, 7, 8, 11, 17][self.random.below(7)];
        let mantissa = self.random.below(8);
        self.window = (1 << (10 + exponent)) + (1 << (7 + exponent)) * mantissa;
        let mut blocks = Vec::new();
        let count = 1 + self.random.below(12);
        for number in 0..count {
            let (kind, size, bytes) = self.block();
            let is_last = usize::from(number + 1 == count);
            let header = (size << 3 | kind << 1 | is_last) as u32;
            blocks.extend_from_slice(&header.to_le_bytes()[..3]);
            blocks.extend(bytes);
        }
        let contents: Vec<u8> = self.naive.bytes.iter().map(|byte| byte.unwrap()).collect();
        let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd];
        let descriptor = (exponent << 3 | mantissa) as u8;
        match self.random.below(3) {
            0 => packed.extend([0, descriptor]),
            1 => {
                packed.extend([0x80, descriptor]);
                packed.extend_from_slice(&(contents.len() as u32).to_le_bytes());
            }
            _ => {
                packed.extend([0xc0, descriptor]);
                packed.extend_from_slice(&(contents.len() as u64).to_le_bytes());
            }
        }
        packed.extend(blocks);
        (packed, contents)
    }

    fn block_max(&self) -> usize {
        self.window.min(128 << 10)
    }

    /// Some length up to `max`, short ones and the very longest more often.
    fn length(&mut self, max: usize) -> usize {
        match self.random.below(6) {
            0 => 0,
            1 => max,
            2 | 3 => self.random.below(max.min(40) + 1),
            4 => self.random.below(max.min(3000) + 1),
            _ => self.random.below(max + 1),
        }
    }

    fn block(&mut self) -> (usize, usize, Vec<u8>) {
        let max = self.block_max();
        match self.random.below(8) {
            0 => {
                let length = self.length(max);
                let bytes = self.random.bytes(length);
                self.naive.bytes.extend(bytes.iter().copied().map(Some));
                (0, length, bytes)
            }
            1 => {
                let length = self.length(max);
                let byte = self.random.bytes(1);
                self.naive.bytes.extend(vec![Some(byte[0]); length]);
                (1, length, byte)
            }
            _ => loop {
                let state = (self.code.clone(), self.tables.clone());
                let (sequences, literals) = self.plan();
                let mut bytes = self.literals(&literals);
                bytes.extend(self.sequences(&sequences));
                if (2..=max).contains(&bytes.len()) {
                    self.naive.block(&literals, &sequences);
                    return (2, bytes.len(), bytes);
                }
                (self.code, self.tables) = state;
            },
        }
    }

    /// Sequences and literals of a block that fit.
    fn plan(&mut self) -> (Vec<Sequence>, Vec<u8>) {
        let mut left = self.length(self.block_max());
        let count = [0, 1, 2, 5, 127, 128, 300, 2000, 0x7f00 + 5][self.random.below(9)];
        let longest = [8, 40, 300, 1 << 17][self.random.below(4)];
        let (mut literal_count, mut position) = (0, self.naive.bytes.len());
        let mut offsets = Naive { bytes: Vec::new(), offsets: self.naive.offsets };
        let mut sequences = Vec::new();
        while sequences.len() < count && left >= 3 {
            let literal_length = match self.random.below(3) {
                0 => 0,
                _ => self.length((left - 3).min(longest)),
            };
            let match_length = 3 + self.length((left - 3 - literal_length).min(longest));
            let there = (position + literal_length).min(self.window);
            let Some(offset_value) = self.offset(&mut offsets, literal_length, there) else {
                break;
            };
            left -= literal_length + match_length;
            position += literal_length + match_length;
            literal_count += literal_length;
            let (literal_length, match_length) = (literal_length as u32, match_length as u32);
            sequences.push(Sequence { literal_length, match_length, offset_value });
        }
        let rest = self.length(left);
        let alphabet = [1, 2, 7, 60, 256][self.random.below(5)];
        let first = self.random.below(256);
        let literals = (0..literal_count + rest).map(|_| {
            // Some far more often than others.
            let range = if self.random.one_in(3) { alphabet } else { alphabet / 5 + 1 };
            (first + self.random.below(range)) as u8
        });
        let literals = literals.collect();
        (sequences, literals)
    }

    /// An offset of at most `there`, as a value; `None` if there is none.
    fn offset(&mut self, offsets: &mut Naive, literals: usize, there: usize) -> Option<u32> {
        for _ in 0..20 {
            let value = match self.random.below(5) {
                0..3 => 1 + self.random.below(3) as u32,
                3 if there > 0 => 3 + there as u32,
                _ => 4 + self.random.below(there) as u32,
            };
            let mut next = Naive { bytes: Vec::new(), offsets: offsets.offsets };
            // No bytes: only the offsets move.
            let (literal_length, match_length) = (u32::from(literals > 0), 0);
            next.block(&[0], &[Sequence { literal_length, match_length, offset_value: value }]);
            let is_same = value == 1 && literals > 0;
            let used = if is_same { offsets.offsets[0] } else { next.offsets[0] }.unwrap() as usize;
            if (1..=there).contains(&used) {
                offsets.offsets = next.offsets;
                return Some(value);
            }
        }
        None
    }

    fn literals(&mut self, literals: &[u8]) -> Vec<u8> {
        let count = literals.len();
        if self.random.one_in(4) && literals.windows(2).all(|pair| pair[0] == pair[1]) && count > 0
        {
            return [self.plain_header(1, count), vec![literals[0]]].concat();
        }
        if count == 0 || self.random.one_in(5) {
            return [self.plain_header(0, count), literals.to_vec()].concat();
        }
        let can_go_on = self
            .code
            .as_ref()
            .is_some_and(|code| literals.iter().all(|&byte| code.codes[usize::from(byte)].1 > 0));
        let before = self.code.clone();
        let (kind, mut packed) = match can_go_on && self.random.one_in(2) {
            true => (3, Vec::new()),
            false => {
                let code = Code::random(&mut self.random, literals);
                let description = code.describe(&mut self.random);
                self.code = Some(code);
                (2, description)
            }
        };
        let code = self.code.clone().unwrap();
        let in_four = count >= 6 && (count > 1023 || self.random.one_in(2));
        if in_four {
            let part = count.div_ceil(4);
            let streams: Vec<_> = (0..4)
                .map(|number| {
                    &literals[(number * part).min(count)..((number + 1) * part).min(count)]
                })
                .map(|part| code.stream(part))
                .collect();
            if streams.iter().any(|stream| stream.len() > 0xffff) {
                self.code = before;
                return [self.plain_header(0, count), literals.to_vec()].concat();
            }
            packed
                .extend(streams[..3].iter().flat_map(|stream| (stream.len() as u16).to_le_bytes()));
            streams.iter().for_each(|stream| packed.extend(stream));
        } else {
            packed.extend(code.stream(literals));
        }
        let least = match count.max(packed.len()) {
            ..1024 => 1,
            1024..16_384 => 2,
            _ => 3,
        };
        let format = if in_four { least + self.random.below(4 - least) } else { 0 };
        if packed.len() > if in_four { (1 << 18) - 1 } else { 1023 } {
            self.code = before;
            return [self.plain_header(0, count), literals.to_vec()].concat();
        }
        let bits = [10, 10, 14, 18][format];
        let fields =
            kind | (format as u64) << 2 | (count as u64) << 4 | (packed.len() as u64) << (4 + bits);
        let header = fields.to_le_bytes()[..[3, 3, 4, 5][format]].to_vec();
        [header, packed].concat()
    }

    /// The header of literals that are not compressed.
    fn plain_header(&mut self, kind: usize, count: usize) -> Vec<u8> {
        let least = match count {
            ..32 => 0,
            32..4096 => 1,
            _ => 2,
        };
        match least + self.random.below(3 - least) {
            0 => vec![(kind | count << 3) as u8],
            1 => (kind | 1 << 2 | count << 4).to_le_bytes()[..2].to_vec(),
            _ => (kind | 3 << 2 | count << 4).to_le_bytes()[..3].to_vec(),
        }
    }

    fn sequences(&mut self, sequences: &[Sequence]) -> Vec<u8> {
        let count = sequences.len();
        let mut bytes = match count {
            ..128 => vec![count as u8],
            128..0x7f00 => vec![(count >> 8) as u8 | 0x80, count as u8],
            _ => vec![0xff, (count - 0x7f00) as u8, ((count - 0x7f00) >> 8) as u8],
        };
        if count == 0 {
            return bytes;
        }
        let numbers: Vec<[u64; 3]> = sequences
            .iter()
            .map(|one| [one.literal_length, one.offset_value, one.match_length].map(u64::from))
            .collect();
        let codes = |kind: usize, kinds: &[Kind; 3]| -> Vec<usize> {
            numbers.iter().map(|numbers| kinds[kind].code_of(numbers[kind])).collect()
        };
        let codes = [0, 1, 2].map(|kind| codes(kind, &self.kinds));
        let (mut modes, mut described) = (0, Vec::new());
        for (kind, codes) in codes.iter().enumerate() {
            let (mode, description) = self.table(kind, codes);
            modes |= mode << (6 - 2 * kind);
            described.extend(description);
        }
        bytes.push(modes);
        bytes.extend(described);
        bytes.extend(self.bits(&codes, &numbers));
        bytes
    }

    /// A table that has all `codes`: its mode and its description.
    fn table(&mut self, kind: usize, codes: &[usize]) -> (u8, Vec<u8>) {
        let has_all = |table: &Table| codes.iter().all(|&code| table.has(code));
        let default = Table::Spread(self.kinds[kind].default.clone());
        if self.tables[kind].as_ref().is_some_and(has_all) && self.random.one_in(3) {
            return (3, Vec::new());
        }
        if has_all(&default) && self.random.one_in(3) {
            self.tables[kind] = Some(default);
            return (0, Vec::new());
        }
        if codes.iter().all(|&code| code == codes[0]) && self.random.one_in(2) {
            self.tables[kind] = Some(Table::Repeated(codes[0]));
            return (1, vec![codes[0] as u8]);
        }
        let Kind { log_max, numbers, .. } = &self.kinds[kind];
        let spread = Distribution::random(&mut self.random, codes, *log_max, numbers.len() - 1);
        let description = spread.describe();
        self.tables[kind] = Some(Table::Spread(spread));
        (2, description)
    }

    /// The bits of sequences (§ 3.1.1.3.2.1.2).
    fn bits(&mut self, codes: &[Vec<usize>; 3], numbers: &[[u64; 3]]) -> Vec<u8> {
        let count = numbers.len();
        let (mut firsts, mut reads) = (Vec::new(), Vec::new());
        for (table, codes) in self.tables.iter().zip(codes) {
            let mut of_kind = vec![(0, 0); count];
            if let Some(Table::Spread(distribution)) = table {
                let mut state = distribution.any_state(&mut self.random, codes[count - 1]);
                for place in (0..count - 1).rev() {
                    (state, of_kind[place]) = distribution.state_before(codes[place], state);
                }
                firsts.push((state as u64, distribution.log));
            }
            reads.push(of_kind);
        }
        let mut bits = firsts;
        for (place, numbers) in numbers.iter().enumerate() {
            // Offset, match length, literal length; then the states of literal
            // lengths, match lengths and offsets.
            for kind in [1, 2, 0] {
                let (least, more) = self.kinds[kind].numbers[codes[kind][place]];
                bits.push((numbers[kind] - least, more));
            }
            bits.extend([0, 2, 1].map(|kind| reads[kind][place]));
        }
        backward(&bits)
    }
}
