//! Extended attributes, in an inode and in a block: `attributes.rst` of the kernel's
//! documentation.

use vma_source::{le_u16, le_u32, to_u64};

use super::disk::Disk;
use super::inode::Inode;
use super::sums::around;
use crate::error::{Fault, FaultKind, Result};
use crate::reader::{ExtendedAttribute, Name};

const MAGIC: u32 = 0xea02_0000;

/// Bytes of the header of a block, where its checksum is, and those of an entry before its
/// name.
const HEADER: usize = 32;
const CHECKSUM_AT: usize = 0x10;
const FIXED: usize = 16;

/// What the first parts of names stand for, by `e_name_index`; Linux shows no others.
const PREFIXES: [(u8, &[u8]); 8] = [
    (1, b"user."),
    (ACCESS, b"system.posix_acl_access"),
    (DEFAULT, b"system.posix_acl_default"),
    (4, b"trusted."),
    (6, b"security."),
    (8, b"system.richacl"),
    (10, b"gnu."),
    (SYSTEM, b"system."),
];
const ACCESS: u8 = 2;
const DEFAULT: u8 = 3;
const SYSTEM: u8 = 7;

/// The name of what goes on from contents that stand in the inode: no attribute for others.
const INLINE: &[u8] = b"data";

/// The longest value that Linux lets one have.
const VALUE_MAX: usize = 64 << 10;

/// One attribute, as it is written.
struct Entry<'a> {
    index: u8,
    name: &'a [u8],
    /// The inode that the value is in; 0 for none.
    value_inode: u32,
    value: &'a [u8],
    size: usize,
    hash: u32,
}

impl<'a> Entry<'a> {
    /// The first in `bytes` and what is behind it; `None` at their end. Values stand in
    /// `all`.
    ///
    /// # Errors
    ///
    /// It makes no sense.
    fn split(bytes: &'a [u8], all: &'a [u8]) -> Result<Option<(Self, &'a [u8])>> {
        let wrong = || Fault::corrupt("extended attributes");
        if bytes.len() < 4 {
            return Err(wrong());
        }
        if le_u32(bytes, 0) == 0 {
            return Ok(None);
        }
        let (fixed, rest) = bytes.split_at_checked(FIXED).ok_or_else(wrong)?;
        let [e_name_len, e_name_index, ..] = *fixed else { return Err(wrong()) };
        let (e_value_inum, e_value_size) = (le_u32(fixed, 4), le_u32(fixed, 8));
        let length = usize::from(e_name_len);
        let name = rest.get(..length).ok_or_else(wrong)?;
        let rest = rest.get(length.next_multiple_of(4)..).ok_or_else(wrong)?;
        let size = usize::try_from(e_value_size).unwrap_or(usize::MAX);
        let value = match e_value_inum {
            0 => {
                let from = all.get(usize::from(le_u16(fixed, 2))..);
                from.and_then(|from| from.get(..size)).ok_or_else(wrong)?
            }
            _ => &[],
        };
        let hash = le_u32(fixed, 12);
        Ok(Some((
            Self { index: e_name_index, name, value_inode: e_value_inum, value, size, hash },
            rest,
        )))
    }

    /// Whether it goes on from contents that stand in the inode.
    fn is_inline(&self) -> bool {
        self.index == SYSTEM && self.name == INLINE
    }

    /// Whether `value`, as what it is hashed by, agrees with the hash; 0 is none. Linux on
    /// some processors took letters of the name above 127 for negative numbers.
    fn agrees(&self, value: &[u8]) -> bool {
        let of = |letter: fn(u8) -> u32| {
            let name =
                self.name.iter().fold(0_u32, |hash, &byte| hash.rotate_left(5) ^ letter(byte));
            value.chunks(4).fold(name, |hash, word| hash.rotate_left(16) ^ le_u32(word, 0))
        };
        let signed =
            |byte: u8| u32::from_le_bytes(i32::from(i8::from_le_bytes([byte])).to_le_bytes());
        self.hash == 0 || self.hash == of(u32::from) || self.hash == of(signed)
    }
}

/// The bytes of entries in an inode: behind the magic number.
fn in_body(inode: &Inode) -> Option<&[u8]> {
    let is_there = inode.body.len() >= 4 && le_u32(&inode.body, 0) == MAGIC;
    inode.body.get(4..).filter(|_| is_there)
}

/// What goes on from the contents that stand in an inode; nothing where they end there.
///
/// # Errors
///
/// The attributes make no sense.
pub(super) fn inline(inode: &Inode) -> Result<Vec<u8>> {
    let Some(all) = in_body(inode) else { return Ok(Vec::new()) };
    let mut rest = all;
    while let Some((entry, behind)) = Entry::split(rest, all)? {
        if entry.is_inline() {
            return Ok(entry.value.to_vec());
        }
        rest = behind;
    }
    Ok(Vec::new())
}

/// The extended attributes of an inode, those in it first.
///
/// # Errors
///
/// They make no sense, do not agree with a checksum, or cannot be had.
pub(super) fn list(disk: &Disk, inode: &Inode) -> Result<Vec<ExtendedAttribute>> {
    let mut found = Vec::new();
    if let Some(all) = in_body(inode) {
        add(disk, all, all, &mut found)?;
    }
    if inode.attributes != 0 {
        let block = block(disk, inode)?;
        add(disk, block.get(HEADER..).unwrap_or(&[]), &block, &mut found)?;
    }
    Ok(found)
}

fn block(disk: &Disk, inode: &Inode) -> Result<Vec<u8>> {
    let about = || format!("extended attributes of inode {}", inode.number);
    let block = disk.block(inode.attributes, &about())?;
    // One block is all that there ever was.
    if le_u32(&block, 0) != MAGIC || le_u32(&block, 8) != 1 {
        return Err(Fault::corrupt(about()));
    }
    let (before, behind) = around(&block, CHECKSUM_AT, 4);
    let number = inode.attributes.to_le_bytes();
    let parts = [number.as_slice(), before, &[0; 4], behind];
    disk.sums.hold(disk.superblock.seed, &parts, le_u32(&block, CHECKSUM_AT), about)?;
    Ok(block)
}

fn add(disk: &Disk, entries: &[u8], all: &[u8], found: &mut Vec<ExtendedAttribute>) -> Result<()> {
    let mut rest = entries;
    while let Some((entry, behind)) = Entry::split(rest, all)? {
        rest = behind;
        let prefix = PREFIXES.iter().find(|(index, _)| *index == entry.index);
        let Some((_, prefix)) = prefix.filter(|_| !entry.is_inline()) else { continue };
        let value = value(disk, &entry)?;
        let value = match entry.index {
            ACCESS | DEFAULT => access_list(&value)?,
            _ => value,
        };
        found.push(ExtendedAttribute { name: Name([prefix, entry.name].concat()), value });
    }
    Ok(())
}

fn value(disk: &Disk, entry: &Entry<'_>) -> Result<Vec<u8>> {
    let wrong = || Fault::corrupt("hash of an extended attribute");
    if entry.value_inode == 0 {
        return if entry.agrees(entry.value) { Ok(entry.value.to_vec()) } else { Err(wrong()) };
    }
    if entry.size > VALUE_MAX {
        return Err(Fault::new(FaultKind::TooLarge, "extended attribute"));
    }
    let inode = disk.inode(entry.value_inode)?;
    if !inode.is_value || inode.size != to_u64(entry.size) {
        return Err(Fault::corrupt("value of an extended attribute"));
    }
    let mut value = vec![0; entry.size];
    disk.read_contents(&inode, 0, &mut value)?;
    // The inode has a checksum of the value where others have a time; the entry's hash is
    // over that. Without `metadata_csum`, both start from the UUID all the same.
    let seed = disk.superblock.value_seed;
    let sum = disk.sums.on_from(seed, &[&value]);
    let agrees = sum == inode.value_sum && entry.agrees(&sum.to_le_bytes());
    if agrees { Ok(value) } else { Err(wrong()) }
}

/// Users and groups of an access control list have a number; others have none.
const NUMBERED: [u16; 2] = [0x2, 0x8];

/// An access control list as Linux hands it out (`posix_acl_xattr.h`), of the shorter form
/// in which it is stored here.
fn access_list(stored: &[u8]) -> Result<Vec<u8>> {
    let wrong = || Fault::corrupt("access control list");
    let (version, mut rest) = stored.split_at_checked(4).ok_or_else(wrong)?;
    if le_u32(version, 0) != 1 {
        return Err(wrong());
    }
    let mut given = 2_u32.to_le_bytes().to_vec();
    while !rest.is_empty() {
        let is_numbered = NUMBERED.contains(&le_u16(rest, 0));
        let (entry, behind) =
            rest.split_at_checked(if is_numbered { 8 } else { 4 }).ok_or_else(wrong)?;
        given.extend_from_slice(entry);
        if !is_numbered {
            given.extend_from_slice(&[0xff; 4]);
        }
        rest = behind;
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_list_is_as_linux_hands_it_out() {
        // A list of five that Linux 6.18 was given: what `debugfs` shows of the inode, and what
        // `getxattr` gives.
        let stored = "01000000010006000200060070110100040004001000060020000000";
        let given = "0200000001000600ffffffff020006007011010004000400ffffffff\
                     10000600ffffffff20000000ffffffff";
        let unhex = |text: &str| -> Vec<u8> {
            let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
            digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
        };
        assert_eq!(access_list(&unhex(stored)).unwrap(), unhex(given));
        assert!(access_list(&unhex(stored)[..27]).is_err());
    }
}
