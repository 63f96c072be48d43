//! Whether the bytes of one file go on in another one, as the container tells.

use std::rc::Rc;

use super::contents::Contents;
use super::finding::ContainerFindingKind;
use super::format::Container;
use super::options::Options;
use crate::source::{Error, GapKind, Part, gaps, to_u64};

/// Bytes of memory that what is tried may keep.
const KEPT: usize = 1 << 20;

/// Bytes behind the joint within which it shows whether decoding has lost its way.
const SHOWS_WITHIN: u64 = 2 << 20;

/// Bytes of gzip behind the joint that prove it. It has no checksum but at its end, and
/// some of any bytes at all can be unpacked: of 3,000 random heads behind a cut member,
/// zlib took 8 KiB of every second, and 140 KiB of one.
const GZIP_PROVES: usize = 1 << 20;

/// Bytes of zstd behind the joint that prove it. A block that stands as it is takes any
/// bytes at all for its own, and what follows it passes for the header of another one with
/// odds of 1 to 20; in so many bytes stand four of them at least.
const ZSTD_PROVES: usize = 4 * (vma_zstd::BLOCK_MAX + 3);

/// What the bytes on both sides of a joint say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// What begins before it ends behind it, as it says itself.
    Proven,
    /// Nothing that is there tells.
    Unknown,
    /// What begins before it does not go on behind it.
    Contradicted,
}

/// Whether `head` follows `tail` in one file of `container`: unpacking that begins in
/// the one, wherever it can, has to go on into the other.
///
/// # Errors
///
/// None that bytes in memory could have.
pub fn continues(tail: &[u8], head: &[u8], container: Container) -> Result<Joint, Error> {
    let before = unpacked(tail.to_vec(), container)?;
    let both = unpacked([tail, head].concat(), container)?;
    let (Some(before), Some(both)) = (before, both) else {
        return Ok(Joint::Unknown);
    };
    let joint = to_u64(tail.len());
    let near = 1..joint.saturating_add(to_u64(head.len()).min(SHOWS_WITHIN));
    // Where the tail begins in the middle of something, it may take a few tries.
    if both.faults.iter().any(|at| near.contains(at) && !before.faults.contains(at)) {
        return Ok(Joint::Contradicted);
    }
    let proves = match container {
        Container::Gzip => GZIP_PROVES,
        Container::Zstd => ZSTD_PROVES,
        // Each block has a checksum of its own.
        Container::Lzop | Container::Bzip2 => 0,
    };
    let is_enough = head.len() >= proves || !both.is_cut;
    let goes_on = before.bytes > 0 && both.bytes > before.bytes;
    Ok(if goes_on && is_enough { Joint::Proven } else { Joint::Unknown })
}

/// What comes out of some bytes.
struct Unpacked {
    /// How many bytes.
    bytes: u64,
    /// Where they cannot be unpacked.
    faults: Vec<u64>,
    /// Whether they end before the container does.
    is_cut: bool,
}

/// What comes out of `bytes`; `None` if nothing does.
fn unpacked(bytes: Vec<u8>, container: Container) -> Result<Option<Unpacked>, Error> {
    let options = Options { checkpoint_bytes: KEPT, cache_bytes: KEPT, ..Options::default() };
    let contents = Contents::new(Rc::new(bytes), &options, Some(container));
    loop {
        match contents.verify_step(u64::MAX) {
            Ok(progress) if progress.done => break,
            Ok(_) => {}
            Err(error) if error.part() == Part::Source => return Err(error),
            Err(_) => return Ok(None),
        }
    }
    let size = contents.progress().contents;
    let lost: u64 = gaps(&contents, 0..size)
        .filter(|gap| gap.kind == GapKind::Lost)
        .map(|gap| gap.end.saturating_sub(gap.start))
        .sum();
    let is_fault = |kind: &ContainerFindingKind| {
        !matches!(
            kind,
            ContainerFindingKind::ZstdChecksumMismatch { .. }
                | ContainerFindingKind::GzipCrcMismatch { .. }
                | ContainerFindingKind::GzipSizeMismatch { .. }
                | ContainerFindingKind::Bzip2CrcMismatch { .. }
                | ContainerFindingKind::ZstdContentSizeMismatch { .. }
                | ContainerFindingKind::Cut
                | ContainerFindingKind::EndMarkerMissing
        )
    };
    let findings = contents.findings();
    let is_cut = findings.iter().any(|finding| finding.kind == ContainerFindingKind::Cut);
    let faults = findings.into_iter().filter(|finding| is_fault(&finding.kind));
    let faults = faults.map(|finding| finding.offset).collect();
    Ok((size > lost).then(|| Unpacked { bytes: size.saturating_sub(lost), faults, is_cut }))
}
