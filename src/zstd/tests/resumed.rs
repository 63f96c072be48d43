//! Going on at every block.

use vma_zstd::{BlockDecoder, Past};

use crate::data::mixed;
use crate::frame::{BlockAt, blocks};
use crate::programs::run;

#[test]
fn every_block_is_a_place_to_go_on_from() {
    let ways: [&[&str]; 5] =
        [&["-3"], &["-1", "--single-thread"], &["-19"], &["--zstd=wlog=17"], &["--long=27"]];
    for (number, way) in ways.iter().enumerate() {
        let plain = mixed(20 + number as u64, 2_500_000);
        let Some(packed) = run("zstd", &[&["-q", "-c"], *way].concat(), &plain) else { return };
        let (header, blocks, _) = blocks(&packed).unwrap();
        let window = header.window as usize;
        let mut decoder = BlockDecoder::default();
        decoder.start(header.window);
        let mut at = 0_usize;
        for BlockAt { header: block, bytes } in &blocks {
            // From here on, a decoder of its own comes to the same.
            let place = decoder.place();
            assert!(place.tables.len() < 700, "{} bytes", place.tables.len());
            let history = &plain[at.saturating_sub(window)..at];
            let (first, second) = history.split_at(history.len() / 3);
            let mut other = BlockDecoder::default();
            other.resume(header.window, Past::Known, &place, [first, second]).unwrap();
            let contents = decoder.decode(block, bytes).unwrap().to_vec();
            assert!(contents == plain[at..at + contents.len()], "{way:?} at {at}");
            assert!(other.decode(block, bytes).unwrap() == contents, "{way:?} at {at}");
            assert!(other.place() == decoder.place(), "{way:?} at {at}");
            at += contents.len();
        }
        assert_eq!(at, plain.len());
    }
}

#[test]
fn a_block_needs_no_more_history_than_it_says() {
    let plain = mixed(31, 6_000_000);
    let Some(packed) = run("zstd", &["-q", "-c", "-5"], &plain) else { return };
    let (header, blocks, _) = blocks(&packed).unwrap();
    let mut decoder = BlockDecoder::default();
    decoder.start(header.window);
    let mut at = 0_usize;
    for BlockAt { header: block, bytes } in &blocks {
        let place = decoder.place();
        let count = decoder.decode(block, bytes).unwrap().len();
        let furthest = decoder.furthest();
        for (lack, is_enough) in [(0, true), (1, false)] {
            let Some(needed) = furthest.checked_sub(lack) else { continue };
            let mut other = BlockDecoder::default();
            let history = &plain[at - needed..at];
            other.resume(header.window, Past::Known, &place, [history, &[]]).unwrap();
            assert_eq!(other.decode(block, bytes).is_ok(), is_enough, "{furthest} at {at}");
        }
        at += count;
    }
}
