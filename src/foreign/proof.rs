//! What has to be true of a file beyond its magic number, or in place of one.
//! Everything here is given the first bytes of the file, as many as there are.

use crate::source::be_u32;

fn byte(first: &[u8], at: usize) -> Option<u8> {
    first.get(at).copied()
}

fn le_u16(first: &[u8], at: usize) -> Option<u16> {
    first.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn le_u32(first: &[u8], at: usize) -> Option<u32> {
    first.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn le_u64(first: &[u8], at: usize) -> Option<u64> {
    first.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The CRC-32 of the stream's flags (2.1.1.3).
pub(super) fn xz(first: &[u8]) -> bool {
    let flags = first.get(6..8).map(crc32fast::hash);
    flags.is_some() && flags == le_u32(first, 8)
}

/// The CRC-32 of the start header.
pub(super) fn seven_zip(first: &[u8]) -> bool {
    let header = first.get(12..32).map(crc32fast::hash);
    header.is_some() && header == le_u32(first, 8) && !has_archive_at(first, SEVEN_ZIP_DATA)
}

/// The same, of one with an archive right behind the start header, where neither
/// LZMA nor anything else can have put it but the method "copy".
pub(super) fn seven_zip_stored(first: &[u8]) -> bool {
    has_archive_at(first, SEVEN_ZIP_DATA)
}

const SEVEN_ZIP_DATA: usize = 32;

fn has_archive_at(first: &[u8], at: usize) -> bool {
    first.get(at..).is_some_and(|rest| rest.starts_with(b"VMA\0\0\0\0\x01"))
}

/// Size of the dictionary, a power of two less up to seven sixteenths of it; and the
/// first byte that the range coder puts out, which is 0.
pub(super) fn lzip(first: &[u8]) -> bool {
    byte(first, 5).is_some_and(|size| (12..=29).contains(&(size & 0x1f)))
        && byte(first, 6) == Some(0)
}

/// The minor version, two bytes that are not used, and two that say whether there is a
/// checksum, and whether it is encrypted.
pub(super) fn lrzip(first: &[u8]) -> bool {
    byte(first, 5).is_some_and(|minor| (4..=7).contains(&minor))
        && first.get(14..16).is_some_and(is_zeros)
        && first.get(21..23).is_some_and(|flags| flags.iter().all(|&flag| flag <= 1))
}

/// Properties, a dictionary's size as `xz` writes and accepts it, the size of what
/// is packed (or that it is not known), and the first byte that the range coder
/// puts out, which is 0.
pub(super) fn lzma(first: &[u8]) -> bool {
    let is_properties = |properties: &u8| {
        let (lc, lp) = (properties % 9, properties / 9 % 5);
        (1..225).contains(properties) && lc <= 4_u8.saturating_sub(lp)
    };
    // 2^n, or that and half of it.
    let is_size = |size: &u32| {
        let lowest = size & size.wrapping_neg();
        (1 << 12..=3 << 29).contains(size) && (*size == lowest || *size / 3 == lowest)
    };
    let is_length = |length: &u64| *length == u64::MAX || (1..1 << 40).contains(length);
    first.first().is_some_and(is_properties)
        && le_u32(first, 1).as_ref().is_some_and(is_size)
        && le_u64(first, 5).as_ref().is_some_and(is_length)
        && byte(first, 13) == Some(0)
        && first.len() > 18
}

/// The frame's descriptor, with the bits that have to be 0, and the first block.
pub(super) fn lz4(first: &[u8]) -> bool {
    let (Some(flags), Some(blocks)) = (byte(first, 4), byte(first, 5)) else { return false };
    let is_version = flags >> 6 == 1 && flags & 0x02 == 0;
    let is_largest = blocks & 0x8f == 0 && blocks >> 4 >= 4;
    let has_size = usize::from(flags & 0x08 != 0).saturating_mul(8);
    let has_dictionary = flags & 0x01 != 0;
    let at = usize::from(has_dictionary).saturating_mul(4).saturating_add(has_size);
    let at = at.saturating_add(7);
    let Some(stated) = le_u32(first, at) else { return false };
    // The top bit says that the block is stored as it is.
    let (size, is_stored) = (stated & 0x7fff_ffff, stated >> 31 == 1);
    let largest = 1_u32.wrapping_shl(u32::from(blocks >> 4).saturating_mul(2).saturating_add(8));
    let block = first.get(at.saturating_add(4)..).unwrap_or(&[]);
    let is_block = is_stored || has_dictionary || size == 0 || starts_lz4_block(block);
    is_version && is_largest && size <= largest && is_block
}

/// The first block: its size is at most what 8 MiB can grow to (`LZ4_compressBound`).
pub(super) fn lz4_legacy(first: &[u8]) -> bool {
    const GROWN: u32 = (8 << 20) + (8 << 20) / 255 + 16;
    le_u32(first, 4).is_some_and(|size| (1..=GROWN).contains(&size))
        && first.get(8..).is_some_and(starts_lz4_block)
}

/// Whether the first sequence of this block of lz4 copies from what is there: from
/// among its own literals ("LZ4 Block Format"). One that goes on behind what is known
/// of it may.
fn starts_lz4_block(block: &[u8]) -> bool {
    let Some((token, mut rest)) = block.split_first() else { return false };
    let mut literals = usize::from(token >> 4);
    let mut is_long = literals == 15;
    while is_long && let Some((&more, behind)) = rest.split_first() {
        literals = literals.saturating_add(more.into());
        (rest, is_long) = (behind, more == 255);
    }
    let offset = le_u16(rest, literals).map(usize::from);
    literals > 0 && offset.is_none_or(|offset| (1..=literals).contains(&offset))
}

/// The check of the two bytes, and the first block of deflate (RFC 1951): one that is
/// stored has its length twice, one with trees of its own describes them by a code
/// that is complete.
pub(super) fn zlib(first: &[u8]) -> bool {
    let (Some(method), Some(flags)) = (byte(first, 0), byte(first, 1)) else { return false };
    let is_checked = u16::from_be_bytes([method, flags]).is_multiple_of(31) && flags & 0x20 == 0;
    let Some(start) = byte(first, 2) else { return false };
    is_checked
        && match start >> 1 & 3 {
            0 => le_u16(first, 3).is_some_and(|length| le_u16(first, 5) == Some(!length)),
            2 => has_complete_code(first.get(2..).unwrap_or(&[])),
            _ => false,
        }
}

/// Whether the code of code lengths (RFC 1951, 3.2.7) in this block is complete.
fn has_complete_code(block: &[u8]) -> bool {
    let bits = |at: usize, count: usize| {
        (0..count).try_fold(0_u32, |sum, bit| {
            let at = at.saturating_add(bit);
            let set = block.get(at / 8)? >> (at % 8) & 1;
            Some(sum | u32::from(set) << bit)
        })
    };
    let (Some(literals), Some(distances), Some(count)) = (bits(3, 5), bits(8, 5), bits(13, 4))
    else {
        return false;
    };
    let lengths = (0..count.saturating_add(4)).map(|index| {
        let at = usize::try_from(index).unwrap_or(0).saturating_mul(3).saturating_add(17);
        bits(at, 3)
    });
    // Of the 128 codes of seven bits, one of fewer bits stands for several.
    let share = |bits: u32| 128_u32.checked_shr(bits).filter(|_| bits > 0).unwrap_or(0);
    let taken: Option<u32> = lengths.map(|length| length.map(share)).sum();
    literals <= 29 && distances <= 29 && taken == Some(128)
}

/// A local header: a version and a method that there are, and a name.
fn zip(first: &[u8]) -> Option<u16> {
    let version = le_u16(first, 4)? & 0xff;
    let method = le_u16(first, 8)?;
    let name = first.get(30..)?.get(..usize::from(le_u16(first, 26)?).min(255))?;
    let is_method = matches!(method, 0 | 1..=10 | 12 | 14 | 18..=20 | 93..=99);
    let is_name = !name.is_empty() && name.iter().all(|&byte| byte >= 0x20);
    (version <= 63 && is_method && is_name).then_some(method)
}

/// Of which the first member is packed.
pub(super) fn zip_packed(first: &[u8]) -> bool {
    zip(first).is_some_and(|method| method != 0)
}

/// Of which the first member stands there as it is.
pub(super) fn zip_stored(first: &[u8]) -> bool {
    zip(first) == Some(0)
}

/// A version, and clusters from 512 bytes to 2 MiB.
pub(super) fn qcow2(first: &[u8]) -> bool {
    let number = |at: usize| first.get(at..at.saturating_add(4)).map(|bytes| be_u32(bytes, 0));
    match number(4) {
        Some(1) => true,
        Some(2 | 3) => number(20).is_some_and(|bits| (9..=21).contains(&bits)),
        _ => false,
    }
}

/// A version, and a grain of a power of two of at least eight sectors.
pub(super) fn vmdk(first: &[u8]) -> bool {
    let is_grain = |grain: &u64| grain.is_power_of_two() && *grain >= 8;
    le_u32(first, 4).is_some_and(|version| (1..=3).contains(&version))
        && le_u64(first, 20).as_ref().is_some_and(is_grain)
}

/// Of ESX's: its flags and the sector of the grain directory, which are always the
/// same, and its grain.
pub(super) fn cowd(first: &[u8]) -> bool {
    le_u32(first, 8) == Some(3)
        && le_u32(first, 16).is_some_and(u32::is_power_of_two)
        && le_u32(first, 20) == Some(4)
}

/// Who has made it, in 512 bytes, and zeros behind that.
pub(super) fn vhdx(first: &[u8]) -> bool {
    first.get(520..4096).is_some_and(is_zeros)
}

/// Features that there are, and the version.
pub(super) fn vhd(first: &[u8]) -> bool {
    first.get(8..16).is_some_and(|bytes| be_u32(bytes, 0) <= 3 && be_u32(bytes, 4) == 0x1_0000)
}

/// The names of a cipher and of its mode, each filled up with zeros.
pub(super) fn luks1(first: &[u8]) -> bool {
    let is_name = |field: &[u8]| {
        let length = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
        let (name, rest) = field.split_at(length);
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic) && is_zeros(rest)
    };
    first.get(8..40).is_some_and(is_name) && first.get(40..72).is_some_and(is_name)
}

/// The size of the header, 16 KiB to 4 MiB.
pub(super) fn luks2(first: &[u8]) -> bool {
    let size = first.get(8..16).map(|bytes| (be_u32(bytes, 0), be_u32(bytes, 4)));
    size.is_some_and(|(high, low)| {
        high == 0 && low.is_power_of_two() && (16 << 10..=4 << 20).contains(&low)
    })
}

/// The rest of a header of 4 KiB, which is reserved.
pub(super) fn pbs_index(first: &[u8]) -> bool {
    first.get(80..4096).is_some_and(is_zeros)
}

fn is_zeros(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

/// Bytes that are looked at of what has to be text.
const TEXT: usize = 64;

/// The start of it is lines of text.
pub(super) fn text(first: &[u8]) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || b" \t\r\n".contains(byte);
    first.iter().take(TEXT).all(is_text)
}

/// A version, and the text in front: `<<< … >>>`.
pub(super) fn vdi(first: &[u8]) -> bool {
    first.starts_with(b"<<< ") && le_u16(first, 0x46) == Some(1)
}

/// Session keys (tags 1 and 3), as their packets have to look, and then what is
/// encrypted (tags 9, 18 and 20).
pub(super) fn open_pgp(first: &[u8]) -> bool {
    let mut rest = first;
    let mut keys = 0_u32;
    while let Some((tag, body, behind)) = packet(rest) {
        let is_right = match (tag, body) {
            // Version, key, algorithm.
            (1, [3, _, _, _, _, _, _, _, _, 1..=3 | 16..=19 | 25..=26, _, ..]) => true,
            (1, [6, ..]) => true,
            // Version, cipher, how a key is made of what is typed, by which hash.
            (3, [4, 1..=13, 0 | 1 | 3, 1..=14, ..] | [5 | 6, ..]) => true,
            (18, [1 | 2, ..]) | (9, [_, ..]) | (20, [1, ..]) => return keys > 0,
            _ => false,
        };
        if !is_right {
            return false;
        }
        (keys, rest) = (keys.saturating_add(1), behind);
    }
    false
}

/// The tag of the packet that `bytes` start with, its body as far as it is there, and
/// what is behind it.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (tag, length, taken) = match first {
        0xc0.. => {
            let (length, taken) = match *rest {
                [length @ 0..=191, ..] => (usize::from(length), 1),
                [high @ 192..=223, low, ..] => {
                    let high = usize::from(high.wrapping_sub(192)).wrapping_shl(8);
                    (high.saturating_add(low.into()).saturating_add(192), 2)
                }
                [255, ..] => (usize::try_from(be_u32(rest.get(1..5)?, 0)).ok()?, 5),
                // A part of it, by itself: only what is encrypted comes in parts.
                [_, ..] => (usize::MAX, 1),
                [] => return None,
            };
            (first & 0x3f, length, taken)
        }
        0x80.. => {
            let (length, taken) = match (first & 3, rest) {
                (0, [length, ..]) => (usize::from(*length), 1),
                (1, [high, low, ..]) => (u16::from_be_bytes([*high, *low]).into(), 2),
                (2, _) => (usize::try_from(be_u32(rest.get(..4)?, 0)).ok()?, 4),
                (3, _) => (usize::MAX, 0),
                _ => return None,
            };
            (first >> 2 & 15, length, taken)
        }
        _ => return None,
    };
    let rest = rest.get(taken..)?;
    let length = length.min(rest.len());
    rest.split_at_checked(length).map(|(body, behind)| (tag, body, behind))
}
