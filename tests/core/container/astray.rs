//! A block that is missing from a frame of zstd, with no word of it in what follows:
//! every block decodes, and what copies from before the gap comes out wrong.

use archive_writer::{ArchiveBuilder, Device, Random};

use super::block_starts;
use crate::programs::run;
use crate::support::{claimed_of, scan};

const SIZE: usize = 12 << 20;

/// Bytes that share nothing, and parts of them that are there again a little later.
fn disk() -> Vec<u8> {
    let mut random = Random::new(21);
    let mut bytes = random.bytes(600_000);
    while bytes.len() < SIZE {
        let length = random.below(30_000) as usize;
        bytes.extend(random.bytes(length));
        let start = bytes.len() - 40_000 - random.below(500_000) as usize;
        bytes.extend_from_within(start..start + 20_000);
    }
    bytes.truncate(SIZE);
    bytes
}

#[test]
fn what_copies_across_a_block_that_is_missing_is_in_doubt_and_what_does_not_is_claimed() {
    let truth = disk();
    let device = Device::from_bytes(1, "drive-scsi0", truth.clone());
    // An extent is longer than the window, so that no header copies from another.
    let archive = ArchiveBuilder::new().device(device).build().bytes;
    for arguments in [&["-q", "-c", "-3"][..], &["-q", "-c", "-3", "--no-check"]] {
        let Some(packed) = run("zstd", arguments, &archive) else { return };
        assert_eq!(claimed_of(&scan(packed.clone()), 1, &truth), (SIZE as u64, 0));
        let starts = block_starts(&packed);
        let (mut all, mut number) = (0, 0);
        for pair in starts[2..starts.len() - 1].windows(2).step_by(3) {
            let (start, end) = (pair[0], pair[1]);
            let lacking = [&packed[..start], &packed[end..]].concat();
            let (claimed, wrong) = claimed_of(&scan(lacking), 1, &truth);
            assert_eq!(wrong, 0, "without the block at {start}, {arguments:?}");
            (all, number) = (all + claimed, number + 1);
        }
        // The extent that is hit, of three and a bit, and what copies from there.
        let share = 100 * all / (number * SIZE as u64);
        eprintln!("claimed: {share} %");
        assert!(share >= 60, "{share} %");
    }
}
