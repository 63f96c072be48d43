//! Texts in superblocks.

use uuid::Uuid;

use vma_source::{array, be_u16, le_u16, to_u64, to_usize};

/// Bytes up to the first zero, without blanks at the end; `None` if nothing is left.
pub(super) fn label(bytes: &[u8]) -> Option<String> {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or(&[]);
    let text = String::from_utf8_lossy(text);
    Some(text.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// The same of UTF-16, little-endian.
pub(super) fn label_utf16(bytes: &[u8]) -> Option<String> {
    utf16(bytes, le_u16)
}

/// The same, big-endian.
pub(super) fn label_utf16_big(bytes: &[u8]) -> Option<String> {
    utf16(bytes, be_u16)
}

fn utf16(bytes: &[u8], unit: fn(&[u8], usize) -> u16) -> Option<String> {
    let count = to_usize(to_u64(bytes.len()) / 2);
    let units: Vec<u16> = (0..count).map(|at| unit(bytes, at.saturating_mul(2))).collect();
    let text = units.split(|&unit| unit == 0).next().unwrap_or(&[]);
    let text = String::from_utf16_lossy(text);
    Some(text.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// The UUID at `at`; `None` where all of it is zeros.
pub(super) fn uuid(bytes: &[u8], at: usize) -> Option<String> {
    let uuid = Uuid::from_bytes(array(bytes.get(at..).unwrap_or(&[])));
    (!uuid.is_nil()).then(|| uuid.to_string())
}
