//! How Proxmox's program reads the archive's header.

use core::ops::Range;

use super::end::{End, signed};
use crate::archive::header::{FIXED_SIZE, MAGIC, md5_without};
use crate::source::{Error, ErrorKind, Part};
use crate::source::{ReadAt, be_u32, be_u64, le_u16, lost_until, read_range, to_u64};

const CONFIG_NAMES: usize = 0x7fc;
const CONFIG_DATA: usize = 0xbfc;
const DEVICES: usize = 0x1000;
const DEVICE_SIZE: usize = 32;

/// The largest header that is read to foretell what the program says of it,
/// bytes. Of a larger one it is taken that its MD5 does not agree: no writer
/// makes any, so that its size is what is broken.
const READ_MAX: u32 = 16 << 20;

const INVALID_POINTERS: &str = "vma contains invalid data pointers";

/// A header that the program accepts.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Its bytes: where the program expects the first extent.
    pub(super) size: u32,
    /// The devices it knows, by id.
    pub(super) devices: Vec<Device>,
    /// The names of the configs, each up to its first NUL.
    pub(super) configs: Vec<Vec<u8>>,
    /// The id of the device it takes for the saved RAM; 0 for none.
    pub(super) vmstate: u8,
}

/// A device with a size and a valid name.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) id: u8,
    /// Up to its first NUL.
    pub(super) name: Vec<u8>,
    /// Bytes.
    pub(super) size: u64,
}

/// What the program makes of a header: itself, or how it ends there.
pub(super) type Read = Result<Header, End>;

/// Reads the header that `source` starts with.
pub(super) fn read_from(source: &dyn ReadAt) -> Result<Read, Error> {
    let mut bytes = read_there(source, 0..FIXED_SIZE.into())?;
    let claimed = match claimed_size(&bytes) {
        Ok(claimed) => claimed,
        Err(end) => return Ok(Err(end)),
    };
    if claimed > READ_MAX {
        let last = u64::from(claimed) - 1;
        let is_there = !read_there(source, last..u64::from(claimed))?.is_empty();
        return Ok(Err(if is_there { checksum_wrong() } else { data_cut() }));
    }
    bytes.extend(read_there(source, FIXED_SIZE.into()..claimed.into())?);
    Ok(read(&bytes))
}

/// Reads `range`: fewer bytes only where `source` ends. Nobody knows what the
/// program says of bytes that nobody can have.
fn read_there(source: &dyn ReadAt, range: Range<u64>) -> Result<Vec<u8>, Error> {
    let bytes = read_range(source, range.clone())?;
    let at = range.start.saturating_add(to_u64(bytes.len()));
    match lost_until(source, at).filter(|_| at < range.end) {
        Some(until) => Err(Error::new(Part::Container, at, ErrorKind::ContainerDamaged { until })),
        None => Ok(bytes),
    }
}

/// Reads the header that `source` starts with, of which `first` are the first
/// bytes. What cannot be read for damage counts as not there.
pub(super) fn read_behind(first: &[u8], source: &dyn ReadAt) -> Read {
    let is_longer = |claimed: u32| usize::try_from(claimed).is_ok_and(|size| size > first.len());
    match claimed_size(first) {
        Ok(claimed) if is_longer(claimed) => read_from(source).unwrap_or_else(|_| read(first)),
        _ => read(first),
    }
}

/// Reads a header from the archive's first bytes: as many as it claims to
/// have, or fewer where the archive ends before. There may be more.
fn read(bytes: &[u8]) -> Read {
    let claimed = claimed_size(bytes)?;
    let head = usize::try_from(claimed).ok().and_then(|end| bytes.get(..end));
    let head = head.ok_or_else(data_cut)?;
    if md5_without(head, 0x20..0x30) != head.get(0x20..0x30).unwrap_or(&[]) {
        return Err(checksum_wrong());
    }
    let version = u32_at(head, 0x04);
    if version != 1 {
        return Err(End::Says("wrong vma version %d", [signed(version), 0], 0));
    }
    let blobs = Blobs::read(head)?;
    let (devices, vmstate) = devices(head, &blobs)?;
    let configs = configs(head, &blobs)?;
    Ok(Header { size: claimed, devices, configs, vmstate })
}

/// The header's size, once the fixed part is there and starts as it should.
fn claimed_size(bytes: &[u8]) -> Result<u32, End> {
    if bytes.len() < usize::try_from(FIXED_SIZE).unwrap_or(usize::MAX) {
        return Err(End::says("can't read vma header - got EOF"));
    }
    if !bytes.starts_with(&MAGIC) {
        return Err(End::says("not a vma file - wrong magic number"));
    }
    let size = u32_at(bytes, 0x38);
    if size.wrapping_sub(FIXED_SIZE).cast_signed() <= 0 {
        return Err(End::Says("wrong vma header size %d", [signed(size), 0], 0));
    }
    Ok(size)
}

/// The chain of blobs.
struct Blobs<'a> {
    /// All bytes of the header.
    head: &'a [u8],
    offset: u32,
    /// Where blobs start, from the start of the buffer, in order.
    starts: Vec<u32>,
}

impl<'a> Blobs<'a> {
    /// Walks the chain, in 32 bits that may wrap.
    fn read(head: &'a [u8]) -> Result<Self, End> {
        let (offset, size) = (u32_at(head, 0x30), u32_at(head, 0x34));
        let mut at = offset.wrapping_add(1);
        let end = offset.wrapping_add(size);
        if at <= FIXED_SIZE {
            return Err(End::Says("wrong vma blob buffer offset %d", [signed(offset), 0], 0));
        }
        if end > u32_at(head, 0x38) {
            let numbers = [signed(offset), signed(size)];
            return Err(End::Says("wrong vma blob buffer size %d/%d", numbers, 0));
        }
        let mut starts = Vec::new();
        while at.wrapping_add(2) <= end {
            let length = length_at(head, at).ok_or(End::Crashes)?;
            let next = at.wrapping_add(2).wrapping_add(length);
            if next <= end {
                starts.push(at.wrapping_sub(offset));
            }
            at = next;
        }
        Ok(Self { head, offset, starts })
    }

    /// The blob that a pointer leads to: one that starts just there.
    fn blob(&self, pointer: u32) -> Option<&'a [u8]> {
        self.starts.binary_search(&pointer).ok()?;
        let at = self.offset.checked_add(pointer)?;
        let length = length_at(self.head, at)?;
        let start = usize::try_from(at.checked_add(2)?).ok()?;
        self.head.get(start..)?.get(..usize::try_from(length).ok()?)
    }

    /// The name that a pointer leads to, up to its first NUL. Its last byte has
    /// to be NUL; of a name without a byte, the program looks for it 4 GiB
    /// further on.
    fn name(&self, pointer: u32) -> Result<Option<&'a [u8]>, End> {
        let Some(blob) = self.blob(pointer) else { return Ok(None) };
        match blob.last() {
            None => Err(End::Crashes),
            Some(0) => Ok(blob.split(|&byte| byte == 0).next()),
            Some(_) => Ok(None),
        }
    }
}

/// The devices 1 to 255 that have a size and a name; it ignores others. The
/// last that is called `vmstate` is the saved RAM: its id, or 0.
fn devices(head: &[u8], blobs: &Blobs<'_>) -> Result<(Vec<Device>, u8), End> {
    let (mut devices, mut vmstate) = (Vec::new(), 0);
    let entries = head.get(DEVICES..).unwrap_or(&[]).chunks_exact(DEVICE_SIZE);
    for (id, entry) in (0_u8..=255).zip(entries).skip(1) {
        let name = blobs.name(u32_at(entry, 0x00))?;
        let size = be_u64(entry, 0x08);
        let Some(name) = name.filter(|_| size != 0) else { continue };
        if name == b"vmstate" {
            vmstate = id;
        }
        devices.push(Device { id, name: name.to_vec(), size });
    }
    Ok((devices, vmstate))
}

/// The names of the configs. One counts if it has both pointers, and both have
/// to be valid then.
fn configs(head: &[u8], blobs: &Blobs<'_>) -> Result<Vec<Vec<u8>>, End> {
    let mut configs = Vec::new();
    for slot in 0..256_usize {
        let name = u32_at(head, CONFIG_NAMES + slot * 4);
        let data = u32_at(head, CONFIG_DATA + slot * 4);
        if name == 0 || data == 0 {
            continue;
        }
        match (blobs.name(name)?, blobs.blob(data)) {
            (Some(name), Some(_)) => configs.push(name.to_vec()),
            _ => return Err(End::says(INVALID_POINTERS)),
        }
    }
    Ok(configs)
}

fn length_at(head: &[u8], at: u32) -> Option<u32> {
    let at = usize::try_from(at).ok()?;
    Some(le_u16(head.get(at..)?.get(..2)?, 0).into())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    be_u32(bytes, at)
}

fn checksum_wrong() -> End {
    End::says("wrong vma header chechsum")
}

fn data_cut() -> End {
    End::says("can't read vma header data - got EOF")
}
