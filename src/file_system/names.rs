//! Names in UTF-16, as the bytes that a [`Name`] holds.

use crate::reader::Name;

/// `units` in WTF-8: UTF-8 where they are UTF-16, and three bytes for each half of a
/// pair that lacks the other.
pub(crate) fn wtf8(units: &[u16]) -> Name {
    let mut bytes = Vec::with_capacity(units.len());
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(letter) => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                let middle = (high & 0x0f) << 2 | low >> 6;
                bytes.extend_from_slice(&[0xe0 | high >> 4, 0x80 | middle, 0x80 | (low & 0x3f)]);
            }
        }
    }
    Name(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_half_of_a_pair_is_kept() {
        // "The WTF-8 encoding", section 4.1: U+D800 to U+DFFF as if they were scalars.
        assert_eq!(wtf8(&[0x61, 0xd83d, 0xde00]).0, "a😀".as_bytes());
        assert_eq!(wtf8(&[0xd83d, 0x61]).0, b"\xed\xa0\xbda");
        assert_eq!(wtf8(&[0xde00]).0, b"\xed\xb8\x80");
    }

    #[test]
    fn what_would_lead_elsewhere_is_no_plain_name() {
        let plain = |name: &[u8]| Name(name.to_vec()).is_plain();
        assert!(plain(b"..."));
        assert!(!plain(b"") && !plain(b".") && !plain(b"..") && !plain(b"a/b") && !plain(b"a\0"));
    }
}
