//! A file of a few bytes takes little memory, whatever is wrong with it.

use std::rc::Rc;

use crate::memory;
use vma_inspector::container::{Options, open};
use vma_inspector::source::{ReadAt, read_range};

/// Bytes of memory that a read may ask for besides what decoders keep of any file, for
/// each loss.
const ASKED_MAX: u64 = 64 << 10;

#[test]
fn a_read_takes_no_more_memory_than_the_source_has_bytes() {
    let source = vec![7_u8; 100];
    for (range, expected) in [(0..1 << 50, 100), (90..1 << 50, 10), (100..200, 0), (300..400, 0)] {
        let (bytes, asked) = memory::allocated(|| read_range(&source, range).expect("it reads"));
        assert_eq!((bytes.len(), asked), (expected, expected as u64));
    }
}

#[test]
fn damage_in_a_short_file_takes_little_memory() {
    // A header of lzop, and blocks that are none: each is a loss, and the file is searched
    // for another start of itself.
    let options = Options { cache_bytes: 0, ..Options::default() };
    for losses in [1, 20] {
        let mut file = b"\x89LZO\0\r\n\x1a\n".to_vec();
        file.extend((0..losses).flat_map(|_| [0x55; 20]));
        let source: Rc<dyn ReadAt> = Rc::new(file);
        let ((), asked) = memory::allocated(|| {
            let contents = open(Rc::clone(&source), &options).expect("it opens");
            while !contents.approach(u64::MAX..u64::MAX, u64::MAX).expect("it reads") {}
        });
        assert!(asked <= ASKED_MAX, "{asked} bytes");
    }
}
