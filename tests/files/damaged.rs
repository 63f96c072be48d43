//! A thousand images of each kind with some bytes changed: no panic, an end, and no more
//! reads than are said here.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::made::Made;
use crate::seals::{seal_btrfs, seal_exfat, seal_xfs};
use crate::spoilt::Spoilt;
use crate::truth::image;
use vma_inspector::file_system::{Cursor, FileSystem, FileType, NodeId, Stream, identify, open};
use vma_inspector::files::{Chosen, Form, Listing, Locating, Opening, Pack, Search, Step, Volume};
use vma_inspector::source::ReadAt;

const SEEDS: u64 = 1000;

/// Things that a walk looks at, and reads of the disk that it may take.
const THINGS_MAX: usize = 500;
const READS_MAX: u64 = 60_000;
const BYTES_MAX: u64 = 512 << 20;

/// Steps of a save that are made.
const STEPS: usize = 4;

struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % bound.max(1) as u64) as usize
    }
}

/// Looks at everything once, as far as it can be had; returns how many things that was.
fn walk(system: &dyn FileSystem) -> usize {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![system.root()]);
    let mut buffer = vec![0; 70_000];
    let _ = (system.notes(), system.subvolumes());
    while let Some(id) = todo.pop() {
        if !seen.insert(id) || seen.len() > THINGS_MAX {
            continue;
        }
        let Ok(node) = system.node(id) else { continue };
        let _ = (system.extended_attributes(id), system.streams(id), system.read_link(id));
        let _ = system.places(id, Stream::Contents, 0..u64::MAX);
        for at in [0, 65_536, node.size / 2, node.size.saturating_sub(100), u64::MAX - 9] {
            let _ = system.read_at(id, Stream::Contents, at, &mut buffer);
        }
        if node.file_type == FileType::Directory {
            let _ = system.read_deleted(id, Cursor::default());
            list(system, id, &mut todo);
        }
    }
    seen.len()
}

fn list(system: &dyn FileSystem, id: NodeId, todo: &mut Vec<NodeId>) {
    let mut cursor = Cursor::default();
    for _ in 0..8 {
        let Ok(batch) = system.read_dir(id, cursor) else { return };
        assert!(batch.entries.len() <= 4096, "a list is bounded");
        assert!(batch.entries.iter().all(|entry| !entry.name.0.contains(&b'/')));
        todo.extend(batch.entries.iter().map(|entry| entry.id));
        match batch.next {
            Some(next) if next != cursor => cursor = next,
            _ => return,
        }
    }
}

/// Opens it as the page does, lists it, searches it and saves all of it, as far as so many
/// steps come: none is long.
fn look(disk: &Rc<dyn ReadAt>) {
    let locating = Locating::new(vec![Rc::clone(disk)], 0, None);
    let Some(place) = waited(|| locating.attempt(), || locating.fetch(1 << 20)) else { return };
    let opening = Opening::new(place, open);
    let Some(volume) = waited(|| opening.attempt(), || opening.fetch(1 << 20)) else { return };
    let root = volume.system().root();
    let mut listing = Listing::new(root, Cursor::default());
    assert_eq!(fetched(&volume, || listing.step(&volume)), Ok(Step::Done), "it is quick");
    let mut search = Search::new(root, "a");
    let found = (0..4).find(|_| fetched(&volume, || search.step(&volume)) != Ok(Step::GoesOn));
    assert!(found.is_some() || search.entries() > 0, "a step gets on");
    let mut pack = Pack::new(&[Chosen { id: root, path: Vec::new() }], Form::Tar).expect("no path");
    for _ in 0..STEPS {
        let mut bytes = Vec::new();
        let step = fetched(&volume, || pack.step(&volume, &mut bytes));
        assert!(bytes.len() <= 9 << 20, "{}", bytes.len());
        if step != Ok(Step::GoesOn) {
            break;
        }
    }
}

/// How often something may want more before it comes to an end.
const WAITS_MAX: usize = 1000;

/// What attempts come to once all that they want is fetched; `None` if that is a refusal.
fn waited<Made, E, F>(
    attempt: impl Fn() -> Result<Option<Made>, E>,
    fetch: impl Fn() -> Result<bool, F>,
) -> Option<Made> {
    for _ in 0..WAITS_MAX {
        if let Some(made) = attempt().ok()? {
            return Some(made);
        }
        while fetch().is_ok_and(|is_all| !is_all) {}
    }
    panic!("it wants more and more");
}

/// What a step comes to once all that it wants is fetched.
fn fetched<E>(volume: &Volume, mut step: impl FnMut() -> Result<Step, E>) -> Result<Step, E> {
    let attempt = || match step() {
        Ok(Step::Wanting) => None,
        other => Some(other),
    };
    let mut attempts = std::iter::repeat_with(attempt).take(WAITS_MAX);
    let came = attempts.find_map(|came| {
        while came.is_none() && volume.fetch(1 << 20).is_ok_and(|is_all| !is_all) {}
        came
    });
    came.expect("it wants more and more")
}

/// Sectors of 512 bytes that hold something.
fn used(disk: &[u8]) -> Vec<usize> {
    let sectors = disk.chunks(512).enumerate();
    sectors.filter(|(_, sector)| sector.iter().any(|&byte| byte != 0)).map(|(at, _)| at).collect()
}

/// Takes 4 KiB and where they are, and adds what makes their checksums right.
type Seal = fn(&[u8], u64, &mut Vec<(u64, Vec<u8>)>);

/// Walks through each changed image. `seal` makes checksums right again.
pub fn assert_bounded(name: &str, made: &Made, seal: Seal) {
    let disk: Rc<Vec<u8>> = Rc::new(std::fs::read(&made.path).expect("it is there"));
    let sectors = used(&disk);
    let (mut opens, mut most) = (0, 0);
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let mut spoilt = Spoilt::new(Rc::clone(&disk) as Rc<dyn ReadAt>);
        for _ in 0..=random.below(4) {
            // Metadata comes first, as a rule.
            let first = sectors.len().min(1 + random.below(sectors.len()));
            let at = sectors[random.below(first)] * 512 + random.below(512);
            let bytes = match random.below(4) {
                0 => vec![0; 1 + random.below(8)],
                1 => vec![0xff; 1 + random.below(8)],
                2 => vec![disk[at] ^ 1 << random.below(8)],
                _ => (0..=random.below(4)).map(|_| random.below(256) as u8).collect(),
            };
            spoilt.patches.push((at as u64, bytes));
        }
        if seed % 2 == 1 {
            let mut more = Vec::new();
            for (at, _) in &spoilt.patches {
                seal(&patched(&disk, &spoilt.patches, *at), at - at % 4096, &mut more);
            }
            spoilt.patches.extend(more);
        }
        let spoilt = Rc::new(spoilt);
        let source = Rc::clone(&spoilt) as Rc<dyn ReadAt>;
        let volume = identify(&*source).expect("it can be read").volume;
        if let Some(Ok(system)) = volume.map(|volume| open(&source, volume.kind)) {
            opens += 1;
            most = most.max(walk(&*system));
            look(&source);
        }
        let (reads, bytes) = (spoilt.reads.get(), spoilt.bytes.get());
        assert!(reads < READS_MAX && bytes < BYTES_MAX, "{name}, {seed}: {reads}, {bytes}");
    }
    eprintln!("{name}: {opens} of {SEEDS} opened, at most {most} things");
    assert!(opens > SEEDS / 4 && most > 2, "{name}: {opens} opened");
}

/// The 4 KiB around a place, with the changes.
fn patched(disk: &[u8], patches: &[(u64, Vec<u8>)], at: u64) -> Vec<u8> {
    let start = (at - at % 4096) as usize;
    let mut block = disk[start..disk.len().min(start + 4096)].to_vec();
    for (at, bytes) in patches {
        for (place, byte) in (*at as usize..).zip(bytes) {
            if let Some(to) = place.checked_sub(start).and_then(|into| block.get_mut(into)) {
                *to = *byte;
            }
        }
    }
    block
}

pub fn unsealed(_: &[u8], _: u64, _: &mut Vec<(u64, Vec<u8>)>) {}

fn fat(name: &str, mib: u64, options: &str) -> Made {
    let made = Made::new(&format!("damaged-{name}"), mib);
    let sample = crate::sample::Sample { many: 100, ..Default::default() };
    sample.fill(&made.source);
    let name = made.source.join("size-1500000");
    std::fs::remove_file(name).expect("it was made");
    made.run(&format!("mkfs.fat {options} $F; MTOOLS_SKIP_CHECK=1 mcopy -s -i $F $S/* ::/"));
    made
}

#[test]
fn of_fat12() {
    assert_bounded("fat12", &fat("fat12", 4, "-F 12"), unsealed);
}

#[test]
fn of_fat16() {
    assert_bounded("fat16", &fat("fat16", 16, "-F 16"), unsealed);
}

#[test]
fn of_fat32() {
    assert_bounded("fat32", &fat("fat32", 40, "-F 32 -s 1"), unsealed);
}

#[test]
fn of_exfat() {
    assert_bounded("exfat", &image("exfat-512"), seal_exfat);
}

#[test]
fn of_xfs() {
    assert_bounded("xfs", &image("xfs-sound"), seal_xfs);
    assert_bounded("xfs with a log", &image("xfs-used"), seal_xfs);
}

#[test]
fn of_ntfs() {
    assert_bounded("ntfs", &image("ntfs-1024-512"), unsealed);
    assert_bounded("ntfs with a list for its table", &image("ntfs-table"), unsealed);
}

#[test]
fn of_btrfs() {
    assert_bounded("btrfs", &image("btrfs-newer"), seal_btrfs);
}

#[test]
fn of_iso9660() {
    let made = Made::new("damaged-iso", 1);
    let sample = crate::sample::Sample { many: 100, ..Default::default() };
    sample.fill(&made.source);
    std::os::unix::fs::symlink("to/somewhere/else", made.source.join("link")).expect("a link");
    std::fs::remove_file(made.source.join("size-1500000")).expect("it was made");
    made.run("xorriso -as mkisofs -quiet -R -o $F $S");
    assert_bounded("rock ridge", &made, unsealed);
    std::fs::remove_file(made.source.join("n".repeat(251))).expect("it was made");
    made.run("xorriso -as mkisofs -quiet --norock -J -o $F $S");
    assert_bounded("joliet", &made, unsealed);
}

#[test]
fn of_a_changed_btrfs_each_file_is_right_or_told_to_be_not() {
    let made = image("btrfs-newer");
    let disk: Rc<Vec<u8>> = Rc::new(std::fs::read(&made.path).expect("it is there"));
    let sectors = used(&disk);
    let (expected, _) = crate::truth::truth("btrfs-newer");
    let sound = made.open();
    let files = expected.iter().filter_map(|(path, thing)| {
        let path = std::str::from_utf8(path).expect("UTF-8");
        Some((crate::truth::at(&*sound, path), thing.hash.clone()?))
    });
    let files: Vec<_> = files.collect();
    let (mut right, mut told) = (0, 0);
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let mut spoilt = Spoilt::new(Rc::clone(&disk) as Rc<dyn ReadAt>);
        for _ in 0..20 {
            let at = sectors[random.below(sectors.len())] * 512 + random.below(512);
            spoilt.patches.push((at as u64, vec![disk[at] ^ 1 << random.below(8)]));
        }
        let source: Rc<dyn ReadAt> = Rc::new(spoilt);
        let volume = identify(&*source).expect("it can be read").volume;
        let Some(Ok(system)) = volume.map(|volume| open(&source, volume.kind)) else { continue };
        for (id, hash) in &files {
            match crate::tree::hash_of(&*system, *id, Stream::Contents) {
                Ok(found) if found == *hash => right += 1,
                Ok(found) => panic!("{seed}: {found} of {id:?}"),
                Err(_) => told += 1,
            }
        }
    }
    eprintln!("{right} right, {told} told");
    assert!(right > 10_000 && told > 100, "{right}, {told}");
}
