//! Blocks of a frame of zstd by our decoder, by two crates and by the C library: ours
//! decodes what the library decodes, to the same, and refuses what that refuses. But
//! version 1.5 of the library does not always look whether a Huffman stream ends where
//! it should, so of such blocks it may decode more.

#![no_main]

use std::io::Read;

use vma_zstd::header::{BlockHeader, Opening};
use vma_zstd::{BlockDecoder, Part, Undecodable};

/// Contents that are looked at, at most: a block of 4 bytes can be 128 KiB.
const CONTENTS_MAX: usize = 8 << 20;

/// What our decoder says of a frame.
enum Ours {
    Contents(Vec<u8>),
    /// It is none.
    Refused,
    /// The literals of a block cannot be decoded.
    Literals,
}

/// The frame that `packed` is, by our decoder. No more than [`CONTENTS_MAX`] and a
/// block are decoded.
fn ours(packed: &[u8]) -> Ours {
    let mut are_literals_wrong = false;
    match decode(packed, &mut are_literals_wrong) {
        Some(contents) => Ours::Contents(contents),
        None if are_literals_wrong => Ours::Literals,
        None => Ours::Refused,
    }
}

fn decode(packed: &[u8], are_literals_wrong: &mut bool) -> Option<Vec<u8>> {
    let Opening::Frame(header) = Opening::parse(packed) else { return None };
    let mut rest = packed.get(header.length..)?;
    let mut decoder = BlockDecoder::default();
    decoder.start(header.window);
    let mut contents = Vec::new();
    loop {
        let (raw, behind) = rest.split_first_chunk::<3>()?;
        let block = BlockHeader::parse(*raw)?;
        let (bytes, behind) = behind.split_at_checked(block.length)?;
        let decoded = decoder.decode(&block, bytes);
        *are_literals_wrong = decoded == Err(Undecodable::Corrupt(Part::Literals));
        contents.extend_from_slice(decoded.ok()?);
        rest = behind;
        if contents.len() > CONTENTS_MAX {
            contents.truncate(CONTENTS_MAX + 1);
            return Some(contents);
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
    let ours = ours(&packed);
    let theirs = zstd::stream::read::Decoder::new(packed.as_slice()).ok().and_then(read);
    let ours = match ours {
        Ours::Contents(contents) => contents,
        Ours::Refused => return assert!(theirs.is_none(), "the C library decodes it"),
        Ours::Literals => return,
    };
    assert!(theirs.is_some_and(|theirs| theirs == ours), "not as the C library");
    let theirs = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).ok().and_then(read);
    assert!(theirs.is_none_or(|theirs| theirs == ours), "not as ruzstd");
    let theirs = read(structured_zstd::decoding::StreamingDecoder::new(packed.as_slice()));
    assert!(theirs.is_none_or(|theirs| theirs == ours), "not as structured-zstd");
});
