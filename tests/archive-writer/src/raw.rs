//! The records as they are stored, field by field, with nothing checked.

use crate::{BLOCK, EXTENT_HEADER, FIXED_HEADER, SLOTS, fix_extent_md5, fix_header_md5};

/// The blob buffer while it grows. Byte 0 is unused, so that 0 can mean "no
/// blob".
#[derive(Clone, Debug)]
pub struct BlobBuffer {
    /// The buffer as it will be stored.
    pub bytes: Vec<u8>,
}

impl Default for BlobBuffer {
    fn default() -> Self {
        Self { bytes: vec![0] }
    }
}

impl BlobBuffer {
    /// Adds a blob as it is and returns the pointer to it.
    pub fn push(&mut self, blob: &[u8]) -> u32 {
        let length = u16::try_from(blob.len()).expect("a blob has at most 65535 bytes");
        let pointer = u32::try_from(self.bytes.len()).expect("the blob buffer is below 4 GiB");
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(blob);
        pointer
    }

    /// Adds a name, which ends in NUL, and returns the pointer to it.
    pub fn push_name(&mut self, name: &[u8]) -> u32 {
        let mut blob = name.to_vec();
        blob.push(0);
        self.push(&blob)
    }
}

/// One of the header's 256 entries for devices.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawDevice {
    /// Pointer to the name, 0 for none.
    pub name: u32,
    /// Unused by the format.
    pub reserved: u32,
    /// Bytes.
    pub size: u64,
    /// Unused by the format.
    pub reserved_tail: [u8; 16],
}

/// The archive header.
// Many fields: they are those of the format, and how they are written.
#[derive(Clone, Debug)]
pub struct RawHeader {
    /// `VMA\0`.
    pub magic: [u8; 4],
    /// 1.
    pub version: u32,
    /// Repeated in every extent.
    pub uuid: [u8; 16],
    /// Seconds since 1970.
    pub ctime: i64,
    /// What is stored as MD5 unless `fix_md5`.
    pub md5: [u8; 16],
    /// Where the blobs start.
    pub blob_buffer_offset: u32,
    /// Bytes of the blob buffer; `None`: as many as `blobs` has.
    pub blob_buffer_size: Option<u32>,
    /// Where the first extent starts, and what the MD5 covers; `None`: as long
    /// as the written header is.
    pub header_size: Option<u32>,
    /// Fills the unused 1984 bytes from 60 on.
    pub reserved: u8,
    /// The unused 4 bytes at 4092.
    pub reserved_tail: [u8; 4],
    /// Pointers to names.
    pub config_names: [u32; 256],
    /// Pointers to data.
    pub config_data: [u32; 256],
    /// By device id.
    pub devices: [RawDevice; 256],
    /// Stored at `blob_buffer_offset`.
    pub blobs: Vec<u8>,
    /// Bytes that are written: longer than its parts means zeros behind them.
    pub length: usize,
    /// Whether the right MD5 is stored instead of `md5`.
    pub fix_md5: bool,
}

impl Default for RawHeader {
    fn default() -> Self {
        Self {
            magic: *b"VMA\0",
            version: 1,
            uuid: *b"archive-writer-0",
            ctime: 0,
            md5: [0; 16],
            blob_buffer_offset: FIXED_HEADER as u32,
            blob_buffer_size: None,
            header_size: None,
            reserved: 0,
            reserved_tail: [0; 4],
            config_names: [0; 256],
            config_data: [0; 256],
            devices: [RawDevice::default(); 256],
            blobs: BlobBuffer::default().bytes,
            length: 0,
            fix_md5: true,
        }
    }
}

impl RawHeader {
    /// The bytes from the archive's start to its first extent.
    ///
    /// With `fix_md5` and a stated size above what is written, zeros follow up
    /// to the stated size, since the MD5 covers them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let blob_offset = self.blob_buffer_offset as usize;
        let parts_end = FIXED_HEADER.max(blob_offset + self.blobs.len());
        let mut length = parts_end.max(self.length);
        if self.fix_md5 {
            length = length.max(self.header_size.unwrap_or(0) as usize);
        }
        let header_size = self.header_size.unwrap_or(length as u32);
        let blob_size = self.blob_buffer_size.unwrap_or(self.blobs.len() as u32);

        let mut bytes = vec![0; length];
        bytes[0..4].copy_from_slice(&self.magic);
        bytes[4..8].copy_from_slice(&self.version.to_be_bytes());
        bytes[8..24].copy_from_slice(&self.uuid);
        bytes[24..32].copy_from_slice(&self.ctime.to_be_bytes());
        bytes[32..48].copy_from_slice(&self.md5);
        bytes[48..52].copy_from_slice(&self.blob_buffer_offset.to_be_bytes());
        bytes[52..56].copy_from_slice(&blob_size.to_be_bytes());
        bytes[56..60].copy_from_slice(&header_size.to_be_bytes());
        bytes[60..2044].fill(self.reserved);
        for (index, pointer) in self.config_names.iter().enumerate() {
            bytes[2044 + 4 * index..][..4].copy_from_slice(&pointer.to_be_bytes());
        }
        for (index, pointer) in self.config_data.iter().enumerate() {
            bytes[3068 + 4 * index..][..4].copy_from_slice(&pointer.to_be_bytes());
        }
        bytes[4092..4096].copy_from_slice(&self.reserved_tail);
        for (id, device) in self.devices.iter().enumerate() {
            let entry = &mut bytes[4096 + 32 * id..][..32];
            entry[0..4].copy_from_slice(&device.name.to_be_bytes());
            entry[4..8].copy_from_slice(&device.reserved.to_be_bytes());
            entry[8..16].copy_from_slice(&device.size.to_be_bytes());
            entry[16..32].copy_from_slice(&device.reserved_tail);
        }
        bytes[blob_offset..][..self.blobs.len()].copy_from_slice(&self.blobs);
        if self.fix_md5 {
            fix_header_md5(&mut bytes);
        }
        bytes
    }
}

/// One slot of an extent. All zeros is an empty slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawSlot {
    /// Bit *i* set: block *i* is stored.
    pub mask: u16,
    /// Unused by the format.
    pub reserved: u8,
    /// Device id, 0 for an empty slot.
    pub device: u8,
    /// Which cluster of the device.
    pub cluster: u32,
}

/// An extent: 512 bytes of header and the stored blocks.
#[derive(Clone, Debug)]
pub struct RawExtent {
    /// `VMAE`.
    pub magic: [u8; 4],
    /// 0; Proxmox refuses others.
    pub reserved: u16,
    /// Blocks stored; `None`: as many as `data` has.
    pub block_count: Option<u16>,
    /// The header's.
    pub uuid: [u8; 16],
    /// What is stored as MD5 unless `fix_md5`.
    pub md5: [u8; 16],
    /// By position.
    pub slots: [RawSlot; SLOTS],
    /// The stored blocks, in the order of slots and bits.
    pub data: Vec<u8>,
    /// Whether the right MD5 is stored instead of `md5`.
    pub fix_md5: bool,
}

impl RawExtent {
    /// An extent with no slot used.
    #[must_use]
    pub fn new(uuid: [u8; 16]) -> Self {
        Self {
            magic: *b"VMAE",
            reserved: 0,
            block_count: None,
            uuid,
            md5: [0; 16],
            slots: [RawSlot::default(); SLOTS],
            data: Vec::new(),
            fix_md5: true,
        }
    }

    /// The bytes of header and data.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let blocks = (self.data.len() / BLOCK) as u16;
        let mut bytes = vec![0; EXTENT_HEADER];
        bytes[0..4].copy_from_slice(&self.magic);
        bytes[4..6].copy_from_slice(&self.reserved.to_be_bytes());
        bytes[6..8].copy_from_slice(&self.block_count.unwrap_or(blocks).to_be_bytes());
        bytes[8..24].copy_from_slice(&self.uuid);
        bytes[24..40].copy_from_slice(&self.md5);
        for (index, slot) in self.slots.iter().enumerate() {
            let entry = u64::from(slot.mask) << 48
                | u64::from(slot.reserved) << 40
                | u64::from(slot.device) << 32
                | u64::from(slot.cluster);
            bytes[40 + 8 * index..][..8].copy_from_slice(&entry.to_be_bytes());
        }
        if self.fix_md5 {
            fix_extent_md5(&mut bytes, 0);
        }
        bytes.extend_from_slice(&self.data);
        bytes
    }
}
