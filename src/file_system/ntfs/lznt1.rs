//! LZNT1: [MS-XCA], section 2.5. Chunks that each unpack to 4096 bytes, of which each is
//! for itself.

use vma_source::le_u16;

/// Bytes that a chunk unpacks to.
const CHUNK: usize = 4096;

/// Fills `out` with what `packed` unpacks to. Behind the last chunk come zeros, as NTFS
/// writes it. `None` where it makes no sense.
pub(super) fn unpack(packed: &[u8], out: &mut [u8]) -> Option<()> {
    let mut rest = packed;
    let mut chunks = out.chunks_mut(CHUNK);
    while rest.len() >= 2 {
        let header = le_u16(rest, 0);
        if header == 0 {
            break;
        }
        let Some(chunk) = chunks.next() else { return Some(()) };
        let length = usize::from(header & 0x0fff).checked_add(1)?;
        let (body, behind) = rest.get(2..)?.split_at_checked(length)?;
        rest = behind;
        // Bits 12 to 14 are 3 always, bit 15 is set where a chunk is packed.
        match header >> 12 {
            0b1011 => unpack_chunk(body, chunk)?,
            0b0011 => store(body, chunk)?,
            _ => return None,
        }
    }
    chunks.for_each(|chunk| chunk.fill(0));
    Some(())
}

/// A chunk as it is. The last of a file may be shorter than what it stands for.
fn store(body: &[u8], chunk: &mut [u8]) -> Option<()> {
    let count = body.len().min(chunk.len());
    let (front, back) = chunk.split_at_mut_checked(count)?;
    front.copy_from_slice(body.get(..count)?);
    back.fill(0);
    Some(())
}

/// Groups of eight tokens, each a byte or a pair of how far back and how long, behind a
/// byte with a bit for each.
fn unpack_chunk(body: &[u8], chunk: &mut [u8]) -> Option<()> {
    let (mut rest, mut at) = (body, 0_usize);
    while let Some((&kinds, behind)) = rest.split_first() {
        rest = behind;
        for bit in 0..8 {
            if rest.is_empty() {
                break;
            }
            if kinds >> bit & 1 == 0 {
                let (&byte, behind) = rest.split_first()?;
                *chunk.get_mut(at)? = byte;
                (rest, at) = (behind, at.checked_add(1)?);
            } else {
                let token = usize::from(le_u16(rest.get(..2)?, 0));
                rest = rest.get(2..)?;
                at = repeat(token, at, chunk)?;
            }
        }
    }
    chunk.get_mut(at..)?.fill(0);
    Some(())
}

/// Repeats what stands before `at`, and returns where it ends. The further in a chunk,
/// the more bits of a token tell how far back, and the fewer how long.
fn repeat(token: usize, at: usize, chunk: &mut [u8]) -> Option<usize> {
    let last = at.checked_sub(1)?;
    let bits = usize::BITS.saturating_sub(last.leading_zeros()).clamp(4, 12);
    let lengths = 16_u32.checked_sub(bits)?;
    let back = token.checked_shr(lengths)?.checked_add(1)?;
    let mask = 1_usize.checked_shl(lengths)?.checked_sub(1)?;
    let end = (token & mask).checked_add(3)?.checked_add(at)?;
    let mut from = at.checked_sub(back)?;
    for to in at..end {
        let byte = *chunk.get(from)?;
        *chunk.get_mut(to)? = byte;
        from = from.checked_add(1)?;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of [MS-XCA], section 3.3.
    #[test]
    fn the_documented_example_unpacks() {
        let packed = [
            0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2,
            0x47, 0x01, 0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0,
            0x45, 0x20, 0x05, 0x24, 0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58,
            0x02, 0x8c, 0x09, 0x16, 0x01, 0x48, 0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00, 0x04, 0x01,
            0x18, 0x90, 0x00,
        ];
        let mut out = [0xaa; 142];
        unpack(&packed, &mut out).unwrap();
        let text = "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D \
                    E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";
        assert_eq!(String::from_utf8_lossy(&out), text);
    }

    #[test]
    fn what_points_before_its_chunk_or_ends_inside_a_token_makes_no_sense() {
        let mut out = [0; CHUNK];
        assert_eq!(unpack(&[0x02, 0xb0, 0x01, 0x00, 0x00], &mut out), None);
        assert_eq!(unpack(&[0x03, 0xb0, 0x02, b'a', 0x00, 0x10], &mut out), None);
        assert_eq!(unpack(&[0x02, 0xb0, 0x02, b'a', 0x00], &mut out), None);
        assert_eq!(unpack(&[0x05, 0xb0, 0x00, b'a'], &mut out), None);
        assert_eq!(unpack(&[0x02, 0x80, 0x00, b'a', b'b'], &mut out), None);
    }
}
