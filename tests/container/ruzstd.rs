//! Another decoder of zstd, written independently: it must read the same bytes
//! wherever it reads any.

use std::io::Read;

use ruzstd::decoding::StreamingDecoder;

use crate::support::*;

/// What `ruzstd` makes of a single frame.
fn decoded(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    StreamingDecoder::new(packed).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[test]
fn an_independent_decoder_reads_the_same_bytes() {
    let plain = mixed(1_200, 3_000_000);
    for arguments in [&["-1"][..], &["-3", "--threads=2"], &["-19"], &["--long=27", "--no-check"]] {
        let Some(packed) = run("zstd", &[&["-q", "-c"], arguments].concat(), &plain) else {
            return;
        };
        let theirs = decoded(&packed).unwrap();
        assert!(read_all(&opened(&packed)) == theirs, "{arguments:?}");
        assert!(theirs == plain, "{arguments:?}");
    }
}

#[test]
fn where_both_decoders_read_a_mutated_frame_they_read_the_same() {
    let plain = mixed(1_201, 200_000);
    let Some(packed) = run("zstd", &["-q", "-c", "--no-check"], &plain) else { return };
    let mut alike = 0;
    for seed in 1_300..1_500 {
        let mut random = Random::new(seed);
        let mut bytes = packed.clone();
        // Behind the frame's header, so that both decode it.
        let at = 9 + random.below(bytes.len() as u64 - 9) as usize;
        bytes[at] ^= 1 << random.below(8);
        let Some(theirs) = decoded(&bytes) else { continue };
        let contents = opened(&bytes);
        let ours = read_around(&contents).swap_remove(0).1;
        // A flipped bit may make the last block an earlier one: then the rest
        // is garbage to us, and not looked at by them.
        if codes(&contents).iter().all(|code| *code == "trailing-garbage") {
            assert!(ours == theirs, "seed {seed}");
            alike += 1;
        }
    }
    assert!(alike > 20, "only {alike} mutated frames decode at all");
}
