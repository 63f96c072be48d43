//! Inodes.

use vma_source::{le_u32, le_u64};

use super::node::Item;
use crate::error::{Fault, Result};
use crate::node::{Attributes, FileType, Node, NodeId, Time};

/// The kind of an inode's key, and the bytes of its item.
pub(super) const INODE_ITEM: u8 = 1;
const LENGTH: usize = 160;

/// The flag of a file without checksums.
const NO_SUMS: u64 = 1;

/// What an inode says.
pub(super) struct Inode {
    pub(super) node: Node,
    /// Whether each sector of its contents has a checksum.
    pub(super) is_summed: bool,
}

impl Inode {
    /// Parses an item.
    ///
    /// # Errors
    ///
    /// It makes no sense.
    pub(super) fn parse(item: &Item, id: NodeId) -> Result<Self> {
        let bytes = item.bytes()?;
        let wrong = || Fault::corrupt(format!("inode {}", item.key.object));
        let size = le_u64(bytes, 16);
        if bytes.len() < LENGTH || i64::try_from(size).is_err() {
            return Err(wrong());
        }
        let mode = le_u32(bytes, 52);
        let file_type = FileType::of_mode(mode).ok_or_else(wrong)?;
        let rdev = le_u64(bytes, 56);
        let is_device = matches!(file_type, FileType::Block | FileType::Character);
        // Twenty bits are the minor number.
        let device = (u32::try_from(rdev >> 20).ok(), u32::try_from(rdev & 0xf_ffff).ok());
        let has_size = matches!(file_type, FileType::File | FileType::Link);
        Ok(Self {
            node: Node {
                id,
                file_type,
                size: if has_size { size } else { 0 },
                links: Some(le_u32(bytes, 40).into()),
                attributes: Some(Attributes {
                    mode: u16::try_from(mode & 0o7777).unwrap_or(0),
                    user: le_u32(bytes, 44),
                    group: le_u32(bytes, 48),
                }),
                modified: time(bytes, 136),
                changed: time(bytes, 124),
                accessed: time(bytes, 112),
                created: time(bytes, 148),
                device: device.0.zip(device.1).filter(|_| is_device),
                is_hidden: false,
            },
            is_summed: le_u64(bytes, 64) & NO_SUMS == 0,
        })
    }

    /// The directory that stands in a snapshot where another subvolume was: the kernel
    /// shows it empty, too.
    pub(super) fn placeholder(id: NodeId) -> Self {
        let node = Node {
            id,
            file_type: FileType::Directory,
            size: 0,
            links: None,
            attributes: None,
            modified: None,
            changed: None,
            accessed: None,
            created: None,
            device: None,
            is_hidden: false,
        };
        Self { node, is_summed: true }
    }
}

fn time(bytes: &[u8], at: usize) -> Option<Time> {
    let seconds = i64::from_le_bytes(le_u64(bytes, at).to_le_bytes());
    let nanoseconds = le_u32(bytes, at.saturating_add(8));
    // None was written down: all of it is zeros.
    let is_there = seconds != 0 || nanoseconds != 0;
    (is_there && nanoseconds < 1_000_000_000).then_some(Time {
        seconds,
        nanoseconds,
        is_local: false,
    })
}
