//! What an entry of a directory says of a file, in one form for FAT and exFAT.

use super::clusters::Extent;
use crate::calendar::Moment;
use crate::node::{FileType, Node, NodeId, Time};

/// What an entry says.
///
/// Many fields: each is one of the entry's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub(super) is_directory: bool,
    pub(super) is_hidden: bool,
    /// Bytes of a file; of a directory those that its entries take, where it says so.
    pub(super) size: u64,
    /// Bytes that were written; zeros follow up to `size`.
    pub(super) valid: u64,
    pub(super) extent: Extent,
    pub(super) created: Option<Time>,
    pub(super) modified: Option<Time>,
    pub(super) accessed: Option<Time>,
}

impl Stored {
    /// The root directory, of which no entry tells.
    pub(super) fn root(extent: Extent) -> Self {
        Self {
            is_directory: true,
            is_hidden: false,
            size: 0,
            valid: 0,
            extent,
            created: None,
            modified: None,
            accessed: None,
        }
    }

    pub(super) fn file_type(&self) -> FileType {
        if self.is_directory { FileType::Directory } else { FileType::File }
    }

    pub(super) fn node(&self, id: NodeId) -> Node {
        Node {
            id,
            file_type: self.file_type(),
            size: self.size,
            links: None,
            attributes: None,
            modified: self.modified,
            changed: None,
            accessed: self.accessed,
            created: self.created,
            device: None,
            is_hidden: self.is_hidden,
        }
    }
}

/// A time as DOS writes it: two seconds are one, hundredths on top.
pub(super) fn dos_time(date: u16, time: u16, hundredths: u8) -> Option<Time> {
    let extra = u32::from(hundredths).min(199);
    let moment = Moment {
        year: u32::from(date >> 9).saturating_add(1980),
        month: (date >> 5 & 15).into(),
        day: (date & 31).into(),
        hour: (time >> 11).into(),
        minute: (time >> 5 & 63).into(),
        second: u32::from(time & 31).saturating_mul(2).min(59),
    };
    let seconds = moment.seconds()?.checked_add(i64::from(extra / 100))?;
    let nanoseconds = (extra % 100).saturating_mul(10_000_000);
    Some(Time { seconds, nanoseconds, is_local: true })
}
