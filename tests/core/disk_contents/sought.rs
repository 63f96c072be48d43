//! Checkpoints where file systems keep what describes their files.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use crate::file_system::Made;
use crate::programs::{has, run};
use crate::support::id;
use archive_writer::{ArchiveBuilder, CLUSTER, Content, Device, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::passing::{Describer, Passing};
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;

const MIB: u64 = 1 << 20;

/// Parts of the disk that begin with metadata, and the bytes of each.
const GROUPS: u64 = 8;
const GROUP: u64 = 128 * MIB;

/// What checkpoints may take: one and a half dozen of them, twice as many as are sought.
const CHECKPOINT_BYTES: usize = 512 << 10;

/// Files stand so far before and behind each group, bytes: what is between is not stored.
const BEFORE: u64 = 20 * MIB;
const BEHIND: u64 = 8 * MIB;

/// Makes a disk whose parts begin with metadata; returns the numbers of the blocks at which
/// its own tools say that they do.
fn starts(made: &Made, command: &str) -> Vec<u64> {
    assert!(made.run(&format!("({command}) > told")), "{command}");
    let told = fs::read_to_string(made.path.with_file_name("told")).expect("it is there");
    told.split_whitespace().map(|word| word.parse().expect("a number")).collect()
}

/// The disk of `made` with files around each of `groups`, packed by gzip: each checkpoint in
/// it takes 32 KiB.
fn packed(made: &Made, groups: Vec<u64>) -> Vec<u8> {
    let file = File::open(&made.path).expect("it was made");
    let size = file.metadata().expect("a file").len();
    let content = Content::from_fn(move |number| {
        let at = u64::from(number) * CLUSTER as u64;
        let is_text = |&group: &u64| {
            (group..group + BEFORE).contains(&(at + BEFORE))
                || (group + BEHIND..group + BEHIND + MIB).contains(&at)
        };
        let mut cluster = vec![0; CLUSTER];
        if groups.iter().any(is_text) {
            cluster = Random::of_part(7, number.into()).bytes(CLUSTER);
        } else {
            file.read_exact_at(&mut cluster, at).expect("it is read");
        }
        Some(cluster)
    });
    let device = Device::new(1, "drive-scsi0", size, content);
    let bytes = ArchiveBuilder::new().device(device).build().bytes;
    run("gzip", &["-1", "-n", "-c"], &bytes).expect("gzip")
}

/// How many bytes have to be decoded to come behind each of `groups` once the archive was
/// scanned, with somebody who looks into the disk or not.
fn detours(file: &Rc<Vec<u8>>, groups: &[u64], is_looked_into: bool) -> Vec<u64> {
    let options = Options { checkpoint_bytes: CHECKPOINT_BYTES, ..Options::default() };
    let archive = Archive::open(Rc::<Vec<u8>>::clone(file), &options).expect("it opens");
    let mut passing = Passing::new(Rc::clone(archive.contents()), archive.header(), Describer);
    let mut scan = Scan::new(&archive);
    while !match is_looked_into {
        true => scan.step_with(&mut passing).expect("memory").done,
        false => scan.step().expect("memory").done,
    } {}
    let progress = archive.contents().progress();
    assert!(progress.checkpoint_bytes <= CHECKPOINT_BYTES);
    let image = scan.image(id(1)).expect("a disk");
    groups.iter().map(|group| image.detour(0, group + BEHIND)).collect()
}

#[test]
fn what_is_listed_first_is_near_to_a_checkpoint() {
    let tools = ["mke2fs", "dumpe2fs", "mkfs.xfs", "gzip"];
    let find = |tool: &str| format!("PATH=$PATH:/sbin:/usr/sbin command -v {tool}");
    if !tools.iter().all(|tool| has("sh", &["-c", &find(tool)])) {
        return;
    }
    let ext4 = "mke2fs -q -F -t ext4 -b 4096 -g 8192 -G 4 $F && \
        dumpe2fs $F | sed -n 's/^Group [0-9]*: (Blocks \\([0-9]*\\)-.*/\\1/p' | sed -n '1~4p'";
    let xfs = "size=$(mkfs.xfs -f -d agsize=128m $F | sed -n 's/.*agsize=\\([0-9]*\\) .*/\\1/p') && \
        for n in $(seq 0 7); do echo $((size * n)); done";
    for (name, command) in [("ext4", ext4), ("xfs", xfs)] {
        let made = Made::new(&format!("sought-{name}"), GROUPS * GROUP / MIB);
        let groups: Vec<u64> = starts(&made, command).iter().map(|block| block << 12).collect();
        let expected: Vec<u64> = (0..GROUPS).map(|number| number * GROUP).collect();
        assert_eq!(groups, expected, "{name}");
        let file = Rc::new(packed(&made, groups.clone()));
        // The first one is where the archive starts.
        let (before, now) =
            (detours(&file, &groups[1..], false), detours(&file, &groups[1..], true));
        eprintln!("{name}: {before:?}, now {now:?}");
        // Half an interval, an extent, and what may be in another order.
        assert!(now.iter().all(|&bytes| bytes <= 9 * MIB), "{name}: {now:?}");
        assert!(before.iter().any(|&bytes| bytes > 10 * MIB), "{name}: {before:?}");
    }
}
