//! ext2, ext3 and ext4 of which something is lost, changed, or not read.

use std::collections::BTreeMap;

use crate::damaged::{assert_bounded, unsealed};
use crate::made::{Made, opened};
use crate::reads::{counts, fill};
use crate::sample::{Sample, bytes};
use crate::spoilt::Spoilt;
use crate::tree::{entries, hash_of, of_file_system};
use crate::truth::{at, image};
use vma_inspector::file_system::{FaultKind, FileSystem, FileType, NodeId, Note, Stream};
use vma_inspector::source::GapKind;

fn sample(name: &str, options: &str) -> Made {
    let made = Made::new(name, 16);
    Sample { many: 150, ..Sample::UNIX }.fill(&made.source);
    std::fs::remove_file(made.source.join("some holes")).expect("it was made");
    made.run(&format!("mke2fs -q -F {options} -d $S $F"));
    made
}

/// What `debugfs` says that blocks belong to.
fn owners(made: &Made, blocks: &[u64]) -> BTreeMap<u64, u64> {
    let list: Vec<String> = blocks.iter().map(u64::to_string).collect();
    let text = made.output(&format!("debugfs -R 'icheck {}' $F", list.join(" ")));
    let text = String::from_utf8(text).expect("UTF-8");
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    pairs.filter_map(|(block, inode)| Some((block.parse().ok()?, inode.parse().ok()?))).collect()
}

/// Reads everything below a directory: what faults there are, by inode.
fn faults(system: &dyn FileSystem, files: &BTreeMap<NodeId, FileType>) -> BTreeMap<u64, FaultKind> {
    let mut faults = BTreeMap::new();
    for (&id, file_type) in files {
        let read = match file_type {
            FileType::File => hash_of(system, id, Stream::Contents).map(|_| ()),
            FileType::Link => system.read_link(id).map(|_| ()),
            FileType::Directory => entries(system, id).map(|_| ()),
            _ => Ok(()),
        };
        let read = read.and_then(|()| system.extended_attributes(id).map(|_| ()));
        if let Err(fault) = read {
            faults.insert(id.0, fault.kind);
        }
    }
    faults
}

/// Everything that is named, by its inode.
fn everything(system: &dyn FileSystem) -> BTreeMap<NodeId, FileType> {
    let mut all = BTreeMap::from([(system.root(), FileType::Directory)]);
    let mut folders = vec![system.root()];
    while let Some(folder) = folders.pop() {
        for entry in entries(system, folder).expect("a list").0 {
            let kind = system.node(entry.id).expect("a node").file_type;
            if kind == FileType::Directory {
                folders.push(entry.id);
            }
            all.insert(entry.id, kind);
        }
    }
    all
}

#[test]
fn a_lost_block_is_told_of_just_what_it_belongs_to() {
    let cases = [
        ("lost-ext4", "-t ext4 -b 1024", 1024),
        ("lost-ext2", "-t ext2 -b 1024", 1024),
        ("lost-ext3", "-t ext3 -b 4096 -I 128", 4096),
    ];
    let kinds = [
        (GapKind::Lost, FaultKind::Lost),
        (GapKind::InDoubt, FaultKind::InDoubt),
        (GapKind::NotYetKnown, FaultKind::NotYetKnown),
    ];
    for (name, options, size) in cases {
        let made = sample(name, options);
        let disk = made.disk();
        let system = opened(&disk).expect("it opens");
        let files = everything(&*system);
        let blocks: Vec<u64> =
            (20..16 << 20 >> 10).step_by(29).filter(|at| at * size < 16 << 20).collect();
        let (owners, mut hit) = (owners(&made, &blocks), 0);
        for (index, (block, owner)) in owners.iter().enumerate() {
            let (gap, kind) = &kinds[index % 3];
            let middle = block * size + size / 2;
            let spoilt = Spoilt::with_gap(&disk, middle..middle + 1, *gap);
            let system = opened(&spoilt).expect("it opens");
            let found = faults(&*system, &files);
            // The journal's blocks and those kept for growth are no one's who is named; and a
            // hole or a block's rest may be not read.
            let is_named = files.contains_key(&NodeId(*owner));
            let expected: Vec<_> = is_named.then_some((*owner, kind.clone())).into_iter().collect();
            let found: Vec<_> = found.into_iter().collect();
            if found != expected {
                let node = system.node(NodeId(*owner)).expect("a node");
                let last = node.size % size;
                assert!(
                    found.is_empty() && last > 0 && last <= size / 2,
                    "{name}, {block}: {found:?}, {expected:?}"
                );
            }
            hit += usize::from(is_named);
        }
        eprintln!("{name}: {hit} of {}", owners.len());
        assert!(hit > 15, "{name}: {hit}");
    }
}

#[test]
fn other_copies_stand_in_for_lost_group_descriptors() {
    for (name, options, block, size) in [
        ("copies", "-t ext4 -b 1024 -g 1024", 2, 1024),
        ("copies-old", "-t ext2 -b 1024 -g 1024", 2, 1024),
        ("copies-meta", "-t ext4 -b 1024 -g 256 -O meta_bg,^resize_inode", 2, 1024),
        ("copies-two", "-t ext4 -b 1024 -g 1024 -O sparse_super2,^resize_inode", 2, 1024),
    ] {
        let made = sample(name, options);
        let disk = made.disk();
        let expected = of_file_system(&*opened(&disk).expect("it opens"));
        let lost = block * size..block * size + size;
        let spoilt = Spoilt::with_gap(&disk, lost, GapKind::Lost);
        assert_eq!(of_file_system(&*opened(&spoilt).expect("it opens")), expected, "{name}");
        if name != "copies-old" {
            let spoilt = Spoilt::with_bytes(&disk, block * size + 8, &[0x77, 0x77]);
            assert_eq!(of_file_system(&*opened(&spoilt).expect("it opens")), expected, "{name}");
        }
    }
}

#[test]
fn a_changed_byte_of_checked_metadata_is_told() {
    let made = sample("checked", "-t ext4 -b 1024");
    let disk = made.disk();
    let system = opened(&disk).expect("it opens");
    let id = at(&*system, "size-61");
    let place = String::from_utf8(made.output(&format!("debugfs -R 'imap <{}>' $F", id.0)));
    let place = place.expect("UTF-8");
    let numbers: Vec<u64> = place
        .split(|letter: char| !letter.is_ascii_hexdigit() && letter != 'x')
        .filter_map(|word| match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        })
        .collect();
    // "Inode … is part of block group … located at block …, offset 0x…".
    let [.., block, offset] = numbers[..] else { panic!("{place}") };
    let inode = block * 1024 + offset;
    for into in 0..256 {
        let mut byte = [0];
        disk.read_at(inode + into, &mut byte).expect("it is read");
        let spoilt = Spoilt::with_bytes(&disk, inode + into, &[!byte[0]]);
        let fault = opened(&spoilt).expect("it opens").node(id).expect_err("it was changed");
        assert_eq!(fault.kind, FaultKind::Corrupt, "{into}");
    }
    // Of a folder's block, all that stands in it is left out, and that is told.
    let folder = at(&*system, "many");
    let whole = entries(&*system, folder).expect("a list").0.len();
    let text = made.output("debugfs -R 'bmap many 1' $F");
    let block: u64 = String::from_utf8(text).expect("UTF-8").trim().parse().expect("a number");
    let spoilt = Spoilt::with_bytes(&disk, block * 1024 + 500, &[1, 2, 3]);
    let (rest, left_out) = entries(&*opened(&spoilt).expect("it opens"), folder).expect("a list");
    assert!(left_out == 1 && rest.len() < whole && rest.len() > whole / 2, "{}", rest.len());
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let made = Made::new("refused", 8);
    for (feature, name) in [
        ("0x243", "compression"),
        ("0x1242", "dirdata"),
        ("0x80000242", "features 0x80000000"),
        ("0x40242", "features 0x40000"),
    ] {
        made.run("rm -f $F; truncate -s 8M $F; mke2fs -q -F -t ext4 -O ^metadata_csum,^64bit $F");
        made.run(&format!("debugfs -w -R 'ssv feature_incompat {feature}' $F"));
        let fault = opened(&made.disk()).err().expect("it is refused");
        assert_eq!((fault.kind, fault.about.as_str()), (FaultKind::Unsupported, name));
    }
    std::fs::create_dir(made.source.join("folder")).expect("a folder");
    std::fs::write(made.source.join("file"), bytes(3, 9000)).expect("written");
    std::os::unix::fs::symlink("target", made.source.join("link")).expect("a link");
    made.run(
        "rm -f $F; truncate -s 8M $F; mke2fs -q -F -t ext4 -O encrypt -d $S $F; \
         debugfs -w -R 'sif folder flags 0x80800' $F; debugfs -w -R 'sif file flags 0x80800' $F; \
         debugfs -w -R 'sif link flags 0x800' $F",
    );
    let system = made.open();
    let refused = |fault: vma_inspector::file_system::Fault| {
        assert_eq!(fault.kind, FaultKind::Unsupported, "{fault}");
        assert!(fault.about.contains("encrypt"), "{fault}");
    };
    refused(entries(&*system, at(&*system, "folder")).expect_err("encrypted"));
    refused(hash_of(&*system, at(&*system, "file"), Stream::Contents).expect_err("encrypted"));
    refused(system.read_link(at(&*system, "link")).expect_err("encrypted"));
    assert_eq!(system.node(at(&*system, "file")).expect("a node").size, 9000);
}

#[test]
fn a_state_is_noted() {
    let made = sample("state", "-t ext2");
    assert_eq!(made.open().notes(), []);
    made.run("debugfs -w -R 'ssv state 0' $F");
    assert_eq!(made.open().notes(), [Note::InUse]);
    made.run("debugfs -w -R 'ssv state 3' $F");
    assert_eq!(made.open().notes(), [Note::MarkedBroken]);
}

#[test]
fn a_folder_whose_inodes_are_in_forty_groups_takes_few_reads() {
    for (name, options, listed_max, read_max) in [
        // 48 groups of 80 inodes each.
        ("ext4-groups", "-t ext4 -b 1024 -g 2048 -N 3840 -O ^flex_bg", 64, 3000),
        ("ext4-plain", "-t ext4 -b 4096", 64, 1200),
        ("ext4-inline", "-t ext4 -b 4096 -O inline_data", 64, 16),
    ] {
        let made = fill(name, 96);
        made.run(&format!("mke2fs -q -F {options} -d $S $F"));
        let [listed, read, bytes] = counts(&made);
        eprintln!("{name}: {listed} and {read} reads, {bytes} bytes");
        assert!(listed <= listed_max && read <= read_max, "{name}: {listed}, {read}");
        assert!(bytes <= 32 << 20, "{name}: {bytes} bytes");
    }
}

#[test]
fn a_changed_file_system_ends_in_few_reads() {
    for name in ["ext4-linux", "ext4-inline-linux", "ext4-journal-data", "ext3-journal-data"] {
        assert_bounded(name, &image(name), unsealed);
    }
    for (name, options) in [
        ("changed-ext2", "-t ext2 -b 1024"),
        ("changed-ext4", "-t ext4 -b 1024 -O ^metadata_csum,inline_data -I 512"),
    ] {
        assert_bounded(name, &sample(name, options), unsealed);
    }
}
