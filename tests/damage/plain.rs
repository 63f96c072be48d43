//! A reader of sound, plain archives that shares nothing with the core: straight
//! from the format's description.

use std::collections::BTreeMap;

const CLUSTER: usize = 65_536;
const BLOCK: usize = 4096;

/// The disks of an archive, by the number of their device.
pub fn disks(archive: &[u8]) -> BTreeMap<u8, Vec<u8>> {
    let mut disks = BTreeMap::new();
    for id in 1..=255_u8 {
        let at = 4096 + 32 * usize::from(id);
        let (name, size) = (be(archive, at, 4), be(archive, at + 8, 8));
        if name != 0 {
            disks.insert(id, vec![0; size as usize]);
        }
    }
    let mut at = be(archive, 56, 4) as usize;
    while at < archive.len() {
        assert!(archive[at..].starts_with(b"VMAE"), "an extent at {at:#x}");
        let mut data = at + 512;
        for slot in (at + 40..at + 512).step_by(8) {
            let (mask, id) = (be(archive, slot, 2), archive[slot + 3]);
            let cluster = be(archive, slot + 4, 4) as usize;
            for block in (0..16).filter(|block| id != 0 && mask >> block & 1 == 1) {
                let disk: &mut Vec<u8> = disks.get_mut(&id).expect("it is declared");
                let start = (cluster * CLUSTER + block * BLOCK).min(disk.len());
                let end = (start + BLOCK).min(disk.len());
                disk[start..end].copy_from_slice(&archive[data..data + end - start]);
                data += BLOCK;
            }
        }
        at = data;
    }
    disks
}

fn be(bytes: &[u8], at: usize, count: usize) -> u64 {
    bytes[at..at + count].iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}
