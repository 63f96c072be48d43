//! Descriptors of volumes: ECMA-119, 8.

use vma_source::{ReadAt, be_u16, le_u16};

use super::record::{FIXED, Record};
use crate::blocks::read_exact;
use crate::error::{Fault, Result};

/// Bytes of a sector, in which directories are written; the first descriptor; how many
/// are looked at.
pub(super) const SECTOR: u64 = 2048;
const FIRST: u64 = 16;
const DESCRIPTORS_MAX: u64 = 64;

/// Where a descriptor has the record of the root directory.
const ROOT_AT: usize = 156;

/// What a descriptor says of a tree of directories.
#[derive(Clone)]
pub(super) struct Volume {
    pub(super) root: Record,
    pub(super) block_size: u64,
}

/// The descriptors of a disc.
pub(super) struct Descriptors {
    pub(super) primary: Volume,
    pub(super) joliet: Option<Volume>,
}

impl Descriptors {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// They cannot be had, or none is the first of a volume.
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self> {
        let (mut primary, mut joliet) = (None, None);
        let mut sector = vec![0; 2048];
        for number in FIRST..FIRST.saturating_add(DESCRIPTORS_MAX) {
            let place = number.saturating_mul(SECTOR);
            if let Err(fault) = read_exact(source, place, &mut sector, "volume descriptor") {
                // Without the end of the list, what was found counts.
                if primary.is_none() {
                    return Err(fault);
                }
                break;
            }
            if sector.get(1..6) != Some(b"CD001".as_slice()) {
                break;
            }
            match sector.first() {
                Some(1) if primary.is_none() => primary = Some(volume(&sector)?),
                Some(2) if joliet.is_none() && is_joliet(&sector) => {
                    joliet = Some(volume(&sector)?);
                }
                Some(255) => break,
                _ => {}
            }
        }
        let primary = primary.ok_or_else(|| Fault::corrupt("volume descriptor"))?;
        Ok(Self { primary, joliet })
    }
}

/// By the escape sequences of the three levels of UCS-2.
fn is_joliet(sector: &[u8]) -> bool {
    let escape = sector.get(88..91);
    [b"%/@", b"%/C", b"%/E"].iter().any(|known| escape == Some(known.as_slice()))
}

fn volume(sector: &[u8]) -> Result<Volume> {
    let block_size = le_u16(sector, 128);
    let root = sector.get(ROOT_AT..).and_then(|rest| Record::new(rest.get(..FIXED + 1)?));
    let is_sound = matches!(block_size, 512 | 1024 | 2048) && block_size == be_u16(sector, 130);
    let root = root.filter(|_| is_sound).ok_or_else(|| Fault::corrupt("volume descriptor"))?;
    Ok(Volume { root, block_size: block_size.into() })
}
