//! What is decoded goes to whoever reads it by copying the start of it.

/// Copies the start of `from` to the start of `to`, as far as both go;
/// returns how many bytes that is.
pub(crate) fn copy_start(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}
