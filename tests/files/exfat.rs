//! ExFAT by exfatprogs and exfat-fuse; see `make/exfat.sh`.

use crate::fat::known_to_fat;
use crate::made::opened;
use crate::spoilt::Spoilt;
use crate::tree::{assert_same, of_file_system};
use crate::truth::{at, image, truth};
use vma_inspector::file_system::{FaultKind, Stream};

#[test]
fn every_file_of_each_size_of_cluster_is_read() {
    for name in ["exfat-512", "exfat-4096", "exfat-32m"] {
        let made = image(name);
        let expected = known_to_fat(truth(name).0);
        eprintln!("{name}");
        assert_same(&expected, &of_file_system(&*made.open()));
    }
}

#[test]
fn what_is_in_pieces_is_whole_and_what_is_not_needs_no_table() {
    let made = image("exfat-512");
    let system = made.open();
    let pieces =
        system.places(at(&*system, "one"), Stream::Contents, 0..u64::MAX).expect("places").pieces;
    assert!(pieces.len() > 5, "{pieces:?}");
    let pieces =
        system.places(at(&*system, "whole"), Stream::Contents, 0..u64::MAX).expect("places").pieces;
    assert_eq!(pieces.len(), 1);
}

/// The set of entries of the file `name` in the first directories of the image.
pub fn set_of(disk: &[u8], name: &str) -> (usize, usize) {
    let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let slots = (0..disk.len() - 96).step_by(32);
    let mut found = slots.filter(|&at| {
        disk[at] == 0x85
            && disk[at + 32] == 0xc0
            && usize::from(disk[at + 35]) == name.len()
            && disk[at + 66..].starts_with(&letters)
    });
    let at = found.next().expect("it is there");
    (at, 32 * (1 + usize::from(disk[at + 1])))
}

/// Section 6.3.3 of the specification.
fn seal(set: &mut [u8]) {
    let mut sum = 0_u16;
    for (_, byte) in set.iter().enumerate().filter(|(at, _)| !matches!(at, 2 | 3)) {
        sum = sum.rotate_right(1).wrapping_add(u16::from(*byte));
    }
    set[2..4].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn behind_what_was_written_are_zeros_and_a_wrong_checksum_is_corrupt() {
    let made = image("exfat-512");
    let mut disk = std::fs::read(&made.path).expect("it is there");
    let before = std::rc::Rc::new(disk.clone());
    let (start, length) = set_of(&disk, "whole");
    let size = u64::from_le_bytes(disk[start + 56..start + 64].try_into().expect("eight"));
    // Section 7.6.5: of the bytes, only 10,001 count.
    disk[start + 40..start + 48].copy_from_slice(&10_001_u64.to_le_bytes());
    let unsealed = disk.clone();
    seal(&mut disk[start..start + length]);
    std::fs::write(&made.path, &disk).expect("written");
    made.run("fsck.exfat -n $F");
    let read = |disk: Vec<u8>| {
        let system = opened(&Spoilt::of(std::rc::Rc::new(disk))).expect("it opens");
        let mut bytes = vec![0xaa; size as usize + 1];
        let count = system.read_at(at(&*system, "whole"), Stream::Contents, 0, &mut bytes)?;
        assert_eq!(count as u64, size);
        bytes.truncate(count);
        Ok(bytes)
    };
    let mut expected = read(before.to_vec()).expect("it is read");
    expected[10_001..].fill(0);
    assert!(read(disk).expect("it is read") == expected);
    let fault: Result<_, vma_inspector::file_system::Fault> = read(unsealed);
    assert_eq!(fault.expect_err("a wrong checksum").kind, FaultKind::Corrupt);
}
