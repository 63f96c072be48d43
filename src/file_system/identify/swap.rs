//! Swap space of Linux: `union swap_header` of `include/linux/swap.h`, as `mkswap` of
//! little-endian machines writes it; and the image of a hibernated system in it.

use super::text::{label, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, le_u32};

/// Bytes of a page of the machine, at the end of which the magic stands.
const PAGE_SIZES: [u64; 4] = [4096, 8192, 16_384, 65_536];

/// Where version, last page, UUID and label stand.
const HEADER: u64 = 1024;
const HEADER_LENGTH: usize = 44;

/// What stands in place of the magic while a system is hibernated: by the kernel
/// (`kernel/power/swap.c`), by uswsusp, and by TuxOnIce.
const HIBERNATED: [&[u8]; 4] = [b"S1SUSPEND", b"S2SUSPEND", b"ULSUSPEND", b"LINHIB0001"];

pub(super) fn swap(look: &Glimpse) -> Result<Option<Volume>, Error> {
    for page in PAGE_SIZES {
        let Some(magic) = look.bytes(page.saturating_sub(10), 10)? else { continue };
        let is_hibernated = HIBERNATED.iter().any(|known| magic.starts_with(known));
        if magic != b"SWAPSPACE2" && !is_hibernated {
            continue;
        }
        let Some(header) = look.bytes(HEADER, HEADER_LENGTH)? else { continue };
        let (version, last_page) = (le_u32(&header, 0), u64::from(le_u32(&header, 4)));
        if version != 1 || last_page == 0 {
            continue;
        }
        let kind = if is_hibernated { Kind::Hibernated } else { Kind::Swap };
        return Ok(Some(Volume {
            label: label(header.get(28..44).unwrap_or(&[])),
            uuid: uuid(&header, 12),
            size: Some(last_page.saturating_add(1).saturating_mul(page)),
            ..Volume::new(kind, Proof::Plausible)
        }));
    }
    Ok(None)
}
