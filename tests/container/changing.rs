//! A file that is not the same when it is read again.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use vma_inspector::container::{Options, open};
use vma_inspector::source::{Error, ReadAt};

use crate::support::*;

/// A file that another program overwrites with zeros, from `from` on.
struct Changing {
    bytes: Vec<u8>,
    from: usize,
    is_changed: Cell<bool>,
}

impl ReadAt for Changing {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.bytes.read_at(offset, buffer)?;
        let kept = self.from.saturating_sub(usize::try_from(offset).unwrap()).min(count);
        if self.is_changed.get() {
            buffer[kept..count].fill(0);
        }
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

#[test]
fn what_decodes_to_something_else_than_before_is_an_error_of_its_own() {
    let plain = mixed(9, 24 << 20);
    let ways: [(&str, &[&str]); 4] =
        [("zstd", &["-qc"]), ("gzip", &["-1c"]), ("lzop", &["-c"]), ("bzip2", &["-1c"])];
    for (program, arguments) in ways {
        let Some(bytes) = run(program, arguments, &plain) else { continue };
        let from = bytes.len() / 2;
        let source = Rc::new(Changing { bytes, from, is_changed: Cell::new(false) });
        let contents = open(Rc::clone(&source) as _, &Options::default()).expect("it opens");
        assert_eq!(read_all(&contents), plain, "{program}");
        source.is_changed.set(true);
        let mut codes = Vec::new();
        for offset in (0..plain.len()).step_by(1 << 20) {
            let mut buffer = vec![0; 4096];
            match contents.read_at(offset as u64, &mut buffer) {
                Ok(count) => {
                    let expected = &plain[offset..offset + count];
                    assert_eq!(&buffer[..count], expected, "{program} at {offset}");
                }
                Err(error) => codes.push(error.code()),
            }
        }
        assert!(!codes.is_empty(), "{program}: it is noticed");
        assert!(codes.iter().all(|code| *code == "source-differs"), "{program}: {codes:?}");
    }
}
