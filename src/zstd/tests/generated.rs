//! Frames that no encoder writes.

use std::io::Read;

use crate::frame::unpack;
use crate::generator::Generator;
use crate::mutated::by_program;
use crate::programs::has;

/// Frames that the program has to decode too.
const WITH_PROGRAM: u64 = 300;

#[test]
fn generated_frames_decode_to_what_was_worked_out() {
    let has_program = has("zstd", &["--version"]);
    for seed in 0..1_500 {
        let (packed, contents) = Generator::new(seed).frame();
        let ours = unpack(&packed);
        assert!(ours.is_ok(), "seed {seed}: {:?}", ours.err());
        assert!(ours.unwrap() == contents, "seed {seed}");
        if has_program && seed < WITH_PROGRAM {
            let theirs = by_program(&packed);
            assert!(theirs.is_some(), "seed {seed}: the program refuses it");
            assert!(theirs.unwrap() == contents, "seed {seed}: the program");
        }
        if seed % 5 == 0 {
            let mut bytes = Vec::new();
            let decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice());
            if decoder.is_ok_and(|mut decoder| decoder.read_to_end(&mut bytes).is_ok()) {
                assert!(bytes == contents, "seed {seed}: ruzstd");
            }
        }
    }
}
