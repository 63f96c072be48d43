//! What the core claims of a damaged file, held against the truth.

use std::rc::Rc;

use vma_inspector::archive::Archive;
use vma_inspector::container::{Container, Contents, Options};
use vma_inspector::image::{Fill, Origin};
use vma_inspector::scan::{Scan, Scouting};
use vma_inspector::source::{ReadAt, gaps};

use crate::bases::Base;
use crate::damage::{Damage, Kind};

/// What became of a damaged file.
pub enum Judgement {
    /// It could not be opened.
    Refused,
    /// Bytes of disks that are claimed to be right, those of them that are not, and
    /// how bad that is.
    Read { claimed: u64, wrong: u64, excuse: Excuse },
}

/// Whether anything could have told that bytes are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// Nothing: no checksum is over them.
    NoChecksum,
    /// Only a checksum over everything, which does not tell where; the core says
    /// that it does not agree.
    OnlyThatOverAll,
    /// There is none.
    None,
}

/// Opens what a damage has made of a base; `is_second` if it was damaged before.
pub fn judge(base: &Base, damage: &Damage, is_second: bool, damaged: Vec<u8>) -> Judgement {
    let Ok(archive) = Archive::open(Rc::new(damaged), &Options::default()) else {
        return Judgement::Refused;
    };
    let mut scan = Scan::new(&archive);
    while !scan.step().expect("it can be read").done {}
    if base.container == "plain" {
        let mut ahead = Scan::new(&archive);
        ahead.scout(Scouting { chains: 5, extents: 1..=2, small: 0 });
        while !ahead.step().expect("it can be read").done {}
        let found = [&scan, &ahead].map(|scan| format!("{:?}", scan.found()));
        assert!(found[0] == found[1], "headers that are read ahead change what is found");
    }
    let (claimed, wrong) = claimed(&scan, base, damage);
    let excuse = excuse(base, damage.kind, is_second, archive.contents());
    Judgement::Read { claimed, wrong, excuse }
}

/// Bytes of the disks that are claimed, and those of them that are wrong; bytes of
/// a plain archive that were overwritten do not count.
fn claimed(scan: &Scan, base: &Base, damage: &Damage) -> (u64, u64) {
    let (mut claimed, mut wrong) = (0, 0);
    let is_plain = base.container == "plain";
    let overwritten = damage.overwritten().filter(|_| is_plain).unwrap_or(0..0);
    for device in scan.header().devices() {
        let Some(truth) = base.disks.get(&device.id.get()) else { continue };
        let Some(image) = scan.image(device.id) else { continue };
        // Where the header is lost, a disk seems to be as long as its clusters.
        let length = truth.len().min(image.size().expect("it has a size") as usize);
        let mut found = vec![0; length];
        let read = image.clone().filled(Fill::Zeros).read_at(0, &mut found);
        assert_eq!(read, Ok(length));
        let mut unsure = vec![false; length];
        for gap in gaps(&image, 0..length as u64) {
            unsure[gap.start as usize..(gap.end as usize).min(length)].fill(true);
        }
        for run in image.runs(0..length as u64) {
            let Origin::Stored(offset) = run.origin else { continue };
            let hit =
                offset.0.max(overwritten.start)..offset.plus(run.length).0.min(overwritten.end);
            if hit.start < hit.end {
                let at = |byte: u64| (run.start.0 + byte - offset.0) as usize;
                unsure[at(hit.start)..at(hit.end)].fill(true);
            }
        }
        let pairs = found.iter().zip(truth).zip(&unsure);
        for ((found, truth), _) in pairs.filter(|(_, unsure)| !**unsure) {
            claimed += 1;
            wrong += u64::from(found != truth);
        }
    }
    (claimed, wrong)
}

fn excuse(base: &Base, kind: Kind, is_second: bool, contents: &Contents) -> Excuse {
    let keeps_length = contents.size() == Some(base.length);
    if !base.is_summed {
        let is_packed = base.container != "plain";
        let in_place = kind == Kind::Overwritten || keeps_length;
        return if is_packed && in_place { Excuse::NoChecksum } else { Excuse::None };
    }
    let sums = contents.checksums();
    let is_over_all = matches!(contents.container(), Some(Container::Zstd | Container::Gzip));
    if is_over_all && keeps_length && sums.matched < sums.checked {
        return Excuse::OnlyThatOverAll;
    }
    // Once part of what it is over is lost, that checksum tells nothing more.
    if is_over_all && is_second && kind == Kind::Overwritten {
        return Excuse::OnlyThatOverAll;
    }
    Excuse::None
}
