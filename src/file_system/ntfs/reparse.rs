//! Reparse points: [MS-FSCC], sections 2.1.2.1 and following. What a filter of Windows
//! makes of a file: a link, or something whose contents are not its data.

use vma_source::{le_u16, le_u32};

use super::name::{units, wtf8_of};
use crate::names::wtf8;
use crate::node::FileType;
use crate::reader::Name;

/// Bytes of a reparse point, at most: as Windows has it.
pub(super) const REPARSE_MAX: u64 = 16 << 10;

const SYMLINK: u32 = 0xa000_000c;
const MOUNT_POINT: u32 = 0xa000_0003;
const LX_SYMLINK: u32 = 0xa000_001d;
const AF_UNIX: u32 = 0x8000_0023;
const LX_FIFO: u32 = 0x8000_0024;
const LX_CHR: u32 = 0x8000_0025;
const LX_BLK: u32 = 0x8000_0026;

/// `IO_REPARSE_TAG_CLOUD`, `_CLOUD_1` to `_CLOUD_F`: the four bits in between count them.
const CLOUD: u32 = 0x9000_001a;
const CLOUD_NUMBER: u32 = 0x0000_f000;

/// What a reparse point makes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reparse {
    /// A link, with its target.
    Link(Name),
    /// Something of Unix.
    Unix(FileType),
    /// A file whose contents may be fetched when they are wanted: they are there if there
    /// is no hole in them.
    Cloud,
    /// Something whose contents are elsewhere, or packed; what that is called.
    Elsewhere(String),
}

/// Whether what has that tag is a link.
pub(super) fn is_link(tag: u32) -> bool {
    matches!(tag, SYMLINK | MOUNT_POINT | LX_SYMLINK)
}

impl Reparse {
    /// Reads the value of the attribute. `None` where it makes no sense.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let tag = le_u32(value.get(..8)?, 0);
        let data = value.get(8..)?.get(..usize::from(le_u16(value, 4)))?;
        Some(match tag {
            // A link of Windows has flags in front of its names, a mount point none.
            SYMLINK => Self::Link(target(data, 12, le_u32(data.get(..12)?, 8) & 1 != 0)?),
            MOUNT_POINT => Self::Link(target(data, 8, false)?),
            LX_SYMLINK => Self::Link(Name(data.get(4..)?.to_vec())),
            AF_UNIX => Self::Unix(FileType::Socket),
            LX_FIFO => Self::Unix(FileType::Fifo),
            LX_CHR => Self::Unix(FileType::Character),
            LX_BLK => Self::Unix(FileType::Block),
            _ if tag & !CLOUD_NUMBER == CLOUD => Self::Cloud,
            _ => Self::Elsewhere(named(tag)),
        })
    }
}

/// What speaks against reading a file's data as its contents.
fn named(tag: u32) -> String {
    let name = match tag {
        0x8000_0017 => "compressed by Windows (WOF)",
        0x8000_0013 => "deduplicated by Windows",
        0x8000_0007 => "single instance storage of Windows",
        0x8000_0008 => "in a WIM image",
        0xc000_0004 | 0x8000_0006 => "hierarchical storage of Windows",
        0x8000_001e | 0x8000_0021 => "in a cloud",
        0x8000_0018 | 0x9000_1018 => "of a container of Windows",
        0x8000_001b => "alias of a packaged program",
        0x8000_0014 => "special file of NFS",
        _ => return format!("reparse point {tag:#010x}"),
    };
    name.to_owned()
}

/// The target, of which a name for the system and one for persons are in `data`, the
/// names from `start` on.
fn target(data: &[u8], start: usize, is_relative: bool) -> Option<Name> {
    let names = data.get(start..)?;
    let name = |at: usize| {
        let from = usize::from(le_u16(data, at));
        names.get(from..)?.get(..usize::from(le_u16(data, at.checked_add(2)?)))
    };
    let mut target = units(name(0)?);
    if target.is_empty() {
        return Some(wtf8_of(name(4)?));
    }
    if is_relative {
        // As a link of Unix has it: the way is one inside the volume.
        let backslash = u16::from(b'\\');
        target.iter_mut().filter(|unit| **unit == backslash).for_each(|unit| *unit = b'/'.into());
        return Some(wtf8(&target));
    }
    Some(Name(as_seen(wtf8(&target).0)))
}

/// A name of Windows' object manager, as programs have it.
fn as_seen(target: Vec<u8>) -> Vec<u8> {
    let Some(rest) = target.strip_prefix(br"\??\") else { return target };
    if let Some(share) = rest.strip_prefix(br"UNC\") {
        return [br"\\", share].concat();
    }
    if rest.starts_with(b"Volume{") {
        return [br"\\?\", rest].concat();
    }
    rest.to_vec()
}

/// The target of a link as Interix and ntfs-3g make one: a file of the system that begins
/// so, with the target in UTF-16 behind. `None` if it is something else.
pub(super) fn interix_link(contents: &[u8]) -> Option<Name> {
    contents.strip_prefix(b"IntxLNK\x01").map(wtf8_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_as_programs_have_them() {
        let seen = |target: &[u8]| String::from_utf8(as_seen(target.to_vec())).unwrap();
        assert_eq!(seen(br"\??\C:\Users"), r"C:\Users");
        assert_eq!(seen(br"\??\UNC\server\share"), r"\\server\share");
        assert_eq!(seen(br"\??\Volume{1}\"), r"\\?\Volume{1}\");
        assert_eq!(seen(br"D:\x"), r"D:\x");
    }
}
