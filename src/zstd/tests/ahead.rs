//! Blocks that are prepared ahead come to the same as in line, and leave the same.

use vma_zstd::ahead::{BLOCKS_MAX, BatchWriter, Definitions, Prepared, prepare};
use vma_zstd::header::BlockKind;
use vma_zstd::{BlockDecoder, Undecodable};

use crate::data::Random;
use crate::frame::blocks;
use crate::generator::Generator;

type Outcome = Result<(Vec<u8>, vma_zstd::Place), Undecodable>;

/// What each block of `packed` comes to and leaves, up to the first that is corrupt, with
/// batches of `batch` blocks; in line with none. Says how many were prepared.
fn outcomes(packed: &[u8], batch: usize) -> Option<(Vec<Outcome>, usize)> {
    let (frame, blocks, _) = blocks(packed).ok()?;
    let mut decoder = BlockDecoder::default();
    decoder.start(frame.window);
    let tables = decoder.place().tables;
    let (mut newer, mut is_sound) = (Definitions::default(), true);
    let (mut outcomes, mut count, mut prepared) = (Vec::new(), 0, Vec::new());
    for some in blocks.chunks(batch.max(1)) {
        let mut writer = BatchWriter::new(Vec::new(), decoder.block_max(), &tables, &newer);
        for (place, block) in (0..).zip(some) {
            if block.header.kind == BlockKind::Compressed {
                is_sound = is_sound && newer.note(block.bytes).is_some();
                if is_sound && batch > 0 {
                    writer.push(place, block.bytes);
                }
            }
        }
        prepare(&writer.into_bytes(), &mut prepared);
        let mut at = 0;
        for (place, block) in (0..).zip(some) {
            let found = Prepared::at(&prepared, at).filter(|(found, ..)| *found == place);
            at = found.map_or(at, |(_, _, next)| next);
            count += usize::from(found.is_some());
            let decoded = match found {
                Some((_, found, _)) => decoder.decode_prepared(&block.header, block.bytes, found),
                None => decoder.decode(&block.header, block.bytes),
            };
            let decoded = decoded.map(<[u8]>::to_vec);
            let is_over = decoded.is_err();
            outcomes.push(decoded.map(|bytes| (bytes, decoder.place())));
            if is_over {
                return Some((outcomes, count));
            }
        }
    }
    Some((outcomes, count))
}

#[test]
fn generated_frames_and_broken_ones_come_to_the_same() {
    let (mut prepared, mut broken) = (0, 0);
    for seed in 0..600 {
        let (mut packed, _) = Generator::new(seed).frame();
        let mut random = Random::new(seed);
        if seed % 2 == 1 {
            let at = 6 + random.below(packed.len() - 6);
            packed[at] ^= 1 << random.below(8);
        }
        let Some((in_line, none)) = outcomes(&packed, 0) else { continue };
        assert_eq!(none, 0);
        broken += usize::from(in_line.last().is_some_and(Result::is_err));
        for batch in [1, 3, BLOCKS_MAX] {
            let (ahead, count) = outcomes(&packed, batch).unwrap();
            // Where a block is corrupt in both of its stages, another one is found first.
            let alike = ahead.iter().zip(&in_line).all(|pair| match pair {
                (Ok(ahead), Ok(in_line)) => ahead == in_line,
                (ahead, in_line) => ahead.is_err() == in_line.is_err(),
            });
            assert!(alike && ahead.len() == in_line.len(), "seed {seed}, batches of {batch}");
            prepared += count;
        }
    }
    assert!(prepared > 1_000 && broken > 50, "{prepared} and {broken}");
}
