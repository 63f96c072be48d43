//! Rock Ridge: what stands behind the name of a record.

use vma_source::{le_u32, to_usize};

use super::record::{Record, long_time, short_time};
use crate::blocks::Blocks;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{Attributes, Time};

/// How often one area leads to another, bytes of one, and bytes of a name or target.
const AREAS_MAX: usize = 64;
const AREA_MAX: u64 = 32 << 10;
const TEXT_MAX: usize = 4096;

/// What Rock Ridge says of a thing.
///
/// Many fields: each is one of its entries.
#[derive(Default)]
pub(super) struct Rock {
    pub(super) name: Option<Vec<u8>>,
    /// A mode with its type, and links.
    pub(super) mode: Option<u32>,
    pub(super) links: u32,
    pub(super) owner: Option<Attributes>,
    pub(super) device: Option<(u32, u32)>,
    pub(super) target: Option<Vec<u8>>,
    pub(super) created: Option<Time>,
    pub(super) modified: Option<Time>,
    pub(super) accessed: Option<Time>,
    pub(super) changed: Option<Time>,
    /// The block of the directory that stands elsewhere, and is this one.
    pub(super) child: Option<u64>,
    /// Whether it is such a directory where it stands.
    pub(super) is_moved: bool,
    /// Whether it is compressed by zisofs, and its size once it is unpacked.
    pub(super) packed: Option<u64>,
    is_name_open: bool,
    is_link_open: bool,
    is_part_open: bool,
}

/// Bytes before the first entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skip {
    /// In the root directory's own record.
    pub(super) root: usize,
    /// In all others.
    pub(super) all: usize,
}

impl Skip {
    /// By the entry `SP` of the root directory's own record (P1281, 5.3); `None` without
    /// one.
    pub(super) fn of(root: &Record) -> Option<Self> {
        // Discs in the format of CD-ROM XA have 14 bytes of their own first.
        [0_usize, 14].into_iter().find_map(|at| {
            let entry = root.system_use().get(at..)?.get(..7)?;
            let all = entry.starts_with(b"SP\x07\x01\xbe\xef").then(|| entry.last())??;
            Some(Self { root: at, all: usize::from(*all) })
        })
    }
}

impl Rock {
    /// Reads what stands behind the name of `record`.
    ///
    /// # Errors
    ///
    /// An area that it goes on in cannot be had, or makes no sense.
    pub(super) fn read(
        record: &Record,
        skip: usize,
        blocks: &Blocks,
        block_size: u64,
    ) -> Result<Self> {
        let mut rock = Self::default();
        let mut area = record.system_use().get(skip..).unwrap_or(&[]).to_vec();
        for _ in 0..AREAS_MAX {
            let Some((block, offset, length)) = rock.area(&area)? else { return Ok(rock) };
            if length > AREA_MAX {
                return Err(Fault::new(FaultKind::TooLarge, "area of system use"));
            }
            area = vec![0; to_usize(length)];
            let place = block.saturating_mul(block_size).saturating_add(offset);
            blocks.read(place, &mut area, "area of system use")?;
        }
        Err(Fault::corrupt("areas of system use"))
    }

    /// Takes the entries of an area; gives where it goes on: block, offset, length.
    fn area(&mut self, mut area: &[u8]) -> Result<Option<(u64, u64, u64)>> {
        let mut next = None;
        while let Some(length) = area.get(2).map(|&length| usize::from(length)) {
            // What is left over is filled with zeros.
            if area.first() == Some(&0) {
                break;
            }
            let wrong = || Fault::corrupt("entry of system use");
            if length < 4 {
                return Err(wrong());
            }
            let (entry, behind) = area.split_at_checked(length).ok_or_else(wrong)?;
            area = behind;
            match entry.first_chunk::<2>() {
                Some(b"CE") => {
                    let field = |at: usize| u64::from(le_u32(entry, at));
                    next = Some((field(4), field(12), field(20)));
                }
                Some(b"ST") => break,
                _ => self.entry(entry)?,
            }
        }
        Ok(next)
    }

    fn entry(&mut self, entry: &[u8]) -> Result<()> {
        let field = |at: usize| le_u32(entry, at);
        let flags = entry.get(4).copied().unwrap_or(0);
        match entry.first_chunk::<2>() {
            Some(b"NM") => self.name(flags, entry.get(5..).unwrap_or(&[]))?,
            Some(b"PX") => {
                let mode = field(4);
                self.mode = Some(mode);
                self.links = field(12);
                let bits = u16::try_from(mode & 0o7777).unwrap_or(0);
                self.owner = Some(Attributes { mode: bits, user: field(20), group: field(28) });
            }
            Some(b"PN") => self.device = Some(device(field(4), field(12))),
            Some(b"SL") => self.link(flags, entry.get(5..).unwrap_or(&[]))?,
            Some(b"TF") => self.times(flags, entry.get(5..).unwrap_or(&[])),
            Some(b"CL") => self.child = Some(field(4).into()),
            Some(b"RE") => self.is_moved = true,
            Some(b"ZF") => self.packed = Some(field(8).into()),
            _ => {}
        }
        Ok(())
    }

    /// P1282, 4.1.4.
    fn name(&mut self, flags: u8, part: &[u8]) -> Result<()> {
        // The directory itself, the one above, or the name of the host: none is a name.
        if flags & 0x26 != 0 {
            return Ok(());
        }
        let mut name = self.name.take().filter(|_| self.is_name_open).unwrap_or_default();
        name.extend_from_slice(part);
        self.is_name_open = flags & 1 != 0;
        if name.len() > TEXT_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "name"));
        }
        self.name = Some(name);
        Ok(())
    }

    /// P1282, 4.1.3: parts of a path, of which one may go on in the next entry.
    fn link(&mut self, flags: u8, mut parts: &[u8]) -> Result<()> {
        let mut target = self.target.take().filter(|_| self.is_link_open).unwrap_or_default();
        while let [kind, length, rest @ ..] = parts {
            let wrong = || Fault::corrupt("target of a link");
            let (text, behind) = rest.split_at_checked((*length).into()).ok_or_else(wrong)?;
            if !self.is_part_open && !matches!(target.last(), None | Some(b'/')) {
                target.push(b'/');
            }
            match kind & 0x0e {
                0 => target.extend_from_slice(text),
                2 => target.push(b'.'),
                4 => target.extend_from_slice(b".."),
                8 if target.is_empty() => target.push(b'/'),
                _ => return Err(wrong()),
            }
            self.is_part_open = kind & 1 != 0;
            parts = behind;
        }
        self.is_link_open = flags & 1 != 0;
        if target.len() > TEXT_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "target of a link"));
        }
        self.target = Some(target);
        Ok(())
    }

    /// P1282, 4.1.6: those that the flags name, in their order.
    fn times(&mut self, flags: u8, stamps: &[u8]) {
        let is_long = flags & 0x80 != 0;
        let mut stamps = stamps.chunks_exact(if is_long { 17 } else { 7 });
        let mut time = |bit: u8| {
            let stamp = (flags & bit != 0).then(|| stamps.next()).flatten()?;
            if is_long { long_time(stamp) } else { short_time(stamp) }
        };
        let found = [time(1), time(2), time(4), time(8)];
        let [created, modified, accessed, changed] = found;
        self.created = created.or(self.created);
        self.modified = modified.or(self.modified);
        self.accessed = accessed.or(self.accessed);
        self.changed = changed.or(self.changed);
    }
}

/// P1282, 4.1.2. The upper word is that of a number of 64 bits; where it is zero, Linux
/// takes the lower one for a number of 16 bits if it fits, as it always was.
fn device(high: u32, low: u32) -> (u32, u32) {
    if high == 0 && low <= 0xffff {
        return (low >> 8, low & 0xff);
    }
    if high == 0 { (low >> 8 & 0xfff, low & 0xff | low >> 12 & 0xffff_ff00) } else { (high, low) }
}
