//! Blocks of a frame of zstd by our decoder, by two crates and by the C library: what
//! ours decodes they decode to the same, and what the library refuses is refused.

#![no_main]

use std::io::Read;

use vma_zstd::BlockDecoder;
use vma_zstd::header::{BlockHeader, Opening};

/// Contents that are looked at, at most: a block of 4 bytes can be 128 KiB.
const CONTENTS_MAX: usize = 8 << 20;

/// The frame that `packed` is, by our decoder; `None` if it refuses it, or if it is too
/// long.
fn ours(packed: &[u8]) -> Option<Vec<u8>> {
    let Opening::Frame(header) = Opening::parse(packed) else { return None };
    let mut rest = packed.get(header.length..)?;
    let mut decoder = BlockDecoder::default();
    decoder.start(header.window);
    let mut contents = Vec::new();
    loop {
        let (raw, behind) = rest.split_first_chunk::<3>()?;
        let block = BlockHeader::parse(*raw)?;
        let (bytes, behind) = behind.split_at_checked(block.length)?;
        contents.extend_from_slice(decoder.decode(&block, bytes).ok()?);
        rest = behind;
        if contents.len() > CONTENTS_MAX {
            return None;
        }
        if block.is_last {
            return rest.is_empty().then_some(contents);
        }
    }
}

fn read(decoder: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    decoder.take(CONTENTS_MAX as u64 + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // A window of 1 MiB, no length and no checksum; the blocks are the input's.
    let packed = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x50], data].concat();
    let Some(ours) = ours(&packed) else { return };
    let theirs = zstd::stream::read::Decoder::new(packed.as_slice()).ok().and_then(read);
    assert!(theirs.is_some_and(|theirs| theirs == ours), "not as the C library");
    let theirs = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).ok().and_then(read);
    assert!(theirs.is_none_or(|theirs| theirs == ours), "not as ruzstd");
    let theirs = read(structured_zstd::decoding::StreamingDecoder::new(packed.as_slice()));
    assert!(theirs.is_none_or(|theirs| theirs == ours), "not as structured-zstd");
});
