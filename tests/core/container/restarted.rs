//! A download that broke off in its first block, and again, and then came whole.

use std::rc::Rc;

use crate::programs::run;
use crate::support;
use archive_writer::{ArchiveBuilder, Content, Device, Kind};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::scan::Scan;

const PACKERS: [(&str, &[&str]); 4] =
    [("zstd", &["-q", "-c"]), ("lzop", &["-c"]), ("gzip", &["-c"]), ("bzip2", &["-c"])];

/// Far more than the scan of so small a file takes.
const STEPS_MAX: u32 = 10_000;

#[test]
fn a_download_that_broke_off_twice_in_its_first_block_gives_the_whole() {
    let content = Content::of_kind(Kind::Dense, 9);
    let archive =
        || ArchiveBuilder::new().device(Device::new(1, "drive-scsi0", 2 << 20, content.clone()));
    let plain = archive().build().bytes;
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &plain) else { continue };
        let piece = &packed[..600];
        let file = [piece, piece, &packed].concat();
        // With no room for what was decoded, it is read anew from where the whole starts,
        // which not a byte of contents comes before.
        let tight = Options { cache_bytes: 0, ..Options::default() };
        for options in [Options::default(), tight] {
            let archive_there = Archive::open(Rc::new(file.clone()), &options).expect("it opens");
            let mut scan = Scan::new(&archive_there);
            let ends = (0..STEPS_MAX).any(|_| scan.step().expect("it reads").done);
            assert!(ends, "{program}: the scan has no end");
            for _ in 0..2 {
                assert!(support::image(&scan, 1) == archive().image(1), "{program}");
            }
        }
    }
}
