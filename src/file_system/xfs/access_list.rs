//! Access control lists, which XFS keeps in a form of its own.

use vma_source::{be_u16, be_u32, to_usize};

/// Bytes of an entry.
const ENTRY: usize = 12;

/// The name that programs on Linux know such an attribute by.
pub(super) fn name_of(name: &[u8]) -> Option<&'static [u8]> {
    match name {
        b"SGI_ACL_FILE" => Some(b"system.posix_acl_access"),
        b"SGI_ACL_DEFAULT" => Some(b"system.posix_acl_default"),
        _ => None,
    }
}

/// The list as programs on Linux get it (`posix_acl_xattr.h`), from what XFS stores
/// (`xfs_acl_from_disk`).
pub(super) fn convert(stored: &[u8]) -> Option<Vec<u8>> {
    let count = to_usize(be_u32(stored, 0).into());
    let entries = stored.get(4..4_usize.checked_add(count.checked_mul(ENTRY)?)?)?;
    let mut list = 2_u32.to_le_bytes().to_vec();
    for entry in entries.chunks_exact(ENTRY) {
        let ae_tag = u16::try_from(be_u32(entry, 0)).ok()?;
        let is_named = matches!(ae_tag, 0x2 | 0x8);
        let id = if is_named { be_u32(entry, 4) } else { u32::MAX };
        list.extend_from_slice(&ae_tag.to_le_bytes());
        list.extend_from_slice(&be_u16(entry, 8).to_le_bytes());
        list.extend_from_slice(&id.to_le_bytes());
    }
    Some(list)
}
