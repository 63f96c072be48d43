//! What happens to files.

use core::fmt;
use core::ops::Range;

use archive_writer::Random;

/// Bytes that are put in, left out or overwritten: powers of two, sectors, pages,
/// a header and ten clusters, odd ones.
const LENGTHS: [usize; 10] = [1, 7, 512, 3_001, 4096, 38_912, 65_536, 131_072, 262_656, 328_192];

/// What kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Inserted,
    ZerosInserted,
    LeftOut,
    Repeated,
    Overwritten,
    /// From the first byte on.
    StartOverwritten,
    /// LF became CR LF, as FTP does it.
    Text,
    Cut,
    /// A part of the file, and then the whole again.
    Restarted,
    /// The same, with garbage at the joint.
    RestartedBehindGarbage,
}

const KINDS: [Kind; 10] = [
    Kind::Inserted,
    Kind::ZerosInserted,
    Kind::LeftOut,
    Kind::Repeated,
    Kind::Overwritten,
    Kind::StartOverwritten,
    Kind::Text,
    Kind::Cut,
    Kind::Restarted,
    Kind::RestartedBehindGarbage,
];

/// One damage.
#[derive(Clone, Debug)]
pub struct Damage {
    pub kind: Kind,
    at: usize,
    length: usize,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Inserted => "inserted",
            Self::ZerosInserted => "zeros inserted",
            Self::LeftOut => "left out",
            Self::Repeated => "repeated",
            Self::Overwritten => "overwritten",
            Self::StartOverwritten => "start overwritten",
            Self::Text => "sent as text",
            Self::Cut => "cut",
            Self::Restarted => "restarted",
            Self::RestartedBehindGarbage => "restarted, garbage",
        }
    }
}

impl Damage {
    /// Any damage to a file of `size` bytes, of at most half of it.
    pub fn random(random: &mut Random, size: usize) -> Self {
        let kind = KINDS[random.below(KINDS.len() as u64) as usize];
        let length = match random.below(LENGTHS.len() as u64 + 2) as usize {
            known if known < LENGTHS.len() => LENGTHS[known],
            _ => 1 + random.below(200_000) as usize,
        };
        let at = 1 + random.below(size as u64 - 1) as usize;
        Self { kind, at, length: length.min(size / 2) }
    }

    /// Any that shifts what comes behind it, and is not the whole file again.
    pub fn shifting(random: &mut Random, size: usize) -> Self {
        const SHIFTING: [Kind; 4] =
            [Kind::Inserted, Kind::ZerosInserted, Kind::LeftOut, Kind::Repeated];
        let kind = SHIFTING[random.below(SHIFTING.len() as u64) as usize];
        Self { kind, ..Self::random(random, size) }
    }

    /// Which bytes of the file it overwrites, if it does.
    pub fn overwritten(&self) -> Option<Range<u64>> {
        let range = |start: usize| start as u64..(start + self.length) as u64;
        match self.kind {
            Kind::Overwritten => Some(range(self.at)),
            Kind::StartOverwritten => Some(range(0)),
            _ => None,
        }
    }

    /// What it makes of `file`.
    pub fn of(&self, file: &[u8], random: &mut Random) -> Vec<u8> {
        let (before, behind) = file.split_at(self.at);
        let length = self.length.min(behind.len());
        match self.kind {
            Kind::Inserted => [before, &random.bytes(self.length), behind].concat(),
            Kind::ZerosInserted => [before, &vec![0; self.length], behind].concat(),
            Kind::LeftOut => [before, &behind[length..]].concat(),
            Kind::Repeated => [before, &behind[..length], behind].concat(),
            Kind::Overwritten => [before, &random.bytes(length), &behind[length..]].concat(),
            Kind::StartOverwritten => [&random.bytes(self.length), &file[self.length..]].concat(),
            Kind::Text => as_text(file),
            Kind::Cut => before.to_vec(),
            Kind::Restarted => [before, file].concat(),
            Kind::RestartedBehindGarbage => [before, &random.bytes(self.length), file].concat(),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:#x}, {} bytes", self.kind.name(), self.at, self.length)
    }
}

fn as_text(file: &[u8]) -> Vec<u8> {
    let lines = file.split_inclusive(|&byte| byte == b'\n');
    lines
        .flat_map(|line| match line.split_last() {
            Some((b'\n', start)) => [start, b"\r\n"].concat(),
            _ => line.to_vec(),
        })
        .collect()
}
