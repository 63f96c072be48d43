//! File systems in whole disks, read through the cache of `files`: what waits is asked
//! again, and what cannot be had is never made up.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use vma_inspector::file_system::{
    Batch, Cursor, ExtendedAttribute, Fault, FaultKind, FileSystem, Name, Node, NodeId, Note,
    Places, Result, Stream, open,
};
use vma_inspector::files::cache::{BLOCK, BLOCKS_MAX};
use vma_inspector::files::{Cache, Locating, Opening, Search, Step, Volume, read_as_far};
use vma_inspector::source::{Error, Gap, GapKind, ReadAt};

use crate::made::Made;
use crate::sample::{Sample, bytes};
use crate::spoilt::Spoilt;
use crate::tree::{assert_same, of_file_system, of_folder};
use crate::truth::{at, image, truth};
use crate::whole_disk::{START, archived, disk_with, opened, scanned};

/// A volume as a file system that waits until it has what it is asked for.
pub struct Waiting {
    pub volume: Volume,
    pub waits: Cell<u64>,
}

impl Waiting {
    fn ask<Made>(&self, ask: impl Fn(&dyn FileSystem) -> Result<Made>) -> Result<Made> {
        for _ in 0..100_000 {
            if let Some(made) = self.volume.attempt(&ask)? {
                return Ok(made);
            }
            self.waits.set(self.waits.get() + 1);
            while !self.volume.fetch(1 << 20)? {}
        }
        panic!("what was fetched is gone again");
    }
}

impl FileSystem for Waiting {
    fn root(&self) -> NodeId {
        self.volume.system().root()
    }

    fn notes(&self) -> Vec<Note> {
        self.volume.system().notes()
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        self.ask(|system| system.node(id))
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        self.ask(|system| system.read_dir(id, cursor))
    }

    fn read_at(&self, id: NodeId, stream: Stream<'_>, at: u64, into: &mut [u8]) -> Result<usize> {
        let room = RefCell::new(into);
        self.ask(|system| system.read_at(id, stream, at, &mut room.borrow_mut()))
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        self.ask(|system| system.places(id, stream, range.clone()))
    }

    fn read_link(&self, id: NodeId) -> Result<Name> {
        self.ask(|system| system.read_link(id))
    }

    fn extended_attributes(&self, id: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        self.ask(|system| system.extended_attributes(id))
    }

    fn streams(&self, id: NodeId) -> Result<Vec<(Name, u64)>> {
        self.ask(|system| system.streams(id))
    }
}

/// The first partition of a disk.
pub fn waiting(disk: Rc<dyn ReadAt>) -> Waiting {
    let (volume, waits) = opened(disk, 0, None);
    Waiting { volume, waits: Cell::new(waits) }
}

/// Images of each file system, with what their makers say of them.
const IMAGES: [&str; 7] = [
    "ext4-linux",
    "ext4-journal",
    "xfs-sound",
    "xfs-torn",
    "btrfs-linux",
    "exfat-512",
    "ntfs-512-512",
];

#[test]
fn every_file_system_in_a_partition_of_an_archive_is_as_its_makers_say() {
    for name in IMAGES {
        eprintln!("{name}");
        let made = image(name);
        let plain = crate::made::opened(&made.disk()).expect("it opens");
        let expected = of_file_system(&*plain);
        if name.starts_with("ext4") || name.starts_with("xfs") || name.starts_with("btrfs") {
            assert_same(&truth(name).0, &expected);
        }
        let disk = scanned(archived(disk_with(&made), &made, false));
        let system = waiting(disk);
        assert_eq!(system.waits.get(), 0, "{name}: all of it is quick");
        assert_eq!(system.notes(), plain.notes());
        assert_same(&expected, &of_file_system(&system));
    }
}

#[test]
fn a_disk_in_a_zst_is_read_by_what_is_fetched_and_asked_again() {
    let made = Made::new("volumes-zst", 100);
    Sample { devices: false, ..Sample::UNIX }.fill(&made.source);
    made.run("mke2fs -q -t ext4 -d $S $F");
    let mut expected = of_folder(&made.source);
    for thing in expected.values_mut() {
        thing.modified = thing.modified.map(|(seconds, _)| (i64::from(seconds as i32), 0));
    }
    let disk = scanned(archived(disk_with(&made), &made, true));
    let system = waiting(disk);
    assert!(system.waits.get() > 0, "it stands at its end");
    let mut found = of_file_system(&system);
    found.remove(b"lost+found".as_slice()).expect("as mke2fs makes it");
    assert_same(&expected, &found);
    // A MiB or so of metadata, files of 4 MiB, and holes.
    let waits = system.waits.get();
    assert!((1..2000).contains(&waits), "{waits} waits");
    assert!(system.volume.blocks_held() <= BLOCKS_MAX);
}

#[test]
fn a_logical_volume_is_opened_by_its_number() {
    let made = Made::new("volumes-lvm", 1);
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/lvm.pv.zst");
    made.run(&format!("zstd -q -d -f '{fixture}' -o $F"));
    let disk: Rc<dyn ReadAt> = made.disk();
    let found = vma_inspector::disk_contents::describe(&disk).expect("reads");
    let volumes = &found.areas[0].volumes;
    let readable: Vec<_> = volumes
        .iter()
        .enumerate()
        .filter(|(_, area)| area.found.as_ref().is_some_and(|found| found.volume.is_some()))
        .collect();
    eprintln!("{readable:?}");
    for (number, area) in readable {
        let located =
            vma_inspector::disk_contents::locate(std::slice::from_ref(&disk), 0, Some(number))
                .expect("reads");
        let located = located.expect("it is there");
        assert_eq!(Some(located.found), area.found);
    }
    assert!(
        vma_inspector::disk_contents::locate(std::slice::from_ref(&disk), 0, Some(99))
            .expect("reads")
            .is_none()
    );
    assert!(
        vma_inspector::disk_contents::locate(std::slice::from_ref(&disk), 1, None)
            .expect("reads")
            .is_none()
    );
}

/// A disk whose blocks become quick one by one, and only for a while: the one that was
/// approached last, and its neighbours.
pub struct Far {
    below: Rc<dyn ReadAt>,
    at: Cell<u64>,
    approached: Cell<u64>,
}

impl ReadAt for Far {
    fn size(&self) -> Option<u64> {
        self.below.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::result::Result<usize, Error> {
        assert_eq!(offset / BLOCK, self.at.get(), "it is read only where it is quick");
        self.below.read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.below.gap(range)
    }

    fn trace(&self, _: Range<u64>, _: &mut Vec<Range<u64>>) {}

    fn approach(&self, range: Range<u64>, work: u64) -> std::result::Result<bool, Error> {
        if work > 0 {
            self.approached.set(self.approached.get() + 1);
            self.at.set(range.start / BLOCK);
        }
        Ok(range.start / BLOCK == self.at.get())
    }

    fn detour(&self, _: u64, offset: u64) -> u64 {
        offset
    }
}

pub fn far(bytes: Vec<u8>) -> Rc<Far> {
    let below = Rc::new(bytes);
    Rc::new(Far { below, at: Cell::new(u64::MAX), approached: Cell::new(0) })
}

#[test]
fn what_is_fetched_for_a_piece_of_work_stays_until_it_is_done() {
    let truth = bytes(9, 900 * BLOCK as usize);
    let far = far(truth.clone());
    let cache = Cache::new(Rc::clone(&far) as Rc<dyn ReadAt>);
    // More blocks than are kept as a rule, from the last to the first.
    let all = || {
        let mut sum = 0;
        for block in (0..900).rev() {
            let mut buffer = [0; 100];
            let start = block * BLOCK + 5;
            let count = cache.read_at(start, &mut buffer)?;
            if count < buffer.len() {
                let gap = cache.gap(start..start + 1).expect("it tells why");
                assert_eq!(gap.kind, GapKind::NotYetKnown);
                return Err(Fault::new(FaultKind::NotYetKnown, "as a file system says"));
            }
            assert_eq!(buffer[..], truth[start as usize..][..100]);
            sum += 1;
        }
        Ok(sum)
    };
    let mut tries = 0;
    let sum = loop {
        if let Some(sum) = cache.attempt(all).expect("it is no fault") {
            break sum;
        }
        tries += 1;
        assert!(tries <= 901, "it does not get on");
        while !cache.fetch(1 << 20).expect("reads") {}
    };
    assert_eq!(sum, 900);
    assert!(cache.blocks_held() <= BLOCKS_MAX, "{}", cache.blocks_held());
}

#[test]
fn one_block_after_the_other_is_fetched_many_at_once() {
    let far = far(bytes(3, 1000 * BLOCK as usize));
    let cache = Cache::new(Rc::clone(&far) as Rc<dyn ReadAt>);
    let mut buffer = vec![0; 1000 * BLOCK as usize];
    let mut tries = 0;
    let mut read = || {
        let count = cache.read_at(0, &mut buffer)?;
        if count < buffer.len() { Err(Fault::corrupt("short")) } else { Ok(()) }
    };
    while cache.attempt(&mut read).expect("no fault").is_none() {
        tries += 1;
        while !cache.fetch(1 << 20).expect("reads") {}
    }
    assert!(tries < 40, "{tries}");
}

#[test]
fn work_that_wants_more_than_may_be_held_ends_by_name() {
    let blocks = 2500;
    let far = far(vec![7; blocks * BLOCK as usize]);
    let cache = Cache::new(Rc::clone(&far) as Rc<dyn ReadAt>);
    let all = || {
        for block in (0..blocks as u64).rev() {
            if cache.read_at(block * BLOCK, &mut [0])? == 0 {
                return Err(Fault::corrupt("not there"));
            }
        }
        Ok(())
    };
    let mut tries = 0;
    let fault = loop {
        match cache.attempt(all) {
            Ok(None) => {}
            Ok(Some(())) => panic!("it was done"),
            Err(fault) => break fault,
        }
        tries += 1;
        assert!(tries < 10_000, "it has no end");
        while !cache.fetch(1 << 20).expect("reads") {}
    };
    assert_eq!(fault.kind, FaultKind::TooLarge);
    assert!(cache.blocks_held() <= BLOCKS_MAX);
}

#[test]
fn what_the_work_makes_of_bytes_it_could_not_read_counts_for_nothing() {
    let far = far(bytes(1, 3 * BLOCK as usize));
    let cache = Cache::new(Rc::clone(&far) as Rc<dyn ReadAt>);
    // As a file system that takes a copy of what it cannot read.
    let careless = || Ok(cache.read_at(0, &mut [0; 10])?);
    assert_eq!(cache.attempt(careless), Ok(None));
    while !cache.fetch(1).expect("reads") {}
    assert_eq!(cache.attempt(careless), Ok(Some(10)));
    let unknown: Rc<dyn ReadAt> = Rc::new(vec![1; 200_000]);
    let unknown = Cache::new(Spoilt::with_gap(&unknown, 70_000..80_000, GapKind::NotYetKnown));
    let careless = |at: u64| unknown.attempt(|| Ok(unknown.read_at(at, &mut [0; 100])?));
    assert_eq!(careless(0), Ok(Some(100)));
    assert_eq!(careless(69_000), Ok(Some(100)));
    assert_eq!(careless(69_950).map_err(|fault| fault.kind), Err(FaultKind::NotYetKnown));
    assert_eq!(careless(0), Ok(Some(100)));
}

#[test]
fn gaps_below_are_told_as_they_are_and_reads_stop_there() {
    let truth = bytes(4, 300_000);
    let below: Rc<dyn ReadAt> = Rc::new(truth.clone());
    let lost = Spoilt::with_gap(&below, 70_000..71_000, GapKind::Lost);
    let cache = Cache::new(lost);
    let mut buffer = vec![0xaa; 300_000];
    for _ in 0..2 {
        assert_eq!(cache.read_at(0, &mut buffer), Ok(70_000));
        assert!(buffer[..70_000] == truth[..70_000]);
        assert_eq!(cache.read_at(70_500, &mut buffer), Ok(0));
        assert_eq!(cache.read_at(71_000, &mut buffer), Ok(229_000));
        assert!(buffer[..229_000] == truth[71_000..]);
    }
    let gap = Gap { start: 70_000, end: 71_000, kind: GapKind::Lost };
    assert_eq!(cache.gap(0..300_000), Some(gap));
    let cache = Cache::new(Spoilt::with_gap(&below, 70_000..71_000, GapKind::InDoubt));
    assert_eq!(cache.read_at(0, &mut buffer), Ok(300_000));
    assert_eq!(cache.gap(0..300_000).map(|gap| gap.kind), Some(GapKind::InDoubt));
}

/// The disk of an ext4, where the bytes of one of its files lie, and they.
fn with_file() -> (Rc<dyn ReadAt>, Range<u64>, Vec<u8>) {
    let made = Made::new("volumes-lost", 20);
    Sample::default().fill(&made.source);
    made.run("mke2fs -q -t ext4 -d $S $F");
    let system = made.open();
    let places = system
        .places(at(&*system, "size-1500000"), Stream::Contents, 0..1 << 20)
        .expect("places")
        .pieces;
    let place = places[0].start + START..places[0].end + START;
    let truth = std::fs::read(made.source.join("size-1500000")).expect("it is of the sample");
    (Rc::new(disk_with(&made)), place, truth)
}

#[test]
fn a_lost_or_doubtful_cluster_is_a_fault_and_what_is_before_it_is_read() {
    let (disk, place, truth) = with_file();
    for (kind, code) in [(GapKind::Lost, FaultKind::Lost), (GapKind::InDoubt, FaultKind::InDoubt)] {
        let from = place.start + 200_000;
        let system = waiting(Spoilt::with_gap(&disk, from..from + 65_536, kind));
        let id = at(&system, "size-1500000");
        let mut buffer = vec![0xaa; 1 << 20];
        let asked = system.read_at(id, Stream::Contents, 0, &mut buffer);
        assert_eq!(asked.map_err(|fault| fault.kind), Err(code.clone()));
        let read = read_as_far(&system.volume, id, Stream::Contents, 100, &mut buffer);
        let (count, fault) = read.expect("reads").expect("all is quick");
        assert_eq!(fault.map(|fault| fault.kind), Some(code));
        assert!((100 + count as u64).abs_diff(200_000) <= 4096, "{count}");
        assert!(buffer[..count] == truth[100..100 + count]);
        let read = read_as_far(&system.volume, id, Stream::Contents, 1_400_000, &mut buffer);
        assert_eq!(read.expect("reads"), Some((100_000, None)));
        assert!(buffer[..100_000] == truth[1_400_000..]);
    }
}

#[test]
fn what_the_scan_has_not_come_to_is_not_yet_known() {
    let (disk, place, _) = with_file();
    let unknown = Spoilt::with_gap(&disk, place.start..u64::MAX, GapKind::NotYetKnown);
    let place = Locating::new(vec![unknown], 0, None).attempt();
    match place.and_then(|place| Opening::new(place.expect("quick"), open).attempt()) {
        Ok(Some(volume)) => {
            let system = Waiting { volume, waits: Cell::new(0) };
            let id = at(&system, "size-1500000");
            let asked = system.read_at(id, Stream::Contents, 0, &mut [0; 100]);
            assert_eq!(asked.map_err(|fault| fault.kind), Err(FaultKind::NotYetKnown));
        }
        Ok(None) => panic!("nothing can be fetched"),
        // The table's copy stands at the end of the disk.
        Err(fault) => assert_eq!(fault.kind, FaultKind::NotYetKnown),
    }
}

/// All that a search finds, as paths.
pub fn found(volume: &Volume, root: NodeId, letters: &str) -> (Vec<String>, Search) {
    let mut search = Search::new(root, letters);
    let mut paths = Vec::new();
    for _ in 0..10_000 {
        let step = search.step(volume).expect("reads");
        for hit in search.take_hits() {
            let path: Vec<_> =
                hit.path.iter().map(|name| String::from_utf8_lossy(&name.0)).collect();
            paths.push(path.join("/"));
        }
        match step {
            Step::Done => return (paths, search),
            Step::GoesOn => {}
            Step::Wanting => while !volume.fetch(1 << 20).expect("reads") {},
        }
    }
    panic!("the search has no end");
}

#[test]
fn a_search_finds_what_find_finds() {
    let made = Made::new("volumes-search", 40);
    Sample { links: true, many: 300, ..Sample::default() }.fill(&made.source);
    made.run("mke2fs -q -t ext4 -d $S $F");
    let volume = opened(Rc::new(disk_with(&made)), 0, None).0;
    let root = volume.system().root();
    for letters in ["HERE", "grüße", "ENTRY number 00001", "no such thing", "size", "日"] {
        let told = made.output(&format!("cd $S; find . -mindepth 1 -iname '*{letters}*'"));
        let told = String::from_utf8(told).expect("UTF-8");
        let mut expected: Vec<_> = told.lines().map(|line| line[2..].to_owned()).collect();
        let (mut paths, search) = found(&volume, root, letters);
        let depth = |path: &String| path.matches('/').count();
        assert!(paths.is_sorted_by_key(depth), "near ones come first");
        expected.sort();
        paths.sort();
        assert_eq!(paths, expected, "{letters}");
        assert!(!search.is_cut());
        assert_eq!(search.faults(), 0);
    }
}

#[test]
fn a_folder_that_leads_back_to_itself_is_searched_once() {
    let made = Made::new("volumes-circle", 20);
    made.run("mkdir -p $S/outer/inner; touch $S/outer/inner/leaf; mke2fs -q -t ext2 -d $S $F");
    let system = made.open();
    let outer = at(&*system, "outer").0;
    // An entry of the inner folder names the outer one (debugfs does not ask for sense).
    made.run(&format!("debugfs -w -R 'link <{outer}> outer/inner/again' $F"));
    let volume = opened(Rc::new(disk_with(&made)), 0, None).0;
    let (paths, search) = found(&volume, volume.system().root(), "a");
    assert!(paths.contains(&"outer/inner/leaf".to_owned()), "{paths:?}");
    assert!(search.folders() <= 5, "{}", search.folders());
    assert!(!search.is_cut());
}
