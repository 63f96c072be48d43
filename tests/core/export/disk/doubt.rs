//! A disk of which bytes are in doubt and bytes are lost, saved with its doubt as it
//! is and as lost: in every format, in the map and in the hash.

use std::fs;
use std::ops::Range;

use crate::export::disk::files::{
    Case, MIB, assert_any_cut_reads_the_same, assert_qemu_agrees, has_qemu_img, made, path_of, run,
    write,
};
use crate::export::disk::format::driver;
use crate::programs::has;
use crate::support::{finish, id, open};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Layout};
use sha2::{Digest, Sha256};
use vma_inspector::export::disk::{Disk, DiskFormat, Identity, StreamFormat, damage_map};
use vma_inspector::export::disk_hash::DiskHash;
use vma_inspector::image::tap::Tap;
use vma_inspector::image::{Doubt, DoubtFigures, Fill, Image, LOST_PATTERN};
use vma_inspector::scan::Scan;
use vma_inspector::source::{GapKind, ReadAt, gaps, read_range};

const BLOCK: usize = 4096;

/// A disk that ends inside a cluster, of full, partial and zero ones.
fn builder() -> ArchiveBuilder {
    let mixed = Content::of_kind(Kind::Mixed, 11);
    let content = Content::from_fn(move |number| {
        let mut cluster = mixed.cluster(number).filter(|_| number != 22)?;
        if number == 23 || number == 25 {
            cluster[3 * BLOCK..7 * BLOCK].fill(0);
        }
        Some(cluster)
    });
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 9 * MIB + 3 * BLOCK as u64, content))
        .slots_per_extent(7)
}

/// The extent into which a byte is put, and the one whose header is broken.
const SHIFTED: usize = 3;
const BROKEN: usize = 10;

/// What has to come out, worked out from what the writer wrote and where.
struct Truth {
    /// The archive as it is found.
    bytes: Vec<u8>,
    layout: Layout,
    /// What the disk is without damage.
    disk: Vec<u8>,
}

impl Truth {
    fn new() -> Self {
        let archive = builder().build();
        let (layout, mut bytes) = (archive.layout, archive.bytes);
        bytes[layout.extents[BROKEN].offset as usize + 30] ^= 1;
        let data = &layout.extents[SHIFTED].clusters;
        let place = data.iter().find(|cluster| cluster.stored > 0).expect("has data");
        bytes.insert(place.data as usize + 1000, b'\r');
        Self { bytes, layout, disk: builder().image(1) }
    }

    /// The stored blocks of an extent: where each is on the disk, and where in the
    /// archive.
    fn blocks(&self, extent: usize) -> Vec<(Range<usize>, usize)> {
        let clusters = self.layout.extents[extent].clusters.iter();
        let blocks = clusters.flat_map(|cluster| {
            let stored = (0..16).filter(|block| cluster.mask >> block & 1 == 1);
            stored.enumerate().map(|(rank, block)| {
                let start = cluster.number as usize * 65_536 + block * BLOCK;
                (start..start + BLOCK, cluster.data as usize + rank * BLOCK)
            })
        });
        blocks.collect()
    }

    /// What is in doubt, as ranges that do not touch.
    fn doubted(&self) -> Vec<Range<usize>> {
        joined(self.blocks(SHIFTED).into_iter().map(|(block, _)| block))
    }

    /// What is lost in any case: whole clusters, since nobody knows their masks.
    fn lost(&self) -> Vec<Range<usize>> {
        let clusters = self.layout.extents[BROKEN].clusters.iter();
        joined(clusters.map(|cluster| {
            let start = cluster.number as usize * 65_536;
            start..start + 65_536
        }))
    }

    /// The bytes that have to be saved, with zeros for what is lost.
    fn saved(&self, doubt: Doubt) -> Vec<u8> {
        let mut disk = self.disk.clone();
        for range in self.lost() {
            disk[range].fill(0);
        }
        for (block, at) in self.blocks(SHIFTED) {
            match doubt {
                Doubt::AsItIs => disk[block].copy_from_slice(&self.bytes[at..at + BLOCK]),
                Doubt::AsLost => disk[block].fill(0),
            }
        }
        disk
    }
}

fn joined(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => all.push(range),
        }
    }
    all
}

fn sum(ranges: &[Range<usize>]) -> u64 {
    ranges.iter().map(|range| range.len() as u64).sum()
}

fn scanned(truth: &Truth) -> (Scan, Identity) {
    let archive = open(truth.bytes.clone());
    let device = archive.header().device(id(1)).expect("declared");
    (finish(Scan::new(&archive)), Identity::new(archive.header(), device))
}

fn case(truth: &Truth, name: &'static str, doubt: Doubt) -> Case {
    let (scan, identity) = scanned(truth);
    let image = scan.image(id(1)).expect("declared").with_doubt(doubt);
    let disk = Disk::new(image.clone().filled(Fill::Zeros), identity);
    Case { name, id: id(1), disk, image, bytes: Some(truth.saved(doubt)) }
}

/// The ranges of the gaps of one kind, joined.
fn found(image: &Image, kind: GapKind) -> Vec<Range<usize>> {
    let of_kind = gaps(image, 0..u64::MAX).filter(|gap| gap.kind == kind);
    joined(of_kind.map(|gap| gap.start as usize..gap.end as usize))
}

const BOTH: [(&str, Doubt); 2] = [("as-it-is", Doubt::AsItIs), ("as-lost", Doubt::AsLost)];

#[test]
fn what_is_taken_as_lost_is_a_gap_a_run_and_counted() {
    let truth = Truth::new();
    let (doubted, lost) = (truth.doubted(), truth.lost());
    let mut both: Vec<_> = [doubted.clone(), lost.clone()].concat();
    both.sort_by_key(|range| range.start);
    let as_it_is = case(&truth, "kinds", Doubt::AsItIs).image;
    assert_eq!(found(&as_it_is, GapKind::InDoubt), doubted);
    assert_eq!(found(&as_it_is, GapKind::Lost), lost);
    assert_eq!(as_it_is.lost_bytes(0..u64::MAX), sum(&lost));
    let as_lost = case(&truth, "kinds", Doubt::AsLost).image;
    assert_eq!(found(&as_lost, GapKind::InDoubt), []);
    assert_eq!(found(&as_lost, GapKind::Lost), joined(both.iter().cloned()));
    assert_eq!(as_lost.lost_bytes(0..u64::MAX), sum(&both));
    // A read stops before it as before what is lost.
    let first = doubted[0].clone();
    let before = read_range(&as_lost, first.start as u64 - 100..first.end as u64);
    assert_eq!(before.as_deref(), Ok(&truth.disk[first.start - 100..first.start]));
    let behind = read_range(&as_it_is, first.start as u64..first.end as u64);
    assert_eq!(behind.as_deref(), Ok(&truth.saved(Doubt::AsItIs)[first]));
}

#[test]
fn the_figures_of_doubt_are_those_of_the_extent_that_is_hit() {
    let truth = Truth::new();
    let (scan, _) = scanned(&truth);
    let masks: Vec<u16> = truth.layout.extents[SHIFTED].clusters.iter().map(|c| c.mask).collect();
    let count = |is: fn(u16) -> bool| masks.iter().filter(|mask| is(**mask)).count() as u64;
    let expected = DoubtFigures {
        bytes: sum(&truth.doubted()),
        full: count(|mask| mask == u16::MAX),
        partial: count(|mask| mask != 0 && mask != u16::MAX),
    };
    assert!(expected.full > 0 && expected.partial > 0, "{masks:x?}");
    assert_eq!(scan.doubt_figures(id(1)), expected);
    assert_eq!(scan.doubt_figures(id(2)), DoubtFigures::default());
}

#[test]
fn a_disk_with_doubt_is_saved_both_ways_in_every_format() {
    let truth = Truth::new();
    for (name, doubt) in BOTH {
        let case = case(&truth, name, doubt);
        let expected = truth.saved(doubt);
        let raw = case.disk.file(DiskFormat::Raw).expect("fits");
        assert_any_cut_reads_the_same(&raw, &expected, 5, name);
        if !has_qemu_img() {
            continue;
        }
        let expected_file = case.raw_file();
        for format in DiskFormat::ALL.into_iter().filter(|format| *format != DiskFormat::Raw) {
            let path = write(&case.disk.file(format).expect("fits"), name, format.extension());
            assert_qemu_agrees(&case, &path, &expected_file, driver(format));
            fs::remove_file(path).expect("was written");
        }
        for format in StreamFormat::ALL {
            let path = path_of(name, format.code());
            fs::write(&path, made(&case.disk, format).expect("fits")).expect("writes");
            assert_qemu_agrees(&case, &path, &expected_file, format.extension());
            fs::remove_file(path).expect("was written");
        }
        fs::remove_file(expected_file).expect("was written");
    }
}

#[test]
fn a_qcow2_with_doubt_is_converted_back_to_the_disk() {
    if !has_qemu_img() {
        return;
    }
    let truth = Truth::new();
    let sizes = BOTH.map(|(name, doubt)| {
        let file = case(&truth, name, doubt).disk.file(DiskFormat::Qcow2).expect("fits");
        let (qcow2, raw) = (write(&file, name, "back.qcow2"), path_of(name, "back.raw"));
        let [from, to] = [&qcow2, &raw].map(|path| path.to_str().expect("UTF-8"));
        run("qemu-img", &["convert", "-f", "qcow2", "-O", "raw", from, to]);
        assert!(fs::read(&raw).expect("was written") == truth.saved(doubt), "{name}");
        for path in [qcow2, raw] {
            fs::remove_file(path).expect("was written");
        }
        file.size()
    });
    assert!(sizes[1] < sizes[0], "what is taken as lost takes no room: {sizes:?}");
}

#[test]
fn what_is_taken_as_lost_is_marked_with_what_is_lost() {
    let truth = Truth::new();
    let (scan, _) = scanned(&truth);
    let image = scan.image(id(1)).expect("declared").with_doubt(Doubt::AsLost);
    let mut expected = truth.saved(Doubt::AsLost);
    for range in truth.doubted().into_iter().chain(truth.lost()) {
        for (to, from) in expected[range].iter_mut().zip(LOST_PATTERN.iter().cycle()) {
            *to = *from;
        }
    }
    let mut bytes = vec![0; expected.len()];
    image.filled(Fill::Pattern).read_at(0, &mut bytes).expect("reads");
    assert!(bytes == expected);
}

#[test]
fn the_hash_is_that_of_the_disk_as_it_is_saved() {
    let truth = Truth::new();
    for (name, doubt) in BOTH {
        let tap = Tap::default();
        let disk = case(&truth, name, doubt).disk.tapped(tap.clone());
        let (mut stream, mut hash) = (disk.read_through(0), DiskHash::new());
        while stream.next(&mut Vec::new()).expect("reads") {
            for passed in tap.take() {
                assert!(hash.zeros_to(passed.offset, u64::MAX));
                assert!(hash.pass(passed.offset, &passed.bytes));
            }
        }
        let expected = truth.saved(doubt);
        assert!(hash.zeros_to(expected.len() as u64, u64::MAX));
        let expected = Sha256::digest(&expected);
        let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash.hex(), expected, "{name}");
    }
}

/// The lines of a map, as ranges with their status.
fn lines(map: &str) -> Vec<(Range<usize>, char)> {
    let lines = map.lines().filter(|line| !line.starts_with('#')).skip(1);
    let number = |text: &str| usize::from_str_radix(text.trim_start_matches("0x"), 16);
    let parse = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [start, length] = [0, 1].map(|word| number(words[word]).expect("in hex"));
        (start..start + length, words[2].chars().next().expect("a status"))
    };
    lines.map(parse).collect()
}

#[test]
fn the_map_says_by_sign_and_in_words_how_doubt_was_saved() {
    let truth = Truth::new();
    let (scan, _) = scanned(&truth);
    let image = scan.image(id(1)).expect("declared");
    let bytes = sum(&truth.doubted());
    let words = [
        format!("# {bytes} bytes are in doubt (?): the disk holds them as they are\n"),
        format!("# {bytes} bytes in doubt are taken as lost (-): the disk does not hold them\n"),
    ];
    for (((name, doubt), status), words) in BOTH.into_iter().zip(['?', '-']).zip(words) {
        let map = damage_map(&image, doubt).expect("something is in doubt");
        let lines = lines(&map);
        let doubted = truth.doubted().into_iter().map(|range| (range, status));
        let lost = truth.lost().into_iter().map(|range| (range, '-'));
        let mut expected: Vec<_> = doubted.chain(lost).collect();
        expected.sort_by_key(|(range, _)| range.start);
        let not_there: Vec<_> = lines.iter().filter(|(_, sign)| *sign != '+').cloned().collect();
        assert_eq!(not_there, expected, "{name}");
        let whole = joined(lines.iter().map(|(range, _)| range.clone()));
        assert_eq!(whole, core::slice::from_ref(&(0..truth.disk.len())), "{name}");
        assert!(map.contains(&words), "{name}: {map}");
        if has("ddrescuelog", &["--version"]) {
            let path = path_of(name, "map");
            fs::write(&path, &map).expect("writes");
            let said = run("ddrescuelog", &["--show-status", path.to_str().expect("UTF-8")]);
            let [untried, bad] = match doubt {
                Doubt::AsItIs => [bytes, sum(&truth.lost())],
                Doubt::AsLost => [0, bytes + sum(&truth.lost())],
            };
            assert!(said.contains(&format!("non-tried: {untried:>8} B")), "{said}");
            assert!(said.contains(&format!("bad-sector: {bad:>8} B")), "{said}");
            fs::remove_file(path).expect("was written");
        }
    }
}
