//! A finished scan as bytes, to keep, so that an archive that was scanned
//! before need not be scanned again.
//!
//! Only scans without a finding are kept, and of archives that Proxmox's own
//! program accepts: what is wrong with an archive is worth looking at anew. All integers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `VMAK` |
//! | 4 | version of this layout |
//! | 16 | MD5 of the archive's header, to which the rest belongs |
//! | 12 × 8 | the figures of the extents |
//! | 4 | number of extents; then for each where its header stands (8), and the start of its MD5 (8) |
//! | 4 | number of devices; then for each its id (1), its number of pages (4), and the pages |
//! | 1 | whether checkpoints of the container follow |
//! | … | they, as [`crate::container`] writes them |
//! | 16 | MD5 of everything before |

use md5::{Digest, Md5};

use crate::archive::Archive;
use crate::archive::unit::DeviceId;
use crate::image::index::DeviceIndex;
use crate::scan::reread::Headers;
use crate::scan::statistics::ExtentStatistics;
use crate::scan::{Scan, Scanned};
use crate::source::{Reader, Writer};

const MAGIC: &[u8; 4] = b"VMAK";
const VERSION: u32 = 4;
const MD5_SIZE: usize = 16;

/// The bytes of a finished scan of `archive`; `None` if it is not finished, has
/// findings or more than about a million extents, or if the archive is not
/// `accepted` by Proxmox's program.
#[must_use]
pub fn to_bytes(archive: &Archive, scan: &Scan, accepted: bool) -> Option<Vec<u8>> {
    let header = archive.header();
    let found = scan.found();
    let is_plain = found.findings().count() == 0 && accepted;
    if !found.is_done() || !is_plain {
        return None;
    }
    let mut bytes = Writer::default();
    bytes.raw(MAGIC);
    bytes.u32(VERSION);
    bytes.raw(&header.computed_md5());
    for figure in found.extents().to_figures() {
        bytes.u64(figure);
    }
    found.headers.write_to(&mut bytes)?;
    bytes.u32(u32::try_from(found.indexes().count()).ok()?);
    for (id, index) in found.indexes() {
        bytes.u8(id.get());
        index.write_to(&mut bytes);
    }
    let mut checkpoints = Writer::default();
    let are_kept = archive.contents().write_checkpoints(&mut checkpoints).is_some();
    bytes.u8(u8::from(are_kept));
    if are_kept {
        bytes.raw(checkpoints.bytes());
    }
    let md5 = Md5::digest(bytes.bytes());
    bytes.raw(&md5);
    Some(bytes.into_bytes())
}

/// The scan that was kept as `bytes`; `None` if they are not whole, of another
/// layout, or of another archive than `archive`. Its container is given the
/// checkpoints that were kept.
#[must_use]
pub fn from_bytes(archive: &Archive, bytes: &[u8]) -> Option<Scanned> {
    let header = archive.header();
    let (bytes, md5) = bytes.split_at_checked(bytes.len().checked_sub(MD5_SIZE)?)?;
    if Md5::digest(bytes).as_slice() != md5 {
        return None;
    }
    let mut bytes = Reader::new(bytes);
    let same = bytes.raw(4)? == MAGIC
        && bytes.u32()? == VERSION
        && bytes.raw(MD5_SIZE)? == header.computed_md5();
    if !same {
        return None;
    }
    let mut figures = [0; 12];
    for figure in &mut figures {
        *figure = bytes.u64()?;
    }
    let headers = Headers::read_from(&mut bytes)?;
    let mut found = Scanned::finished(ExtentStatistics::from_figures(figures), headers);
    for _ in 0..bytes.u32()? {
        let id = DeviceId::new(bytes.u8()?)?;
        header.device(id)?;
        found.set_index(id, DeviceIndex::read_from(&mut bytes)?);
    }
    if bytes.u8()? != 0 {
        archive.contents().take_checkpoints(&mut bytes)?;
    }
    Some(found)
}
