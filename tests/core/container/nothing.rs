//! Containers from which not one byte comes out: cut, damaged, or empty.

use std::rc::Rc;

use archive_writer::Random;
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::source::Part;

use crate::programs::run;

const PACKERS: [(&str, &[&str]); 4] =
    [("zstd", &["-q", "-c"]), ("lzop", &["-c"]), ("gzip", &["-c"]), ("bzip2", &["-c"])];

/// The code of what is said of a file.
fn refused(bytes: Vec<u8>) -> (&'static str, Part) {
    let opened = Archive::open(Rc::new(bytes), &Options::default());
    let error = opened.err().expect("there is nothing in it");
    (error.code(), error.part())
}

#[test]
fn a_file_that_is_cut_in_its_first_block_is_cut_and_not_empty() {
    let noise = Random::new(5).bytes(200_000);
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &noise) else { return };
        for length in [9, 60, 5000] {
            // What gzip has decoded of a block it gives, and it is no archive.
            if program == "gzip" && length >= 60 {
                continue;
            }
            let said = refused(packed[..length].to_vec());
            assert_eq!(said, ("container-start-cut", Part::Container), "{program}, {length}");
        }
    }
}

#[test]
fn what_was_empty_when_it_was_packed_is_told_so() {
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &[]) else { return };
        assert_eq!(refused(packed), ("foreign-file", Part::Container), "{program}");
    }
    assert_eq!(refused(Vec::new()), ("source-empty", Part::Source));
}
