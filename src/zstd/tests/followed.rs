//! A frame that is entered in the middle: what is given as known is what was packed,
//! and everything is known that derives from known bytes.

use core::ops::Range;

use vma_zstd::BlockDecoder;
use vma_zstd::entropy::{self, Block, Tables};
use vma_zstd::header::BlockKind;

use crate::data::mixed;
use crate::frame::{BlockAt, blocks};
use crate::naive::Naive;
use crate::programs::run;

/// Decodes `blocks` until one needs what is not there; compares each with what the
/// naive way comes to, byte by byte, and with `truth`. Returns how many were decoded.
fn compare(
    window: u64,
    blocks: &[BlockAt<'_>],
    history: &[u8],
    unknown: &[Range<usize>],
    truth: &[u8],
    case: &str,
) -> usize {
    let mut decoder = BlockDecoder::default();
    decoder.enter(window, history, unknown);
    let mut naive =
        Naive { bytes: history.iter().copied().map(Some).collect(), offsets: [None; 3] };
    unknown.iter().for_each(|part| naive.bytes[part.clone()].fill(None));
    let (mut tables, mut block) = (Tables::default(), Block::default());
    for (number, BlockAt { header, bytes }) in blocks.iter().enumerate() {
        let start = naive.bytes.len();
        match header.kind {
            BlockKind::Raw => naive.bytes.extend(bytes.iter().copied().map(Some)),
            BlockKind::Repeated => naive.bytes.resize(start + header.size, Some(bytes[0])),
            BlockKind::Compressed => {
                let max = vma_zstd::BLOCK_MAX.min(window as usize);
                if entropy::decode(bytes, max, &mut tables, &mut block).is_err() {
                    assert!(decoder.decode(header, bytes).is_err());
                    return number;
                }
                naive.block(block.literals(), block.sequences());
            }
        }
        let mut found: Vec<Option<u8>> =
            decoder.decode(header, bytes).unwrap().iter().copied().map(Some).collect();
        let mut parts = Vec::new();
        decoder.unknown(&mut parts);
        parts.iter().for_each(|part| found[part.clone()].fill(None));
        assert!(found == naive.bytes[start..], "{case}, block {number}");
        let truth = &truth[start - history.len()..];
        assert!(
            found.iter().zip(truth).all(|(found, truth)| found.is_none_or(|found| found == *truth))
        );
        let is_settled = naive.offsets.iter().all(Option::is_some)
            && naive.bytes.iter().rev().take(window as usize).filter(|byte| byte.is_some()).count()
                == window as usize;
        assert_eq!(decoder.is_settled(), is_settled, "{case}, block {number}");
    }
    blocks.len()
}

#[test]
fn unknown_bytes_are_exactly_those_that_derive_from_unknown_ones() {
    let ways: [&[&str]; 5] =
        [&["-3"], &["-1", "--zstd=wlog=17"], &["-9", "-T2"], &["-19"], &["-12", "--long=27"]];
    let mut entered = 0;
    for (number, way) in ways.iter().enumerate() {
        let plain = mixed(40 + number as u64, 4_000_000);
        let Some(packed) = run("zstd", &[&["-q", "-c"], *way].concat(), &plain) else { return };
        let (header, blocks, _) = blocks(&packed).unwrap();
        let mut decoder = BlockDecoder::default();
        decoder.start(header.window);
        let mut at = 0;
        for (from, BlockAt { header: block, bytes }) in blocks.iter().enumerate() {
            let truth = &plain[at..];
            if from % 5 == 1 {
                let case = format!("{way:?} from block {from}");
                let count = compare(header.window, &blocks[from..], &[], &[], truth, &case);
                entered += usize::from(count > 0);
                // Every other 1000 bytes of what comes before are known, from somewhere on.
                let start = at - (at / 2).min(header.window as usize);
                let parts = (0..at - start).step_by(2000);
                let unknown: Vec<_> =
                    parts.map(|from| from..(from + 1000).min(at - start)).collect();
                let history = &plain[start..at];
                let rest = &blocks[from..(from + 5).min(blocks.len())];
                compare(header.window, rest, history, &unknown, truth, &case);
            }
            at += decoder.decode(block, bytes).unwrap().len();
        }
    }
    assert!(entered > 20, "{entered} entries");
}
