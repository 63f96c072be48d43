//! A corpus of small containers, sound and broken, and what real programs make
//! of them: `corpus/expected.json` names for each the bytes that can be had of
//! it, one after the other, the program or decoder that says so, and the
//! findings.
//!
//! All hold the same 700,000 bytes, or what is left of them: text, and zeros
//! so that the files are small.

use std::path::Path;
use std::rc::Rc;

use serde_json::Value;
use sha2::{Digest, Sha256};
use vma_inspector::container::open;
use vma_inspector::source::ReadAt;

use crate::support::*;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/container/corpus"))
}

/// What is expected, with the file it is expected of.
fn entries() -> Vec<(Value, Vec<u8>)> {
    let expected = std::fs::read(folder().join("expected.json")).unwrap();
    let Value::Array(entries) = serde_json::from_slice(&expected).unwrap() else { panic!() };
    let with_bytes = |entry: Value| {
        let bytes = std::fs::read(folder().join(entry["file"].as_str().unwrap())).unwrap();
        (entry, bytes)
    };
    entries.into_iter().map(with_bytes).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_corpus_reads_as_real_programs_read_it() {
    let entries = entries();
    assert!(entries.len() > 40);
    for (entry, packed) in entries {
        let file = &entry["file"];
        let contents = open(Rc::new(packed), &tight()).unwrap();
        if let Some(code) = entry["error"].as_str() {
            let error = contents.read_at(0, &mut [0; 10]).unwrap_err();
            assert_eq!(error.code(), code, "{file}");
            continue;
        }
        let pieces = read_around(&contents);
        let read = pieces.iter().flat_map(|(_, bytes)| bytes.clone()).collect::<Vec<u8>>();
        assert_eq!(Some(read.len() as u64), entry["bytes"].as_u64(), "{file}");
        assert_eq!(Some(sha256(&read).as_str()), entry["sha256"].as_str(), "{file}");
        let codes = codes(&contents).into_iter().map(Value::from).collect();
        assert_eq!(Value::Array(codes), entry["findings"], "{file}");
        // And at random, the same bytes once more.
        let mut random = Random::new(1_000);
        for (start, bytes) in pieces.iter().filter(|(_, bytes)| !bytes.is_empty()) {
            for _ in 0..50 {
                let at = random.below(bytes.len() as u64) as usize;
                let end = (at + random.below(5_000) as usize).min(bytes.len());
                let mut buffer = vec![0; end - at];
                let count = contents.read_at(start + at as u64, &mut buffer).unwrap();
                assert!(count == end - at && buffer == bytes[at..end], "{file}: {at:#x}");
            }
        }
    }
}

#[test]
fn no_file_lies_in_the_corpus_unexpected() {
    let expected = entries().len();
    assert_eq!(std::fs::read_dir(folder()).unwrap().count(), expected + 1);
}
