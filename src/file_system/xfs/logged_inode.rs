//! An inode as the log has it: `xfs_inode_log_format`, its fields in the order of the host
//! that wrote them, and what was changed of its forks.

use vma_source::{be_u16, be_u64, le_u16, le_u32, le_u64};

use crate::error::{Fault, Result};

/// Bytes of an inode's fields, in version 3.
pub(super) const CORE: usize = 176;

/// Where the sequence number of its last change stands.
const LSN_AT: usize = 112;

/// What of the contents' fork is there: bytes, extents, the root of a tree; a device.
const DATA: u32 = 0x2 | 0x4 | DATA_ROOT;
const DATA_ROOT: u32 = 0x8;
const DEVICE: u32 = 0x10;

/// And of the attributes' fork.
const ATTRIBUTES: u32 = 0x40 | 0x80 | ATTRIBUTES_ROOT;
const ATTRIBUTES_ROOT: u32 = 0x100;

/// The header of a node of extents, as which a root is logged.
const NODE: usize = 72;

const FLAG2_BIG_TIME: u64 = 0x8;
const FLAG2_BIG_COUNTS: u64 = 0x10;

/// Where numbers stand whatever the inode's flags are, and their bytes.
const NUMBERS: [(usize, usize); 20] = [
    (0, 2),
    (2, 2),
    (6, 2),
    (8, 4),
    (12, 4),
    (16, 4),
    (20, 2),
    (22, 2),
    (56, 8),
    (64, 8),
    (72, 4),
    (76, 4),
    (84, 4),
    (88, 2),
    (90, 2),
    (92, 4),
    (104, 8),
    (120, 8),
    (128, 4),
    (152, 8),
];

/// What stands there as it is: single bytes, the UUID.
const PLAIN: [(usize, usize); 4] = [(4, 2), (82, 2), (132, 12), (160, 16)];

/// One inode, of one transaction.
pub(super) struct LoggedInode {
    pub(super) number: u64,
    fields: u32,
    device: u32,
    /// Its fields, big-endian.
    core: Vec<u8>,
    data: Vec<u8>,
    attributes: Vec<u8>,
}

/// The first region of an item: which inode, and where its cluster is.
pub(super) struct Format {
    pub(super) number: u64,
    /// The buffer of the cluster: its first sector, and sectors.
    pub(super) buffer: (u64, u32),
    fields: u32,
    device: u32,
    regions: usize,
}

impl Format {
    /// In the form of 64 bits, or in that of 32.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (number, device, buffer) = match bytes.len() {
            56 => (16, 24, 40),
            52 => (12, 20, 36),
            _ => return None,
        };
        Some(Self {
            number: le_u64(bytes, number),
            buffer: (le_u64(bytes, buffer), le_u32(bytes, buffer + 8)),
            fields: le_u32(bytes, 4),
            device: le_u32(bytes, device),
            regions: le_u16(bytes, 2).into(),
        })
    }
}

impl LoggedInode {
    /// An item of the log, by its regions; `None` if it makes no sense.
    pub(super) fn parse(format: &Format, regions: &[Vec<u8>]) -> Option<Self> {
        let core = core(regions.get(1)?)?;
        let mut rest = regions.get(2..format.regions)?.iter();
        let mut next = |is_there: bool| {
            if is_there { rest.next().cloned() } else { Some(Vec::new()) }
        };
        Some(Self {
            number: format.number,
            fields: format.fields,
            device: format.device,
            core,
            data: next(format.fields & DATA != 0)?,
            attributes: next(format.fields & ATTRIBUTES != 0)?,
        })
    }

    /// Bytes that it has.
    pub(super) fn length(&self) -> usize {
        self.core.len().saturating_add(self.data.len()).saturating_add(self.attributes.len())
    }

    /// Puts it into `inode`, which is as it is on the disk, unless that is as new; whether
    /// it did.
    ///
    /// # Errors
    ///
    /// There is no room for what it has.
    pub(super) fn apply(&self, lsn: u64, inode: &mut [u8]) -> Result<bool> {
        let corrupt = || Fault::corrupt(format!("inode {}: log", self.number));
        if is_newer(inode, lsn) {
            return Ok(false);
        }
        let target = inode.get_mut(..self.core.len()).ok_or_else(corrupt)?;
        // Which is the next that is unlinked does not count here; the checksum is not made.
        target.copy_from_slice(&self.core);
        if let Some(place) = inode.get_mut(LSN_AT..LSN_AT + 8) {
            place.copy_from_slice(&lsn.to_be_bytes());
        }
        let (_, forks) = inode.split_at_mut_checked(CORE).ok_or_else(corrupt)?;
        let length = match self.core.get(82).copied().unwrap_or(0) {
            0 => forks.len(),
            di_forkoff => usize::from(di_forkoff) * 8,
        };
        let (data, attributes) = forks.split_at_mut_checked(length).ok_or_else(corrupt)?;
        if self.fields & DATA != 0 {
            let is_root = self.fields & DATA_ROOT != 0;
            put(data, &self.data, is_root).ok_or_else(corrupt)?;
        } else if self.fields & DEVICE != 0 {
            let place = data.get_mut(..4).ok_or_else(corrupt)?;
            place.copy_from_slice(&self.device.to_be_bytes());
        }
        if self.fields & ATTRIBUTES != 0 {
            let is_root = self.fields & ATTRIBUTES_ROOT != 0;
            put(attributes, &self.attributes, is_root).ok_or_else(corrupt)?;
        }
        Ok(true)
    }
}

/// Whether `inode` is as it was later: by its sequence number, which transactions may
/// share.
fn is_newer(inode: &[u8], lsn: u64) -> bool {
    let has = be_u64(inode, LSN_AT);
    inode.starts_with(b"IN") && inode.get(4) == Some(&3) && has != u64::MAX && has > lsn
}

/// The fields, big-endian.
fn core(logged: &[u8]) -> Option<Vec<u8>> {
    let logged = logged.get(..CORE).filter(|logged| logged.get(4) == Some(&3))?;
    let flags2 = le_u64(logged, 120);
    let mut core = vec![0; CORE];
    let mut turn = |at: usize, count: usize, is_turned: bool| {
        let target = core.get_mut(at..at.saturating_add(count));
        let (Some(target), Some(from)) = (target, logged.get(at..at.saturating_add(count))) else {
            return;
        };
        target.copy_from_slice(from);
        if is_turned {
            target.reverse();
        }
    };
    for (at, count) in PLAIN {
        turn(at, count, false);
    }
    for (at, count) in NUMBERS {
        turn(at, count, true);
    }
    if flags2 & FLAG2_BIG_COUNTS != 0 {
        turn(24, 8, true);
    } else {
        turn(30, 2, true);
        turn(80, 2, true);
    }
    for at in [32, 40, 48, 144] {
        if flags2 & FLAG2_BIG_TIME != 0 {
            turn(at, 8, true);
        } else {
            turn(at, 4, true);
            turn(at + 4, 4, true);
        }
    }
    Some(core)
}

/// Puts a fork in its place. A root is logged as a node of the tree, of which an inode has
/// a shorter header, and room for as many entries as fit (`xfs_bmbt_to_bmdr`).
fn put(fork: &mut [u8], logged: &[u8], is_root: bool) -> Option<()> {
    if !is_root {
        let count = fork.len().min(logged.len());
        fork.get_mut(..count)?.copy_from_slice(logged.get(..count)?);
        return Some(());
    }
    let (logged_room, room) =
        (logged.len().checked_sub(NODE)? / 16, fork.len().checked_sub(4)? / 16);
    let count = usize::from(be_u16(logged, 6));
    if count > room || count > logged_room {
        return None;
    }
    let bytes = count.checked_mul(8)?;
    let keys = logged.get(NODE..)?.get(..bytes)?;
    let pointers = logged.get(NODE..)?.get(logged_room.checked_mul(8)?..)?.get(..bytes)?;
    fork.get_mut(..4)?.copy_from_slice(logged.get(4..8)?);
    fork.get_mut(4..)?.get_mut(..bytes)?.copy_from_slice(keys);
    fork.get_mut(4..)?.get_mut(room.checked_mul(8)?..)?.get_mut(..bytes)?.copy_from_slice(pointers);
    Some(())
}
