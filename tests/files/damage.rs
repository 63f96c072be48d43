//! Which files are hit, held against what `debugfs` says of each block of ext4, and, of any
//! file system, against where the bytes of each file stand in the image.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::rc::Rc;

use vma_inspector::file_system::FaultKind;
use vma_inspector::files::{Counts, Damage, Damaged, Hurt, Step, Volume};
use vma_inspector::source::{Gap, GapKind, ReadAt};

use crate::made::Made;
use crate::sample::{Sample, bytes};
use crate::spoilt::Spoilt;
use crate::volumes::waiting;
use crate::whole_disk::{START, archived, disk_with, scanned};

/// All that a walk tells, by path, and what it counts.
pub fn walk(volume: &Volume) -> (BTreeMap<String, Damaged>, Counts) {
    let mut damage = Damage::new(volume.system().root());
    let mut told = BTreeMap::new();
    for _ in 0..1_000_000 {
        let step = damage.step(volume).expect("it can be read");
        for one in damage.take() {
            let names: Vec<_> =
                one.path.iter().map(|name| String::from_utf8_lossy(&name.0)).collect();
            let path = names.join("/");
            assert!(told.insert(path.clone(), one).is_none(), "{path} is told twice");
        }
        match step {
            Step::Wanting => while !volume.fetch(1 << 20).expect("reads") {},
            Step::GoesOn => {}
            Step::Done => {
                assert_eq!(damage.counts().hit, told.len() as u64);
                assert!(!damage.is_cut());
                return (told, damage.counts());
            }
        }
    }
    panic!("the walk has no end");
}

/// The disk of a partition, with gaps in that.
pub fn with_gaps(disk: Rc<dyn ReadAt>, gaps: &[Range<u64>], kind: GapKind) -> Rc<dyn ReadAt> {
    let mut spoilt = Spoilt::new(disk);
    let at = |gap: &Range<u64>| Gap { start: START + gap.start, end: START + gap.end, kind };
    spoilt.gaps = gaps.iter().map(at).collect();
    spoilt.gaps.sort_by_key(|gap| gap.start);
    Rc::new(spoilt)
}

/// The columns of what a command of debugfs lists, without its head.
fn asked(made: &Made, command: &str) -> Vec<(u64, String)> {
    let told = made.output(&format!("debugfs -R '{command}' $F 2>/dev/null"));
    let told = String::from_utf8(told).expect("UTF-8");
    let pairs = told.lines().skip(1).filter_map(|line| line.split_once('\t'));
    pairs.map(|(one, other)| (one.parse().expect("a number"), other.to_owned())).collect()
}

/// Bytes that each path has in blocks of 4 KiB, as debugfs tells from the other side: of a
/// block whose it is, and of an inode all its names.
fn hit_as_debugfs_says(made: &Made, blocks: &[u64]) -> BTreeMap<String, u64> {
    let list: Vec<_> = blocks.iter().map(u64::to_string).collect();
    let owners = asked(made, &format!("icheck {}", list.join(" ")));
    let mut by_inode: BTreeMap<u64, u64> = BTreeMap::new();
    for (_, inode) in &owners {
        // What no file uses is called `<block not found>`.
        if let Ok(inode) = inode.parse() {
            *by_inode.entry(inode).or_default() += 4096;
        }
    }
    let inodes: Vec<_> = by_inode.keys().map(u64::to_string).collect();
    let names = asked(made, &format!("ncheck {}", inodes.join(" ")));
    let path = |name: String| name.trim_start_matches('/').to_owned();
    names.into_iter().map(|(inode, name)| (path(name), by_inode[&inode])).collect()
}

fn blocks_of(made: &Made, path: &str) -> Vec<u64> {
    let told = made.output(&format!("debugfs -R 'blocks \"/{path}\"' $F 2>/dev/null"));
    let told = String::from_utf8(told).expect("UTF-8");
    told.split_whitespace().map(|block| block.parse().expect("a block")).collect()
}

#[test]
fn the_files_that_debugfs_names_for_lost_blocks_of_ext4_are_those_that_are_hit() {
    let made = Made::new("damage-ext4", 60);
    Sample { links: true, holes: true, many: 300, devices: false }.fill(&made.source);
    made.run("mke2fs -q -F -t ext4 -b 4096 -d $S $F");
    let mut blocks = vec![blocks_of(&made, "size-4097")[1], blocks_of(&made, "deep-0/here")[0]];
    blocks.extend(&blocks_of(&made, "size-1500000")[17..40]);
    blocks.extend(&blocks_of(&made, "some holes")[2..7]);
    let used = hit_as_debugfs_says(&made, &blocks);
    // Four that no file uses, in the last group.
    blocks.extend(14_000..14_004);
    assert_eq!(hit_as_debugfs_says(&made, &blocks), used);
    // Both names of one file are.
    assert!(used.contains_key("size-4097") && used.contains_key("empty/again"), "{used:?}");
    assert_eq!(used.len(), 5);
    let gaps: Vec<_> = blocks.iter().map(|block| block * 4096..(block + 1) * 4096).collect();
    for (kind, is_packed) in
        [(GapKind::Lost, false), (GapKind::InDoubt, false), (GapKind::Lost, true)]
    {
        let disk = scanned(archived(disk_with(&made), &made, is_packed));
        let system = waiting(with_gaps(disk, &gaps, kind));
        let (told, counts) = walk(&system.volume);
        let within = |path: &str, hit: u64| {
            // The last block of a file is used in part.
            let size = fs::metadata(made.source.join(path)).expect("it is there").len();
            let last = blocks_of(&made, path).last().copied().expect("a block");
            let unused = size.next_multiple_of(4096) - size;
            hit - if blocks.contains(&last) { unused } else { 0 }
        };
        let expected: BTreeMap<_, _> = used
            .iter()
            .map(|(path, hit)| {
                let hit = within(path, *hit);
                let is_lost = kind == GapKind::Lost;
                let (lost, in_doubt) = if is_lost { (hit, 0) } else { (0, hit) };
                (path.clone(), Hurt { lost, in_doubt, unknown: 0 })
            })
            .collect();
        let found: BTreeMap<_, _> =
            told.iter().map(|(path, one)| (path.clone(), one.hit)).collect();
        assert_eq!(found, expected);
        assert!(told.values().all(|one| one.fault.is_none()));
        let folders = made.output("find $S -mindepth 1 -type d | wc -l; find $S ! -type d | wc -l");
        let folders: Vec<u64> = String::from_utf8_lossy(&folders)
            .split_whitespace()
            .map(|count| count.parse().expect("a number"))
            .collect();
        // The root and `lost+found` beside.
        assert_eq!((counts.folders, counts.things), (folders[0] + 2, folders[1]));
        assert_eq!((counts.cut, counts.untold), (0, 0));
    }
}

#[test]
fn a_folder_whose_list_is_lost_is_told_and_what_it_names_is_not_made_up() {
    let made = Made::new("damage-folder", 60);
    Sample { links: true, holes: true, many: 300, devices: false }.fill(&made.source);
    made.run("mke2fs -q -F -t ext4 -b 4096 -d $S $F");
    let of_many = blocks_of(&made, "many");
    let of_one = blocks_of(&made, "many/entry number 000049")[0];
    let gaps = [of_many[1] * 4096..(of_many[1] + 1) * 4096, of_one * 4096..of_one * 4096 + 10];
    let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
    let system = waiting(with_gaps(disk, &gaps, GapKind::Lost));
    let (told, counts) = walk(&system.volume);
    let fault = told["many"].fault.as_ref().expect("its list is not whole");
    assert_eq!((&fault.kind, counts.cut), (&FaultKind::Lost, 1));
    for (path, one) in told.iter().filter(|(path, _)| path.as_str() != "many") {
        assert_eq!((path.as_str(), one.hit.lost), ("many/entry number 000049", 10));
    }
}

/// A number out of what `dumpe2fs` says.
fn number_in(made: &Made, pattern: &str) -> u64 {
    let told =
        made.output(&format!("dumpe2fs $F 2>/dev/null | sed -n 's/{pattern}/\\1/p' | head -1"));
    String::from_utf8_lossy(&told).trim().parse().expect("a number")
}

#[test]
fn what_has_its_inode_in_a_gap_is_told_and_what_is_below_such_a_folder_is_not_made_up() {
    let made = Made::new("damage-inodes", 60);
    Sample { links: true, holes: true, many: 300, devices: false }.fill(&made.source);
    made.run("mke2fs -q -F -t ext4 -b 4096 -d $S $F");
    let first = number_in(&made, "^ *Inode table at \\([0-9]*\\)-.*");
    let in_block = 4096 / number_in(&made, "^Inode size:[^0-9]*\\([0-9]*\\)");
    let mut below = 0;
    for block in 1..7 {
        let numbers: Vec<_> = (block * in_block + 1..=(block + 1) * in_block)
            .map(|number| number.to_string())
            .collect();
        let all: BTreeSet<_> = asked(&made, &format!("ncheck {}", numbers.join(" ")))
            .into_iter()
            .map(|(_, path)| path.trim_start_matches('/').to_owned())
            .collect();
        let is_below =
            |path: &str| path.match_indices('/').any(|(at, _)| all.contains(&path[..at]));
        let expected: BTreeSet<_> = all.iter().filter(|path| !is_below(path)).cloned().collect();
        below += all.len() - expected.len();
        assert!(!expected.is_empty());
        let gap = (first + block) * 4096..(first + block + 1) * 4096;
        let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
        let system = waiting(with_gaps(disk, &[gap], GapKind::Lost));
        let (told, _) = walk(&system.volume);
        assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), expected);
        for (path, one) in told {
            assert_eq!(one.fault.map(|fault| fault.kind), Some(FaultKind::Lost), "{path}");
        }
    }
    assert!(below > 0);
}

/// Files of bytes that stand nowhere else, in a folder.
const FILES: [(&str, u64, usize); 4] =
    [("first", 91, 70_000), ("second", 92, 400_000), ("third", 93, 5000), ("fourth", 94, 130_000)];

fn images() -> Vec<(&'static str, Made)> {
    let made = |name: &'static str, mib, command: &str| {
        let made = Made::new(&format!("damage-{name}"), mib);
        for (name, seed, count) in FILES {
            fs::write(made.source.join(name), bytes(seed, count)).expect("written");
        }
        made.run(command);
        (name, made)
    };
    let mtools = "MTOOLS_SKIP_CHECK=1 mcopy -i $F $S/first $S/second $S/third $S/fourth ::/";
    let proto = "printf '/nothing\\n0 0\\nd--755 0 0\\nfirst ---644 0 0 source/first\\n\
                 second ---644 0 0 source/second\\nthird ---644 0 0 source/third\\n\
                 fourth ---644 0 0 source/fourth\\n$\\n' > proto; mkfs.xfs -q -f -p proto $F";
    vec![
        made("fat16", 32, &format!("mkfs.fat -F 16 $F; {mtools}")),
        made("fat32", 64, &format!("mkfs.fat -F 32 -s 1 $F; {mtools}")),
        made("ext2", 16, "mke2fs -q -F -t ext2 -b 1024 -d $S $F"),
        made("xfs", 300, proto),
        made(
            "ntfs",
            16,
            "mkntfs -F -q -Q $F; for f in first second third fourth; do \
             ntfscp -q $F $S/$f $f; done",
        ),
        made("btrfs", 300, "mkfs.btrfs -q --rootdir $S -m single -d single $F"),
        made("btrfs-dup", 300, "mkfs.btrfs -q --rootdir $S -m dup -d dup $F"),
        made("iso", 1, "xorriso -as mkisofs -quiet -R -o $F $S"),
    ]
}

/// Where the 512 bytes of a file from each multiple of that on stand in an image.
pub fn sectors(image: &[u8], contents: &[u8]) -> Vec<Vec<u64>> {
    let mut known: BTreeMap<&[u8], Vec<u64>> = BTreeMap::new();
    for (index, sector) in image.chunks_exact(512).enumerate() {
        known.entry(sector).or_default().push(index as u64 * 512);
    }
    let found = |sector| known.get(sector).cloned().unwrap_or_default();
    contents.chunks_exact(512).map(found).collect()
}

#[test]
fn of_every_file_system_those_files_are_hit_whose_bytes_stand_in_a_gap() {
    for (name, made) in images() {
        eprintln!("{name}");
        let image = fs::read(&made.path).expect("it is there");
        let files = FILES.map(|(path, seed, count)| (path, sectors(&image, &bytes(seed, count))));
        let is_dup = name == "btrfs-dup";
        assert!(files.iter().all(|(_, places)| {
            places.iter().all(|place| place.len() == if is_dup { 2 } else { 1 })
        }));
        // From the last sectors of one file on.
        let (_, second) = &files[1];
        let (_, fourth) = &files[3];
        let mut gaps = vec![];
        for copy in 0..=usize::from(is_dup) {
            let start = second[second.len() - 4][copy];
            gaps.extend([start..start + 4096, fourth[20][copy]..fourth[20][copy] + 512]);
        }
        let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
        let in_gaps = |place: u64| gaps.iter().any(|gap| gap.contains(&place));
        let system = waiting(with_gaps(Rc::clone(&disk), &gaps, GapKind::Lost));
        let (told, counts) = walk(&system.volume);
        for (path, places) in &files {
            let expected = places.iter().filter(|place| in_gaps(place[0])).count() as u64 * 512;
            let found = told.get(*path).map_or(0, |one| one.hit.lost);
            // Less than a sector at its end is not found in the image.
            assert!((expected..expected + 512).contains(&found), "{name} {path}: {found}");
        }
        assert!(told["second"].hit.lost >= 2048 && told["fourth"].hit.lost >= 512, "{told:?}");
        assert_eq!((counts.cut, counts.untold), (0, 0), "{name}");
        if is_dup {
            let gaps = &gaps[..2];
            let (told, _) = walk(&waiting(with_gaps(disk, gaps, GapKind::Lost)).volume);
            assert!(told.is_empty(), "the other copy is there: {:?}", told.keys());
        }
    }
}

#[test]
fn nothing_is_looked_at_where_no_byte_is_lost() {
    let made = Made::new("damage-none", 16);
    made.run("echo whole > $S/whole; mke2fs -q -F -t ext4 -d $S $F");
    let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
    let system = waiting(disk);
    let (told, counts) = walk(&system.volume);
    assert!(told.is_empty());
    assert_eq!(counts, Counts::default());
}
