//! What the program says that unpacks a backup in front of `vma`.
//!
//! A restore runs `set -o pipefail`: any exit but 0 fails it at its end, a
//! warning's 2 as well (qemu-server 9.2.6, R). The programs and their words were
//! observed: zstd 1.5.4, lzop 1.04, gzip 1.12, bzip2 1.0.8. Each stops at the
//! first thing that it cannot go on past, so facts come in the file's order.

use super::unpacker_said::{Line, LineKind, Said};
use crate::container::{
    Container, ContainerFinding, ContainerFindingKind, Contents, End, WINDOW_MAX,
};
use crate::source::{Error, ReadAt, read_range, sort_by_number};

/// Bytes that are looked at where a program looks for a magic number.
const LOOKED_AT: u64 = 16;

/// The program for an ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `zstd -q -d -c`, for `.zst`.
    Zstd,
    /// `lzop -d -c`, for `.lzo`.
    Lzop,
    /// `zcat`, for `.gz`.
    Zcat,
    /// `bzcat`, for `.bz2`.
    Bzcat,
}

impl Program {
    /// The one that a restore runs for a file whose ending tells of this container.
    #[must_use]
    pub fn of(named: Container) -> Self {
        match named {
            Container::Zstd => Self::Zstd,
            Container::Lzop => Self::Lzop,
            Container::Gzip => Self::Zcat,
            Container::Bzip2 => Self::Bzcat,
        }
    }

    /// The command, without the file.
    #[must_use]
    pub fn command(self) -> &'static [&'static str] {
        match self {
            Self::Zstd => &["zstd", "-q", "-d", "-c"],
            Self::Lzop => &["lzop", "-d", "-c"],
            Self::Zcat => &["zcat"],
            Self::Bzcat => &["bzcat"],
        }
    }
}

/// A packed file, as far as an unpacker cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackedFile {
    /// Its first bytes: 16, or all if there are fewer.
    pub first: Vec<u8>,
    /// What stands in it behind its first header, in the file's order.
    pub facts: Vec<Fact>,
    /// Whether all of it was looked at, so that no further fact can come up.
    pub is_known: bool,
}

/// Something in a packed file that an unpacker has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// Another frame, member, stream or lzop file starts, right behind the one
    /// before.
    Part,
    /// A checksum does not agree: of a block, a frame, a member or a stream.
    Checksum,
    /// The length that a gzip member states is not its own.
    Length,
    /// The checksum of a header does not agree.
    HeaderChecksum {
        /// The checksum in the file.
        expected: u32,
        /// The checksum of the header as it stands.
        found: u32,
    },
    /// A zstd frame asks for a window of so many bytes, more than 128 MiB.
    Window(u64),
    /// Something that cannot be decoded.
    Damaged,
    /// The file ends where the container goes on, or lacks the mark at its end.
    Cut,
    /// Something follows a complete part that is no part.
    Behind {
        /// Its first bytes: 16, or all if there are fewer.
        first: Vec<u8>,
        /// Whether nothing but zeros stands there, up to the file's end.
        only_zeros: bool,
    },
}

impl PackedFile {
    /// A file as the container layer knows it so far, and its bytes; `is_compared`
    /// if every checksum in it was compared once its end is known.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub fn of(contents: &Contents, source: &dyn ReadAt, is_compared: bool) -> Result<Self, Error> {
        let first = read_range(source, 0..LOOKED_AT)?;
        let mut findings = contents.findings();
        sort_by_number(&mut findings, |finding| finding.offset);
        let facts: Result<Vec<_>, _> =
            findings.iter().map(|finding| Fact::of(finding, source)).collect();
        let is_known = contents.progress().end.is_some() && is_compared;
        // Where a further file starts is not known: that it does is told first.
        let parts = (1..contents.lzop_parts()).map(|_| Fact::Part).take(1);
        let mut facts: Vec<Fact> = parts.chain(facts?.into_iter().flatten()).collect();
        // With a large window allowed it was read here all the same.
        if let Some(window) = zstd_window(&first).filter(|&window| window > WINDOW_MAX) {
            facts.insert(0, Fact::Window(window));
        }
        if facts.is_empty() && contents.progress().end == Some(End::Cut) {
            facts.push(Fact::Cut);
        }
        Ok(Self { first, facts, is_known })
    }
}

/// The window that the first frame of zstd asks for (RFC 8878, 3.1.1.1).
fn zstd_window(first: &[u8]) -> Option<u64> {
    let [0x28, 0xb5, 0x2f, 0xfd, descriptor, rest @ ..] = first else { return None };
    if descriptor & 0x20 == 0 {
        let &window = rest.first()?;
        let base = 1_u64.checked_shl(10 + u32::from(window >> 3))?;
        return Some(base.saturating_add(base / 8 * u64::from(window & 7)));
    }
    // A single segment: the window is the contents, whose size stands behind the
    // number of the dictionary.
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);
    let length = 1_usize << (descriptor >> 6);
    let size = rest.get(dictionary..)?.get(..length)?;
    Some(size.iter().rev().fold(0, |size, &byte| size << 8 | u64::from(byte)))
}

impl Fact {
    fn of(finding: &ContainerFinding, source: &dyn ReadAt) -> Result<Option<Self>, Error> {
        use ContainerFindingKind as Kind;
        let end = finding.offset.saturating_add(LOOKED_AT);
        let behind = |only_zeros| {
            let first = read_range(source, finding.offset..end)?;
            Ok(Some(Self::Behind { first, only_zeros }))
        };
        Ok(Some(match finding.kind {
            Kind::ZstdChecksumMismatch { .. }
            | Kind::GzipCrcMismatch { .. }
            | Kind::BlockChecksumMismatch { .. }
            | Kind::Bzip2CrcMismatch { .. } => Self::Checksum,
            Kind::GzipSizeMismatch { .. } => Self::Length,
            Kind::HeaderChecksumMismatch { expected, found } => {
                Self::HeaderChecksum { expected, found }
            }
            // What stood behind a complete part was passed over.
            Kind::Damaged { reason: "what follows a complete part", .. } => return behind(false),
            Kind::TrailingGarbage { .. } => return behind(false),
            Kind::TrailingZeros { .. } => return behind(true),
            Kind::Cut | Kind::EndMarkerMissing => Self::Cut,
            Kind::ZstdContentSizeMismatch { .. } | Kind::Damaged { .. } => Self::Damaged,
        }))
    }
}

/// Bytes of contents that a program which unpacks a container puts out, where it
/// comes to something that it cannot go on past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// At least so many.
    pub least: u64,
    /// At most so many; 0 if it refuses the file at its start.
    pub most: u64,
}

impl Given {
    /// What the program for the container of `contents` puts out; `None` if there is
    /// nothing that it cannot go on past, as far as is known. How much of what it has
    /// unpacked by then it keeps to itself was observed with the programs that are
    /// named above.
    #[must_use]
    pub fn of(contents: &Contents) -> Option<Self> {
        let (less, more) = match contents.container()? {
            // It writes in a thread of its own, which is not waited for.
            Container::Zstd => (8 << 20, 0),
            Container::Lzop => (1 << 20, 1 << 20),
            Container::Gzip => (64 << 10, 1 << 20),
            // A block is written while it is unpacked.
            Container::Bzip2 => (1 << 20, 1 << 20),
        };
        let given = |finding: ContainerFinding| {
            let at = finding.contents_offset;
            match finding.kind {
                // Nothing follows that it would have put out.
                ContainerFindingKind::TrailingGarbage { .. }
                | ContainerFindingKind::TrailingZeros { .. }
                | ContainerFindingKind::EndMarkerMissing => None,
                // What they are about is put out before they are compared.
                ContainerFindingKind::GzipCrcMismatch { .. }
                | ContainerFindingKind::GzipSizeMismatch { .. } => {
                    Some(Self { least: at, most: at })
                }
                _ if at == 0 && finding.offset == 0 => Some(Self { least: 0, most: 0 }),
                _ => Some(Self { least: at.saturating_sub(less), most: at.saturating_add(more) }),
            }
        };
        contents.findings().into_iter().filter_map(given).min_by_key(|given| given.most)
    }
}

/// What `program` says of a file; `None` as long as nobody can tell: nothing
/// is wrong so far, and not all of it was looked at.
#[must_use]
pub fn foretell(program: Program, file: &PackedFile) -> Option<Said> {
    let said = match program {
        Program::Zstd => zstd(file),
        Program::Lzop => lzop(file),
        Program::Zcat => zcat(file),
        Program::Bzcat => bzcat(file),
    };
    // What stands ahead of the first fault is known, what comes behind it does
    // not matter.
    let is_settled = file.is_known || said.exit == 1 || said.lines.iter().any(Line::ends);
    is_settled.then_some(said)
}

/// What zstd does at a place where a frame may start; `None` if one does.
fn zstd_start(first: &[u8], is_file_start: bool) -> Option<LineKind> {
    match first {
        [] if is_file_start => Some(LineKind::ZstdEmpty),
        [] | [_] | [_, _] | [_, _, _] => Some(LineKind::ZstdUnknownHeader),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => None,
        // gzip, xz, lzma and lz4, by as many bytes as it looks at.
        [0x1f, 0x8b, ..] | [0xfd, 0x37, ..] | [0x5d, 0, ..] | [0x04, 0x22, 0x4d, 0x18, ..] => None,
        _ => Some(LineKind::ZstdUnsupported),
    }
}

/// zstd ends with 1 at whatever is wrong, and says one thing of it.
fn zstd(file: &PackedFile) -> Said {
    if let Some(kind) = zstd_start(&file.first, true) {
        return Said::fails(1, kind);
    }
    let is_gzip = file.first.starts_with(&[0x1f, 0x8b]);
    for fact in &file.facts {
        return Said::fails(
            1,
            match fact {
                Fact::Part => continue,
                Fact::Cut if is_gzip => LineKind::ZstdGzipCut,
                Fact::Cut => LineKind::ZstdCut,
                Fact::Window(bytes) => LineKind::ZstdWindow(*bytes),
                Fact::Checksum | Fact::Length if is_gzip => LineKind::ZstdGzipDamaged,
                Fact::HeaderChecksum { .. } | Fact::Damaged if is_gzip => LineKind::Unforeseen,
                Fact::Checksum => LineKind::ZstdChecksum,
                Fact::Behind { first, .. } => {
                    zstd_start(first, false).unwrap_or(LineKind::Unforeseen)
                }
                _ => LineKind::Unforeseen,
            },
        );
    }
    Said::silent()
}

const LZOP_MAGIC: [u8; 9] = [0x89, b'L', b'Z', b'O', 0, b'\r', b'\n', 0x1a, b'\n'];

/// lzop warns, with 2, of a second lzop file and of garbage behind; zeros it
/// passes over.
fn lzop(file: &PackedFile) -> Said {
    match file.first.get(..LZOP_MAGIC.len()) {
        Some(magic) if magic == LZOP_MAGIC => {}
        // It guesses which conversion of line ends has done it.
        Some(magic) if magic.get(1..5) == Some(b"LZO\0") => {
            return Said::fails(1, LineKind::Unforeseen);
        }
        _ => return Said::fails(1, LineKind::LzopNoLzop),
    }
    let mut said = Said::silent();
    for fact in &file.facts {
        match fact {
            Fact::Part => said.warn_once(2, LineKind::LzopMultipart),
            Fact::Behind { only_zeros: true, .. } => return said,
            Fact::Behind { first, .. } if first.starts_with(&LZOP_MAGIC) => {
                return said.and_fails(1, LineKind::Unforeseen);
            }
            Fact::Behind { .. } => return said.and_fails(2, LineKind::LzopGarbage),
            Fact::Cut => return said.and_fails(1, LineKind::LzopCut),
            Fact::Checksum => return said.and_fails(1, LineKind::LzopChecksum),
            Fact::HeaderChecksum { .. } => return said.and_fails(1, LineKind::LzopHeader),
            _ => return said.and_fails(1, LineKind::Unforeseen),
        }
    }
    said
}

/// gzip takes further members and zeros, warns of garbage, with 2, and ends
/// with 1 at one byte of it, for which it waits for a second.
fn zcat(file: &PackedFile) -> Said {
    if let Some(kind) = gzip_start(&file.first) {
        return Said::fails(1, kind.unwrap_or(LineKind::GzipNoGzip));
    }
    let mut said = Said::silent();
    for fact in &file.facts {
        match fact {
            Fact::Part if said.exit == 0 => {}
            Fact::Checksum if said.exit == 0 => {
                said = said.and_fails(1, LineKind::GzipChecksum);
            }
            Fact::Length => return said.and_fails(1, LineKind::GzipLength),
            _ if said.exit != 0 => return said,
            Fact::Behind { only_zeros: true, .. } => return said,
            Fact::Behind { first, .. } => {
                return match gzip_start(first) {
                    None => said.and_fails(1, LineKind::Unforeseen),
                    Some(None) => said.and_fails(2, LineKind::GzipGarbage),
                    Some(Some(kind)) => said.and_fails(1, kind),
                };
            }
            Fact::Cut => return said.and_fails(1, LineKind::GzipCut),
            Fact::HeaderChecksum { expected, found } => {
                return said.and_fails(1, LineKind::GzipHeader([*expected, *found]));
            }
            _ => return said.and_fails(1, LineKind::Unforeseen),
        }
    }
    said
}

/// What gzip does at a place where a member may start: `None` if one does,
/// `Some(None)` if it is nothing that it knows. It needs two bytes, unless the
/// first is 0; behind its own magic it reads on.
fn gzip_start(first: &[u8]) -> Option<Option<LineKind>> {
    match first {
        [0, ..] => Some(None),
        [] | [_] | [0x1f, 0x8b | 0x9e] => Some(Some(LineKind::GzipCut)),
        [0x1f, 0x8b | 0x9e, 8, _, _, _, _, _, _, _, ..] => None,
        [0x1f, 0x8b | 0x9e, 8, ..] => Some(Some(LineKind::GzipCut)),
        [0x1f, 0x8b | 0x9e, method, ..] => Some(Some(LineKind::GzipMethod(*method))),
        // compress, lzh and pack, which it would unpack.
        [0x1f, 0x9d | 0xa0 | 0x1e, ..] => Some(Some(LineKind::Unforeseen)),
        _ => Some(None),
    }
}

/// bzip2 ends with 2 at whatever is wrong, and goes on, with 0, past what
/// stands behind the end, zeros too, unless it starts as a stream does.
fn bzcat(file: &PackedFile) -> Said {
    match bzip2_start(&file.first) {
        Some(LineKind::Bzip2Garbage) => return Said::fails(2, LineKind::Bzip2NoBzip2),
        Some(kind) => return Said::fails(2, kind),
        None => {}
    }
    for fact in &file.facts {
        return match fact {
            Fact::Part => continue,
            Fact::Cut => Said::fails(2, LineKind::Bzip2Cut),
            Fact::Behind { first, .. } => match bzip2_start(first) {
                Some(LineKind::Bzip2Garbage) => Said::fails(0, LineKind::Bzip2Garbage),
                kind => Said::fails(2, kind.unwrap_or(LineKind::Unforeseen)),
            },
            Fact::Damaged => Said::fails(2, LineKind::Unforeseen),
            _ => Said::fails(2, LineKind::Bzip2Damaged),
        };
    }
    Said::silent()
}

/// What bzip2 does at a place where a stream may start; `None` if one does.
fn bzip2_start(first: &[u8]) -> Option<LineKind> {
    const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    let fits = first.iter().zip(b"BZh").all(|(is, should)| is == should);
    let level = first.get(3);
    if !fits || level.is_some_and(|level| !(b'1'..=b'9').contains(level)) {
        return Some(LineKind::Bzip2Garbage);
    }
    let rest = first.get(4..).unwrap_or(&[]);
    let starts = |magic: &[u8; 6]| rest.iter().zip(magic).all(|(is, should)| is == should);
    match (starts(&BLOCK) || starts(&END), rest.len()) {
        (false, _) => Some(LineKind::Bzip2Damaged),
        (true, 0..6) => Some(LineKind::Bzip2Cut),
        (true, _) => None,
    }
}
