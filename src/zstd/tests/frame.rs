//! Whole files through the decoder of blocks.

use vma_zstd::header::{BlockHeader, FrameHeader, Opening};
use vma_zstd::{BlockDecoder, Undecodable};

/// Why a file is no good.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    Cut,
    Header,
    Dictionary(u32),
    Legacy(u32),
    Window(u64),
    Block(Undecodable),
    ContentSize,
}

/// A block of a frame, and where its contents start in the frame.
pub struct BlockAt<'a> {
    pub header: BlockHeader,
    pub bytes: &'a [u8],
}

/// The header of the frame that `packed` starts with, its blocks, and how many bytes
/// all that and a checksum take.
pub fn blocks(packed: &[u8]) -> Result<(FrameHeader, Vec<BlockAt<'_>>, usize), Refused> {
    let header = match Opening::parse(packed) {
        Opening::Frame(header) => header,
        Opening::Legacy(version) => return Err(Refused::Legacy(version)),
        Opening::Cut => return Err(Refused::Cut),
        _ => return Err(Refused::Header),
    };
    if header.dictionary != 0 {
        return Err(Refused::Dictionary(header.dictionary));
    }
    if header.window > 1 << 30 {
        return Err(Refused::Window(header.window));
    }
    let mut blocks = Vec::new();
    let mut at = header.length;
    loop {
        let raw = packed.get(at..).and_then(|rest| rest.first_chunk::<3>()).ok_or(Refused::Cut)?;
        let header = BlockHeader::parse(*raw).ok_or(Refused::Header)?;
        let bytes = packed.get(at + 3..at + 3 + header.length).ok_or(Refused::Cut)?;
        at += 3 + header.length;
        blocks.push(BlockAt { header, bytes });
        if header.is_last {
            break;
        }
    }
    at += if header.has_checksum { 4 } else { 0 };
    if at > packed.len() { Err(Refused::Cut) } else { Ok((header, blocks, at)) }
}

/// What all frames of `packed` decode to, as `zstd -dc` does it, but for checksums.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut contents = Vec::new();
    let mut decoder = BlockDecoder::default();
    let mut rest = packed;
    while !rest.is_empty() {
        if let Opening::Skippable(length) = Opening::parse(rest) {
            rest = rest.get(length as usize..).ok_or(Refused::Cut)?;
            continue;
        }
        let (header, blocks, length) = blocks(rest)?;
        let before = contents.len();
        decoder.start(header.window);
        for BlockAt { header, bytes } in blocks {
            contents.extend_from_slice(decoder.decode(&header, bytes).map_err(Refused::Block)?);
        }
        let count = (contents.len() - before) as u64;
        if header.content_size_hint.is_some_and(|size| size != count) {
            return Err(Refused::ContentSize);
        }
        rest = &rest[length..];
    }
    Ok(contents)
}
