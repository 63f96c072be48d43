//! What the core claims of a damaged file, held against the truth.

use std::collections::BTreeMap;
use std::rc::Rc;

use archive_writer::Random;
use vma_inspector::archive::Archive;
use vma_inspector::container::{Container, Contents, Options};
use vma_inspector::image::Fill;
use vma_inspector::scan::Scan;
use vma_inspector::source::{ReadAt, gaps};

use crate::bases::Base;
use crate::damage::{Damage, Kind};

/// What became of a damaged file.
pub enum Judgement {
    /// It could not be opened.
    Refused,
    /// Bytes of disks that are claimed to be right, those of them that are not, and
    /// whether nothing could tell.
    Read { claimed: u64, wrong: u64, is_excused: bool },
}

/// Damages a base and opens it; returns what came of it, and the damaged file.
pub fn judge(base: &Base, damage: &Damage, random: &mut Random) -> (Judgement, Vec<u8>) {
    let damaged = damage.of(&base.packed, random);
    let archive = match Archive::open(Rc::new(damaged.clone()), &Options::default()) {
        Ok(archive) => archive,
        Err(_) => return (Judgement::Refused, damaged),
    };
    let mut scan = Scan::new(&archive);
    while !scan.step().expect("it can be read").done {}
    let (claimed, wrong) = claimed(&scan, &base.disks);
    let is_excused = is_excused(base, damage.kind, archive.contents());
    (Judgement::Read { claimed, wrong, is_excused }, damaged)
}

/// Bytes of the disks that are claimed, and those of them that are wrong.
fn claimed(scan: &Scan, disks: &BTreeMap<u8, Vec<u8>>) -> (u64, u64) {
    let (mut claimed, mut wrong) = (0, 0);
    for device in scan.header().devices() {
        let Some(truth) = disks.get(&device.id.get()) else { continue };
        let Some(image) = scan.image(device.id) else { continue };
        // Where the header is lost, a disk seems to be as long as its clusters.
        let length = truth.len().min(image.size().expect("it has a size") as usize);
        let mut unsure = vec![false; length];
        for gap in gaps(&image, 0..length as u64) {
            unsure[gap.start as usize..(gap.end as usize).min(length)].fill(true);
        }
        let mut found = vec![0; length];
        let read = image.filled(Fill::Zeros).read_at(0, &mut found);
        assert_eq!(read, Ok(length));
        let pairs = found.iter().zip(truth).zip(&unsure);
        for ((found, truth), _) in pairs.filter(|(_, unsure)| !**unsure) {
            claimed += 1;
            wrong += u64::from(found != truth);
        }
    }
    (claimed, wrong)
}

/// Whether nothing could tell which bytes are wrong: they were changed where no
/// checksum is, or as many came out as went in, and the one checksum over all of
/// them says that they are not the same.
fn is_excused(base: &Base, kind: Kind, contents: &Contents) -> bool {
    if !base.is_summed {
        let in_place = contents.size() == Some(base.length);
        return kind == Kind::Overwritten || (in_place && base.container != "plain");
    }
    let sums = contents.checksums();
    let is_over_all = matches!(contents.container(), Some(Container::Zstd | Container::Gzip));
    is_over_all && sums.matched < sums.checked && contents.size() == Some(base.length)
}
