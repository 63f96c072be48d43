//! What a stretch of a disk holds, told from its magic numbers: file systems, and what
//! wraps them. Nothing of their contents is read.
//!
//! A magic number alone proves little: each is believed only where a checksum agrees, or
//! where there is none, where the fields beside it make sense. What is left over of an
//! older one is told as that. Every read is bounded; see [`identify`].

mod btrfs;
mod checksum;
mod exfat;
mod ext;
mod fat;
mod luks;
mod metadata;
mod ntfs;
mod optical;
mod others;
mod raid;
mod swap;
mod text;
mod volume;
mod xfs;
mod zfs;

pub(crate) use self::fat::Boot as FatBoot;
pub use self::raid::{RaidMember, raid_member};
pub use self::volume::{Kind, Proof, Volume};
use vma_source::{Error, GapKind, Glimpse, Lacking, ReadAt, sort_by_number};

/// What was found in a stretch of a disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identified {
    /// What it holds, as far as something is told.
    pub volume: Option<Volume>,
    /// What else claims the same bytes: left over from before, as a rule.
    pub others: Vec<Volume>,
    /// What could not be had of all that was looked at: something may be there that
    /// was not seen.
    pub lacking: Lacking,
}

type Probe = fn(&Glimpse) -> Result<Option<Volume>, Error>;

/// In the order in which the first is believed where several are there: as libblkid's
/// `superblocks.c` has it, what wraps others before all file systems.
const PROBES: [Probe; 22] = [
    raid::md,
    others::lvm,
    luks::luks,
    others::bitlocker,
    others::bcache,
    zfs::member,
    fat::fat,
    swap::swap,
    xfs::xfs,
    ext::ext,
    others::hfs_plus,
    optical::udf,
    optical::iso9660,
    others::apfs,
    ntfs::ntfs,
    exfat::exfat,
    others::refs,
    btrfs::btrfs,
    others::f2fs,
    others::bcachefs,
    others::squashfs,
    others::vmfs,
];

/// What `source` holds: a partition, a logical volume, or a whole disk. Reads some 30
/// stretches of at most 32 KiB, most of them in the first 72 KiB and the last 64. Where
/// folders are listed from is [approached](ReadAt::approach) and not read, as far as it is
/// not yet known.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn identify(source: &dyn ReadAt) -> Result<Identified, Error> {
    let look = Glimpse::new(source);
    let mut lacking = Lacking::default();
    let mut found: Vec<Volume> = Vec::new();
    for probe in PROBES {
        let volume = probe(&look)?;
        let here = look.take_lacking();
        lacking = lacking.or(here);
        found.extend(volume.map(|volume| Volume { in_doubt: here.in_doubt, ..volume }));
    }
    // What a checksum speaks for is believed before what one speaks against.
    let best = |volume: &Volume| {
        let is_wrong = volume.proof == Proof::Disagrees;
        u64::from(is_wrong) << 1 | u64::from(!volume.kind.is_wrapping())
    };
    sort_by_number(&mut found, best);
    let mut found = found.into_iter();
    let volume = found.next();
    if let Some(volume) = &volume {
        // No work is to be done for it yet: whoever comes by there knows that it will.
        for place in metadata::places(&look, volume.kind)? {
            let byte = place..place.saturating_add(1);
            let gap = source.gap(byte.clone());
            if gap.is_some_and(|gap| gap.kind == GapKind::NotYetKnown) {
                source.approach(byte, 0)?;
            }
        }
    }
    Ok(Identified { volume, others: found.collect(), lacking })
}
