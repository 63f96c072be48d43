//! The record of who logged in, `/var/log/wtmp`: it has a line for each start and each
//! shutdown, too.
//!
//! Its records are `struct utmp` of `utmp(5)`, as glibc lays it out on x86 and on all
//! others that keep times of 32 bits in it: 384 bytes, little-endian on those that QEMU's
//! guests of Proxmox run.

use super::fact::FactKind;
use super::item::Item;
use super::walk::{Walk, tail};
use crate::file_system::Result;
use crate::source::{le_u16, le_u32, to_u64};

/// Bytes of a record.
const RECORD: usize = 384;

/// `ut_type` of a change of the run level: of a shutdown, too, under the user `shutdown`.
const RUN_LEVEL: u16 = 1;

/// `ut_type` of a start.
const BOOT_TIME: u16 = 2;

/// Tells the last start, and the last shutdown if it came after that. A file that does not
/// consist of such records tells nothing.
pub(super) fn logins(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let Some(node) = walk.file(item.path)? else { return Ok(()) };
    if node.size % to_u64(RECORD) != 0 {
        return Ok(());
    }
    let (offset, length) = tail(node.size, RECORD);
    let bytes = walk.bytes(node.id, offset, length)?;
    for record in bytes.rchunks_exact(RECORD) {
        let user = record.get(44..76).unwrap_or(&[]);
        let seconds = i64::from(le_u32(record, 340));
        match le_u16(record, 0) {
            BOOT_TIME => {
                item.tell_time(walk, FactKind::Boot, seconds);
                break;
            }
            RUN_LEVEL if user.starts_with(b"shutdown\0") && !walk.has(FactKind::Shutdown) => {
                item.tell_time(walk, FactKind::Shutdown, seconds);
            }
            _ => {}
        }
    }
    Ok(())
}
