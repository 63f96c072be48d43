//! Replays the corpus of the fuzz targets, which `cargo fuzz run` has found and
//! grown, and every input that once broke something.

#[path = "../fuzz/src/lib.rs"]
mod bodies;

use std::fs;
use std::path::Path;

/// Bytes of the whole corpus, at most.
const CORPUS_MAX: u64 = 1 << 20;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 14] = [
    ("header", bodies::header),
    ("extent", bodies::extent),
    ("archive", bodies::archive),
    ("zstd", bodies::zstd),
    ("lzop", bodies::lzop),
    ("gzip", bodies::gzip),
    ("bzip2", bodies::bzip2),
    ("writers", bodies::writers),
    ("conf", bodies::conf),
    ("opening", bodies::around::opening),
    ("name", bodies::around::name),
    ("kept", bodies::around::kept),
    ("partition", bodies::disks::partition),
    ("files", bodies::files::files),
];

#[test]
fn nothing_in_the_corpus_breaks_anything() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut bytes = 0;
    for (name, body) in TARGETS {
        body(&[]);
        let mut files: Vec<_> = fs::read_dir(corpus.join(name))
            .expect("every target has a corpus")
            .map(|entry| entry.expect("can be listed").path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let data = fs::read(&file).expect("can be read");
            bytes += data.len() as u64;
            eprintln!("{}", file.display());
            body(&data);
        }
    }
    assert!(bytes <= CORPUS_MAX, "the corpus has grown to {bytes} bytes");
}
