//! Archives that are packed more than once: sound ones come out as they went in, and
//! of damaged ones nothing that is wrong.

use std::rc::Rc;

use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::proxmox::{Reading, Verdict};
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;

use crate::programs::run;
use crate::support::{claimed_of, codes, finish, id, image, open};

const PACKERS: [(&str, &[&str]); 4] = [
    ("zstd", &["-q", "-c", "-3"]),
    ("lzop", &["-c"]),
    ("gzip", &["-c", "-1"]),
    ("bzip2", &["-c", "-1"]),
];

fn disks() -> ArchiveBuilder {
    let mixed = |seed| Content::of_kind(Kind::Mixed, seed);
    ArchiveBuilder::new()
        .config("qemu-server.conf", "cores: 2\n")
        .device(Device::new(1, "drive-scsi0", 3 << 20, mixed(1)))
        .device(Device::new(2, "drive-efidisk0", 540_672, mixed(2)))
        .order(Order::Interleaved(20))
}

/// Enough of it that damage leaves something.
fn large() -> ArchiveBuilder {
    let content = Content::of_kind(Kind::Mixed, 3);
    ArchiveBuilder::new().device(Device::new(1, "drive-scsi0", 16 << 20, content))
}

/// `bytes` packed by each of `packers`, the first one first.
fn packed(bytes: &[u8], packers: &[(&str, &[&str])]) -> Option<Vec<u8>> {
    packers
        .iter()
        .try_fold(bytes.to_vec(), |bytes, (program, arguments)| run(program, arguments, &bytes))
}

#[test]
fn what_is_packed_twice_or_three_times_gives_the_disks_that_went_in() {
    let plain = disks().build().bytes;
    let twice = PACKERS.iter().flat_map(|inner| PACKERS.map(|outer| vec![*inner, outer]));
    let three = [PACKERS[0], PACKERS[2], PACKERS[1]];
    for packers in twice.chain([three.to_vec()]) {
        let Some(bytes) = packed(&plain, &packers) else { return };
        let names: Vec<_> = packers.iter().map(|packer| packer.0).rev().collect();
        let archive = open(bytes);
        let contents = archive.contents();
        let layers = contents.layers();
        let found = layers.iter().filter_map(|layer| layer.container());
        assert_eq!(found.map(|found| found.name()).collect::<Vec<_>>(), names);
        // The end first: everything before it has to be unpacked.
        let last = plain.len() as u64 - 4096;
        let mut bytes = vec![0; 4096];
        assert_eq!(contents.read_at(last, &mut bytes), Ok(4096), "{names:?}");
        assert!(bytes == plain[last as usize..], "{names:?}");
        let scanned = finish(Scan::new(&archive));
        assert_eq!(codes(&scanned), [""; 0], "{names:?}");
        assert_eq!(contents.all_findings(), [], "{names:?}");
        for device in [1, 2] {
            assert!(image(&scanned, device) == disks().image(device), "{names:?}, {device}");
        }
        for layer in layers {
            let sums = layer.checksums();
            assert!(sums.checked > 0 && sums.checked == sums.matched, "{names:?}: {sums:?}");
        }
        // Unpacked once, as a restore does it, it is no archive.
        let list = Reading::new(&archive).prediction().list;
        assert!(list.is_some_and(|said| said != Verdict::Accepts), "{names:?}");
    }
}

#[test]
fn what_is_packed_four_times_is_refused() {
    let plain = disks().build().bytes;
    let gzip = PACKERS[2];
    let Some(bytes) = packed(&plain, &[gzip; 4]) else { return };
    assert!(Archive::open(Rc::new(bytes), &Options::default()).is_err());
    let Some(bytes) = packed(&plain, &[gzip; 3]) else { return };
    assert_eq!(open(bytes).header().device(id(1)).map(|device| device.size), Some(3 << 20));
}

/// One damage to `bytes`, somewhere behind their first kilobyte.
fn damage(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let at = 1024 + random.below(bytes.len() as u64 - 1024) as usize;
    let length = [1, 512, 5000, 70_000][random.below(4) as usize];
    let (before, behind) = bytes.split_at(at);
    let rest = &behind[length.min(behind.len())..];
    match random.below(4) {
        0 => [before, &random.bytes(length), behind].concat(),
        1 => [before, rest].concat(),
        2 => [before, &random.bytes(behind.len() - rest.len()), rest].concat(),
        _ => before.to_vec(),
    }
}

#[test]
fn of_damage_to_either_container_nothing_wrong_is_claimed() {
    hold_damaged(0..2);
}

/// In the other ways of packing, for another core.
#[test]
fn of_damage_to_a_gzip_or_bzip2_in_another_nothing_wrong_is_claimed() {
    hold_damaged(2..4);
}

fn hold_damaged(cases: std::ops::Range<usize>) {
    let (plain, truth) = (large().build().bytes, large().image(1));
    let (mut all, mut number, mut refused) = (0, 0, 0);
    for case in cases {
        let inner = &PACKERS[case];
        for (seed, outer) in PACKERS.iter().enumerate() {
            let mut random = Random::new((1 + 4 * case + seed) as u64);
            let Some(once) = packed(&plain, &[*inner]) else { return };
            let damaged = damage(&once, &mut random);
            let (Some(of_inner), Some(of_outer)) = (
                packed(&damaged, &[*outer]),
                packed(&once, &[*outer]).map(|twice| damage(&twice, &mut random)),
            ) else {
                return;
            };
            for (bytes, which) in [(of_inner, "inner"), (of_outer, "outer")] {
                number += 1;
                let Ok(archive) = Archive::open(Rc::new(bytes), &Options::default()) else {
                    refused += 1;
                    continue;
                };
                let (claimed, wrong) = claimed_of(&finish(Scan::new(&archive)), 1, &truth);
                // Of what was only changed in place, a checksum over all tells, not where.
                let sums = archive.contents().layers().into_iter().map(|layer| layer.checksums());
                let disagree = sums.filter(|sums| sums.matched < sums.checked).count();
                let what = format!("{} in {}, the {which} one", inner.0, outer.0);
                assert!(wrong == 0 || disagree > 0, "{what}: {wrong} wrong, {disagree} disagree");
                all += claimed;
            }
        }
    }
    let share = 100 * all / (number * truth.len() as u64);
    eprintln!("{number} cases, {refused} refused, {share} % claimed");
    assert!(refused * 8 <= number, "{refused} of {number} are refused");
    assert!(share >= 40, "{share} %");
}
