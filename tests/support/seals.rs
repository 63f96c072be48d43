//! Checksums of file systems that are made right again after a change: each takes
//! 4 KiB and where they are, and adds what has to stand where.

/// The state of CRC-32C behind `bytes`, from another one on.
pub fn crc32c_from(state: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(state, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0x82f6_3b78 } else { sum >> 1 }
        })
    })
}

/// Gives a node or a superblock of btrfs, of 4 KiB, its checksum: CRC-32C.
pub fn seal_btrfs(block: &[u8], at: u64, more: &mut Vec<(u64, Vec<u8>)>) {
    let sum = crc32c_from(u32::MAX, &block[32..]);
    more.push((at, (!sum).to_le_bytes().to_vec()));
}

/// Gives each set of entries of exFAT in a block its checksum.
pub fn seal_exfat(block: &[u8], at: u64, more: &mut Vec<(u64, Vec<u8>)>) {
    for start in (0..block.len()).step_by(32).filter(|&start| block[start] == 0x85) {
        let end = start + 32 * (1 + usize::from(block[start + 1]));
        let Some(set) = block.get(start..end) else { continue };
        let bytes = set.iter().enumerate().filter(|(at, _)| !matches!(at, 2 | 3));
        let sum =
            bytes.fold(0_u16, |sum, (_, byte)| sum.rotate_right(1).wrapping_add((*byte).into()));
        more.push((at + start as u64 + 2, sum.to_le_bytes().to_vec()));
    }
}

/// Gives inodes and blocks of XFS the checksums that they should have.
pub fn seal_xfs(block: &[u8], at: u64, more: &mut Vec<(u64, Vec<u8>)>) {
    let sealed = |bytes: &[u8], place: usize| {
        let mut bytes = bytes.to_vec();
        bytes[place..place + 4].fill(0);
        let sum = crc32c_from(u32::MAX, &bytes);
        (!sum).to_le_bytes().to_vec()
    };
    for (start, inode) in block.chunks_exact(512).enumerate() {
        if inode.starts_with(b"IN") {
            more.push((at + start as u64 * 512 + 100, sealed(inode, 100)));
        }
    }
    let place = match (&block[..4], &block[8..10]) {
        (b"BMA3", _) => 64,
        (b"XDB3" | b"XDD3", _) => 4,
        (b"XSLM" | b"XARM", _) | (_, [0x3b | 0x3e, 0xbe | 0xee]) => 12,
        (b"XFSB", _) => {
            more.push((224, sealed(&block[..512], 224)));
            return;
        }
        _ => return,
    };
    more.push((at + place as u64, sealed(block, place)));
}
