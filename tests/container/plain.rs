//! What is no container.

use std::rc::Rc;

use vma_inspector::container::{End, Options, open};
use vma_inspector::source::ReadAt;

use crate::support::*;

#[test]
fn what_is_no_container_is_passed_through() {
    let plain = [b"VMA\0", &mixed(80, 100_000)[..]].concat();
    let source = Counted::new(plain.clone());
    let contents = open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).unwrap();
    assert_eq!(contents.container(), None);
    assert_eq!(contents.size(), Some(plain.len() as u64));
    assert_eq!(contents.progress().end, Some(End::Complete));
    assert!(contents.approach(u64::MAX..u64::MAX, 1).unwrap());
    assert_random_reads(&contents, &plain, 80, 100);
    let mut traced = Vec::new();
    contents.trace(10..20, &mut traced);
    assert_eq!(traced.first(), Some(&(10..20)));
    assert_eq!(traced.len(), 1);
    assert!(contents.findings().is_empty());
}

#[test]
fn an_empty_source_has_no_bytes() {
    let contents = open(Rc::new(Vec::new()), &Options::default()).unwrap();
    assert_eq!(contents.read_at(0, &mut [0; 10]).unwrap(), 0);
}

#[test]
fn a_source_without_a_known_size_reads_the_same() {
    struct Unsized(Vec<u8>);
    impl ReadAt for Unsized {
        fn size(&self) -> Option<u64> {
            None
        }
        fn read_at(&self, at: u64, to: &mut [u8]) -> Result<usize, vma_inspector::source::Error> {
            self.0.read_at(at, to)
        }
        fn trace(&self, _: std::ops::Range<u64>, _: &mut Vec<std::ops::Range<u64>>) {}

        vma_inspector::source::every_byte_is_at_hand!();
    }
    let plain = mixed(81, 1_000_000);
    for (program, arguments) in
        [("zstd", ["-c"]), ("lzop", ["-c"]), ("gzip", ["-c"]), ("bzip2", ["-c"])]
    {
        let Some(packed) = run(program, &arguments, &plain) else { continue };
        let contents = open(Rc::new(Unsized(packed)), &tight()).unwrap();
        assert!(read_all(&contents) == plain, "{program}");
        assert_eq!(codes(&contents), Vec::<&str>::new());
    }
}
