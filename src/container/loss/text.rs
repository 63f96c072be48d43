//! A source that something copied as text: a carriage return stands before every line
//! feed, as where FTP or a terminal puts one in.

use crate::source::{Error, ReadAt, read_range};

/// Bytes of the source that are looked at, in either place.
const WINDOW: u64 = 64 * 1024;

/// Line feeds that are enough. Of what is packed, one in 256 has a carriage return
/// before it: one time in 2^64, chance brings about as many.
const LINES_MIN: usize = 8;

/// Whether the start of `source` has no line feed but behind a carriage return.
///
/// # Errors
///
/// The source cannot be read.
pub(in crate::container) fn starts_as_text(source: &dyn ReadAt) -> Result<bool, Error> {
    Ok(has_text_lines(&read_range(source, 0..WINDOW)?))
}

/// The same of what stands around `offset`. Both have to be so in what was copied as text,
/// since text of a disk may stand in stored blocks.
///
/// # Errors
///
/// The source cannot be read.
pub(in crate::container) fn is_text_around(
    source: &dyn ReadAt,
    offset: u64,
) -> Result<bool, Error> {
    let from = offset.saturating_sub(WINDOW / 2);
    Ok(has_text_lines(&read_range(source, from..from.saturating_add(WINDOW))?))
}

fn has_text_lines(bytes: &[u8]) -> bool {
    let (mut before, mut lines) = (0, 0_usize);
    for &byte in bytes {
        if byte == b'\n' && before != b'\r' {
            return false;
        }
        lines = lines.saturating_add(usize::from(byte == b'\n'));
        before = byte;
    }
    lines >= LINES_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_line_feeds_tell_and_few_do_not() {
        let lines = |count: usize| b"ab\r\n".repeat(count);
        assert!(has_text_lines(&lines(LINES_MIN)));
        assert!(!has_text_lines(&lines(LINES_MIN - 1)));
        assert!(!has_text_lines(&[lines(1000), b"a\n".to_vec(), lines(1000)].concat()));
        assert!(!has_text_lines(&[]));
    }

    #[test]
    fn text_that_is_packed_as_it_is_does_not_tell() {
        let text = b"ab\r\n".repeat(40_000);
        let packed = [b"name: a\n".to_vec(), text.clone()].concat();
        assert!(starts_as_text(&text).unwrap() && is_text_around(&text, 100_000).unwrap());
        assert!(!starts_as_text(&packed).unwrap() && is_text_around(&packed, 100_000).unwrap());
    }
}
