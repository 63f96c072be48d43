//! Thin volumes of LVM, as Linux's device mapper made and read them (`make/volumes.sh`).

use std::fs;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use vma_inspector::disk_contents::{Joined, describe_all, locate};
use vma_inspector::file_system::{FileSystem, open};
use vma_inspector::source::{GapKind, ReadAt, read_range};

use crate::joined::truth;
use crate::seals::crc32c_from;
use crate::spoilt::Spoilt;
use crate::tree::of_file_system;
use crate::truth::image;

type Disk = Rc<dyn ReadAt>;

/// Bytes of a block of a pool's metadata, and what its checksums are turned over by.
const BLOCK: usize = 4096;
const SUPERBLOCK: u32 = 160_774;
const NODE: u32 = 121_107;

fn disk() -> Vec<u8> {
    fs::read(&image("lvm-thin").path).expect("it was unpacked")
}

/// The volume of that name, and what is said of it.
fn named(disk: &Disk, name: &str) -> (Joined, Option<Disk>) {
    let all = describe_all(std::slice::from_ref(disk)).expect("memory");
    let volumes = &all[0].areas[0].volumes;
    let number = volumes
        .iter()
        .position(|volume| volume.joined.as_ref().is_some_and(|joined| joined.name == name));
    let number = number.unwrap_or_else(|| panic!("{name} is listed"));
    let found = locate(std::slice::from_ref(disk), 0, Some(number)).expect("memory");
    let joined = volumes[number].joined.clone().expect("it is put together");
    assert_eq!(joined.refusal.is_none(), found.is_some());
    (joined, found.map(|located| located.source))
}

fn refusal(disk: &Disk, name: &str) -> (&'static str, String) {
    let refusal = named(disk, name).0.refusal.expect("it is refused");
    (refusal.code(), refusal.about())
}

/// Bytes of a source, and their SHA-256.
fn sum(source: &dyn ReadAt) -> (u64, String) {
    let size = source.size().expect("known");
    let (mut hash, mut at, mut piece) = (Sha256::new(), 0, vec![0xaa; 3 << 20]);
    while at < size {
        let count = source.read_at(at, &mut piece).expect("memory");
        assert!(count > 0, "it ends at {at}");
        hash.update(&piece[..count]);
        at += count as u64;
    }
    (size, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[test]
fn thin_volumes_are_what_the_device_mapper_reads() {
    let disk: Disk = Rc::new(disk());
    let truth = truth("lvm-thin");
    assert_eq!(truth.len(), 4);
    for (name, expected) in &truth {
        let (joined, source) = named(&disk, name);
        assert_eq!((joined.kind.as_str(), joined.disks.as_slice()), ("thin", &[0][..]), "{name}");
        assert_eq!(&sum(&*source.expect("it is read")), expected, "{name}");
    }
    // What a snapshot keeps is what was there before.
    assert_ne!(truth["root"], truth["before"]);
    let (_, before) = named(&disk, "before");
    let before = before.expect("it is read");
    let kind = vma_inspector::file_system::identify(&*before).expect("memory").volume;
    let system = open(&before, kind.expect("ext4").kind).expect("it opens");
    let files = of_file_system(&*system as &dyn FileSystem);
    assert_eq!(files[b"name".as_slice()].size, Some("spread\n".len() as u64));
}

#[test]
fn what_is_not_read_of_a_pool_is_refused_by_its_name() {
    let disk: Disk = Rc::new(disk());
    assert_eq!(refusal(&disk, "pool"), ("kind", "thin-pool".to_owned()));
    // What it lacks is read from a volume outside the pool.
    assert_eq!(refusal(&disk, "over"), ("kind", "thin".to_owned()));
}

/// Where the metadata start on the disk.
fn metadata(disk: &[u8]) -> usize {
    let magic = 27_022_010_u64.to_le_bytes();
    let mut starts = (0..disk.len()).step_by(BLOCK).filter(|at| disk[at + 32..at + 40] == magic);
    let at = starts.next().expect("there are some");
    assert!(starts.next().is_none(), "once");
    at
}

/// Numbers of blocks of metadata that are nodes of trees.
fn nodes(disk: &[u8]) -> Vec<usize> {
    let at = metadata(disk);
    let is_node = |number: &usize| {
        let block = &disk[at + number * BLOCK..][..BLOCK];
        let value = u32::from_le_bytes(block[24..28].try_into().expect("four"));
        let own = u64::from_le_bytes(block[8..16].try_into().expect("eight"));
        matches!(block[4], 1 | 2) && matches!(value, 8 | 24) && own == *number as u64
    };
    (1..512).filter(is_node).collect()
}

/// The disk with other bytes in a block of metadata, and with a checksum that agrees.
fn sealed(disk: &Disk, at: usize, number: usize, change: impl FnOnce(&mut [u8])) -> Disk {
    let at = (at + number * BLOCK) as u64;
    let mut block = read_range(&**disk, at..at + BLOCK as u64).expect("memory");
    change(&mut block);
    let salt = if number == 0 { SUPERBLOCK } else { NODE };
    let sum = crc32c_from(u32::MAX, &block[4..]) ^ salt;
    block[..4].copy_from_slice(&sum.to_le_bytes());
    Spoilt::with_bytes(disk, at, &block)
}

/// That each volume is as it was, or is refused; how many are refused.
fn refused(disk: &Disk, sound: &[(&str, Vec<u8>)]) -> usize {
    let is_refused = |(name, bytes): &&(&str, Vec<u8>)| {
        let (joined, source) = named(disk, name);
        let Some(source) = source else {
            assert_eq!(joined.refusal.expect("why").code(), "corrupt");
            return true;
        };
        let read = read_range(&*source, 0..source.size().expect("known")).expect("memory");
        assert!(read == *bytes, "{name}");
        false
    };
    sound.iter().filter(is_refused).count()
}

/// Two volumes as they are.
fn sound(disk: &Disk) -> Vec<(&'static str, Vec<u8>)> {
    let volume = |name| {
        let source = named(disk, name).1.expect("it is read");
        let range = 0..source.size().expect("known");
        (name, read_range(&*source, range).expect("memory"))
    };
    ["root", "empty"].map(volume).into()
}

#[test]
fn a_changed_byte_of_metadata_makes_no_other_volume() {
    let bytes = disk();
    let (at, all) = (metadata(&bytes), [&[0][..], &nodes(&bytes)].concat());
    let disk: Disk = Rc::new(bytes.clone());
    let sound = sound(&disk);
    assert!(all.len() > 5, "{all:?}");
    let mut count = 0;
    for number in &all {
        for place in [0, 9, 40, 4090].map(|place| at + number * BLOCK + place) {
            let changed = Spoilt::with_bytes(&disk, place as u64, &[bytes[place] ^ 0x10]);
            count += refused(&changed, &sound);
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn metadata_that_are_sealed_and_make_no_sense_are_refused() {
    let bytes = disk();
    let (at, all) = (metadata(&bytes), nodes(&bytes));
    let disk: Disk = Rc::new(bytes);
    let sound = sound(&disk);
    // A node below itself, with a count of another, in another order, out of the pool.
    let changes: [fn(&mut [u8]); 5] = [
        |block| block[4] = 1,
        |block| block[16] ^= 1,
        |block| block[32..40].copy_from_slice(&u64::MAX.to_le_bytes()),
        |block| {
            let room = u32::from_le_bytes(block[20..24].try_into().expect("four")) as usize;
            block[32 + room * 8..40 + room * 8].copy_from_slice(&u64::MAX.to_le_bytes());
        },
        |block| block[20..24].copy_from_slice(&u32::MAX.to_le_bytes()),
    ];
    for change in changes {
        let changed = all.iter().map(|&number| sealed(&disk, at, number, change));
        let counts: Vec<_> = changed.map(|disk| refused(&disk, &sound)).collect();
        assert!(counts.iter().any(|&count| count > 0), "{counts:?}");
    }
    // Of the superblock: the last change, bytes of a chunk, a version that is not known.
    for (place, to) in [(48, 99), (336, 64), (40, 3)] {
        let changed = sealed(&disk, at, 0, |block| block[place] = to);
        assert_eq!(refused(&changed, &sound), sound.len(), "{place}");
    }
    // What the kernel itself wants to be checked.
    let changed = sealed(&disk, at, 0, |block| block[4] = 1);
    assert_eq!(refusal(&changed, "root"), ("kind", "thin".to_owned()));
}

#[test]
fn what_of_a_pool_is_lost_is_no_zeros() {
    let bytes = disk();
    let at = metadata(&bytes) as u64;
    let root = nodes(&bytes)[0] as u64;
    let below: Disk = Rc::new(bytes);
    let gap = || at + root * BLOCK as u64..at + 512 * BLOCK as u64;
    for kind in [GapKind::Lost, GapKind::InDoubt] {
        let disk: Disk = Rc::new(Spoilt::with_gap(&below, gap(), kind));
        assert_eq!(refusal(&disk, "root"), ("corrupt", String::new()));
    }
    // What is not known yet may be had by another look.
    let disk: Disk = Rc::new(Spoilt::with_gap(&below, gap(), GapKind::NotYetKnown));
    assert_eq!(refusal(&disk, "root"), ("not-yet-known", String::new()));
    let all = describe_all(&[disk]).expect("memory");
    assert!(!all[0].is_complete());
}
