//! Lays out a whole archive.

use std::io::{self, Write};

use crate::{
    BLOCK, BlobBuffer, CLUSTER, ClusterPlace, Content, EXTENT_HEADER, ExtentPlace, FIXED_HEADER,
    HeaderPlace, Layout, Random, RawDevice, RawExtent, RawHeader, RawSlot, SLOTS, SLOTS_PROXMOX,
    fix_extent_md5, fix_header_md5,
};

/// A disk or a vmstate.
#[derive(Clone, Debug)]
pub struct Device {
    /// 1 to 255.
    pub id: u8,
    /// Without the NUL that ends it in the archive.
    pub name: Vec<u8>,
    /// Bytes, as the header declares them.
    pub size: u64,
    /// What is on it.
    pub content: Content,
    /// Clusters that are written; `None`: as many as `size` says.
    pub clusters: Option<u32>,
}

impl Device {
    /// A device of which every cluster is written.
    pub fn new(id: u8, name: impl AsRef<[u8]>, size: u64, content: Content) -> Self {
        Self { id, name: name.as_ref().to_vec(), size, content, clusters: None }
    }

    /// A device with just these bytes.
    pub fn from_bytes(id: u8, name: impl AsRef<[u8]>, bytes: Vec<u8>) -> Self {
        Self::new(id, name, bytes.len() as u64, Content::from_bytes(bytes))
    }

    /// A saved RAM: `clusters` are written, whatever `declared` says.
    #[must_use]
    pub fn vmstate(id: u8, declared: u64, clusters: u32, content: Content) -> Self {
        Self { clusters: Some(clusters), ..Self::new(id, "vmstate", declared, content) }
    }

    /// Clusters that its declared size takes.
    #[must_use]
    pub fn declared_clusters(&self) -> u32 {
        u32::try_from(self.size.div_ceil(CLUSTER as u64)).expect("cluster numbers have 32 bits")
    }

    /// Clusters that are written.
    #[must_use]
    pub fn written_clusters(&self) -> u32 {
        self.clusters.unwrap_or_else(|| self.declared_clusters())
    }

    /// Its bytes, as they must come out again: the device's size, or for a
    /// device that is written otherwise, its written clusters.
    #[must_use]
    pub fn image(&self) -> Vec<u8> {
        let size = match self.clusters {
            Some(clusters) => u64::from(clusters) * CLUSTER as u64,
            None => self.size,
        };
        let mut image = vec![0; usize::try_from(size).expect("the image fits into memory")];
        for (number, bytes) in image.chunks_mut(CLUSTER).enumerate() {
            if let Some(cluster) = self.content.cluster(number as u32) {
                bytes.copy_from_slice(&cluster[..bytes.len()]);
            }
        }
        image
    }
}

/// A cluster that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Device id.
    pub device: u8,
    /// Number of the cluster in its device.
    pub number: u32,
}

/// In which order the clusters are written.
#[derive(Clone, Debug, Default)]
pub enum Order {
    /// Device by device, each from its start.
    #[default]
    InOrder,
    /// So many clusters of one device, so many of the next, around and around.
    Interleaved(u32),
    /// All mixed up, as the seed says. A vmstate's clusters stay in order among
    /// themselves, as they are always written.
    Shuffled(u64),
    /// Just these: what is left out is missing, what is there twice is twice,
    /// and numbers past a device's end are written too.
    Custom(Vec<Cluster>),
}

/// How long the archive header is.
#[derive(Clone, Copy, Debug, Default)]
pub enum HeaderSize {
    /// The next multiple of 512.
    #[default]
    Rounded,
    /// Just where its parts end.
    Tight,
    /// So many bytes; panics if its parts take more.
    Exact(u32),
}

/// Lays out a whole archive, as Proxmox does unless told otherwise.
// Many fields: each is something that the format leaves open.
#[derive(Clone, Debug)]
pub struct ArchiveBuilder {
    uuid: [u8; 16],
    ctime: i64,
    configs: Vec<(Vec<u8>, Vec<u8>)>,
    devices: Vec<Device>,
    slots: usize,
    holes: Vec<usize>,
    order: Order,
    header_size: HeaderSize,
    blob_buffer_offset: u32,
    reserved: u8,
    slot_reserved: u8,
}

impl Default for ArchiveBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ArchiveBuilder {
    /// An archive with no config and no device.
    #[must_use]
    pub fn new() -> Self {
        Self {
            uuid: *b"archive-writer-0",
            ctime: 1_700_000_000,
            configs: Vec::new(),
            devices: Vec::new(),
            slots: SLOTS_PROXMOX,
            holes: Vec::new(),
            order: Order::InOrder,
            header_size: HeaderSize::Rounded,
            blob_buffer_offset: FIXED_HEADER as u32,
            reserved: 0,
            slot_reserved: 0,
        }
    }

    /// The archive's UUID.
    #[must_use]
    pub fn uuid(mut self, uuid: [u8; 16]) -> Self {
        self.uuid = uuid;
        self
    }

    /// When the header was written, in seconds since 1970.
    #[must_use]
    pub fn ctime(mut self, seconds: i64) -> Self {
        self.ctime = seconds;
        self
    }

    /// Adds a config; the name without the NUL that ends it in the archive.
    #[must_use]
    pub fn config(mut self, name: impl AsRef<[u8]>, data: impl AsRef<[u8]>) -> Self {
        assert!(self.configs.len() < 256, "the header has 256 configs");
        let pair = (name.as_ref().to_vec(), data.as_ref().to_vec());
        self.configs.push(pair);
        self
    }

    /// Adds a device.
    #[must_use]
    pub fn device(mut self, device: Device) -> Self {
        assert_ne!(device.id, 0, "id 0 is no device");
        assert!(
            self.devices.iter().all(|other| other.id != device.id),
            "id {} is taken",
            device.id
        );
        self.devices.push(device);
        self
    }

    /// Adds a device with just these bytes.
    #[must_use]
    pub fn disk(self, id: u8, name: impl AsRef<[u8]>, bytes: Vec<u8>) -> Self {
        self.device(Device::from_bytes(id, name, bytes))
    }

    /// How many slots of an extent are used at most: 58 as Proxmox does, or
    /// any number from 1 to 59.
    #[must_use]
    pub fn slots_per_extent(mut self, slots: usize) -> Self {
        assert!((1..=SLOTS).contains(&slots), "an extent has 59 slots");
        self.slots = slots;
        self
    }

    /// Positions of slots that stay empty in every extent.
    #[must_use]
    pub fn holes(mut self, positions: impl Into<Vec<usize>>) -> Self {
        self.holes = positions.into();
        assert!(self.free_slots().next().is_some(), "some slot must be left");
        self
    }

    /// In which order the clusters are written.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// How long the archive header is.
    #[must_use]
    pub fn header_size(mut self, size: HeaderSize) -> Self {
        self.header_size = size;
        self
    }

    /// Where the blobs start, 12,288 or later.
    #[must_use]
    pub fn blob_buffer_offset(mut self, offset: u32) -> Self {
        assert!(offset as usize >= FIXED_HEADER, "the fixed part is there");
        self.blob_buffer_offset = offset;
        self
    }

    /// Fills the header's unused bytes, which no reader may look at.
    #[must_use]
    pub fn reserved(mut self, fill: u8) -> Self {
        self.reserved = fill;
        self
    }

    /// Fills the unused byte of every used slot, which no reader may look at.
    #[must_use]
    pub fn slot_reserved(mut self, fill: u8) -> Self {
        self.slot_reserved = fill;
        self
    }

    /// The bytes of a device, as they must come out again.
    #[must_use]
    pub fn image(&self, id: u8) -> Vec<u8> {
        self.by_id(id).expect("the device was added").image()
    }

    /// The archive header as a record, to change before it is written.
    #[must_use]
    pub fn raw_header(&self) -> RawHeader {
        let mut header = RawHeader {
            uuid: self.uuid,
            ctime: self.ctime,
            blob_buffer_offset: self.blob_buffer_offset,
            reserved: self.reserved,
            reserved_tail: [self.reserved; 4],
            ..RawHeader::default()
        };
        let mut blobs = BlobBuffer::default();
        for (index, (name, data)) in self.configs.iter().enumerate() {
            header.config_names[index] = blobs.push_name(name);
            header.config_data[index] = blobs.push(data);
        }
        for device in &self.devices {
            header.devices[usize::from(device.id)] = RawDevice {
                name: blobs.push_name(&device.name),
                size: device.size,
                reserved: u32::from(self.reserved),
                reserved_tail: [self.reserved; 16],
            };
        }
        header.blobs = blobs.bytes;
        let end = self.blob_buffer_offset as usize + header.blobs.len();
        header.length = match self.header_size {
            HeaderSize::Rounded => end.next_multiple_of(512),
            HeaderSize::Tight => end,
            HeaderSize::Exact(size) => {
                assert!(size as usize >= end, "the header takes {end} bytes");
                size as usize
            }
        };
        header
    }

    /// Writes the archive in one pass, with one extent in memory.
    ///
    /// # Errors
    ///
    /// Those of `output`.
    pub fn write_to(&self, output: &mut impl Write) -> io::Result<Layout> {
        let header = self.raw_header();
        let bytes = header.to_bytes();
        output.write_all(&bytes)?;
        let mut layout = Layout {
            header: HeaderPlace {
                size: bytes.len() as u64,
                blob_buffer_offset: u64::from(header.blob_buffer_offset),
                blob_buffer_size: header.blobs.len() as u64,
            },
            extents: Vec::new(),
            archive_size: bytes.len() as u64,
        };
        let clusters = self.clusters();
        if clusters.is_empty() {
            // A backup without disks still has an extent, with nothing in it.
            self.write_extent(&[], output, &mut layout)?;
        }
        for clusters in clusters.chunks(self.free_slots().count()) {
            self.write_extent(clusters, output, &mut layout)?;
        }
        Ok(layout)
    }

    /// The archive in memory.
    #[must_use]
    pub fn build(&self) -> Archive {
        let mut bytes = Vec::new();
        let layout = self.write_to(&mut bytes).expect("writing into memory cannot fail");
        Archive { bytes, layout }
    }

    fn by_id(&self, id: u8) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }

    /// The slots that are used, as far as there are clusters for them.
    fn free_slots(&self) -> impl Iterator<Item = usize> {
        (0..SLOTS).filter(|slot| !self.holes.contains(slot)).take(self.slots)
    }

    fn write_extent(
        &self,
        clusters: &[Cluster],
        output: &mut impl Write,
        layout: &mut Layout,
    ) -> io::Result<()> {
        let offset = layout.archive_size;
        let mut extent = RawExtent::new(self.uuid);
        let mut places = Vec::with_capacity(clusters.len());
        for (slot, &Cluster { device, number }) in self.free_slots().zip(clusters) {
            let content = self.by_id(device).and_then(|device| device.content.cluster(number));
            let data = offset + (EXTENT_HEADER + extent.data.len()) as u64;
            let mask = content.map_or(0, |bytes| store(&bytes, &mut extent.data));
            extent.slots[slot] =
                RawSlot { mask, reserved: self.slot_reserved, device, cluster: number };
            places.push(ClusterPlace {
                slot,
                device,
                number,
                mask,
                data,
                stored: u64::from(mask.count_ones()) * BLOCK as u64,
            });
        }
        let bytes = extent.to_bytes();
        output.write_all(&bytes)?;
        layout.archive_size += bytes.len() as u64;
        layout.extents.push(ExtentPlace { offset, length: bytes.len() as u64, clusters: places });
        Ok(())
    }

    /// All clusters that will be written, in their order.
    #[must_use]
    pub fn clusters(&self) -> Vec<Cluster> {
        let of = |device: &Device| {
            let id = device.id;
            (0..device.written_clusters()).map(move |number| Cluster { device: id, number })
        };
        match &self.order {
            Order::InOrder => self.devices.iter().flat_map(of).collect(),
            Order::Interleaved(run) => {
                assert!(*run > 0, "a run has at least one cluster");
                let mut rest: Vec<_> = self.devices.iter().map(of).collect();
                let mut clusters = Vec::new();
                while !rest.is_empty() {
                    for device in &mut rest {
                        clusters.extend(device.take(*run as usize));
                    }
                    rest.retain(|device| device.len() > 0);
                }
                clusters
            }
            Order::Shuffled(seed) => {
                let mut clusters: Vec<_> = self.devices.iter().flat_map(of).collect();
                Random::new(*seed).shuffle(&mut clusters);
                for device in self.devices.iter().filter(|d| d.name == b"vmstate") {
                    let places = clusters.iter_mut().filter(|c| c.device == device.id);
                    for (number, place) in (0..).zip(places) {
                        place.number = number;
                    }
                }
                clusters
            }
            Order::Custom(clusters) => clusters.clone(),
        }
    }
}

/// Appends the blocks of a cluster that are not zeros, and returns their mask.
fn store(cluster: &[u8], data: &mut Vec<u8>) -> u16 {
    let mut mask = 0;
    for (bit, block) in cluster.chunks_exact(BLOCK).enumerate() {
        let zero =
            block.chunks_exact(64).all(|bytes| bytes.iter().fold(0, |all, byte| all | byte) == 0);
        if !zero {
            mask |= 1 << bit;
            data.extend_from_slice(block);
        }
    }
    mask
}

/// An archive in memory, to damage.
#[derive(Clone, Debug)]
pub struct Archive {
    /// The whole of it.
    pub bytes: Vec<u8>,
    /// Where everything stood before anything was patched.
    pub layout: Layout,
}

impl Archive {
    /// Overwrites bytes; checksums are left as they are.
    pub fn patch(&mut self, offset: u64, bytes: &[u8]) -> &mut Self {
        self.bytes[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Overwrites bytes of the archive header and makes its MD5 right again.
    pub fn patch_header(&mut self, offset: u64, bytes: &[u8]) -> &mut Self {
        self.patch(offset, bytes);
        fix_header_md5(&mut self.bytes);
        self
    }

    /// Overwrites bytes at `offset` within the header of extent `index`, and
    /// makes its MD5 right again.
    pub fn patch_extent(&mut self, index: usize, offset: u64, bytes: &[u8]) -> &mut Self {
        let start = self.extent(index);
        self.patch(start + offset, bytes);
        fix_extent_md5(&mut self.bytes, start);
        self
    }

    /// Overwrites a slot of extent `index`, and makes its MD5 right again.
    pub fn patch_slot(&mut self, index: usize, slot: usize, value: RawSlot) -> &mut Self {
        let mut extent = RawExtent::new([0; 16]);
        extent.slots[slot] = value;
        let at = 40 + 8 * slot;
        let entry = extent.to_bytes()[at..at + 8].to_vec();
        self.patch_extent(index, at as u64, &entry)
    }

    /// Flips all bits of one byte; checksums are left as they are.
    pub fn flip(&mut self, offset: u64) -> &mut Self {
        self.bytes[offset as usize] ^= 0xff;
        self
    }

    /// Cuts everything from `length` on.
    pub fn truncate(&mut self, length: u64) -> &mut Self {
        self.bytes.truncate(length as usize);
        self
    }

    /// Puts bytes between others; what stood at `offset` or behind moves.
    pub fn insert(&mut self, offset: u64, bytes: &[u8]) -> &mut Self {
        let at = offset as usize;
        self.bytes.splice(at..at, bytes.iter().copied());
        self
    }

    /// Takes bytes out; what stood behind them moves.
    pub fn remove(&mut self, offset: u64, length: u64) -> &mut Self {
        self.bytes.drain(offset as usize..(offset + length) as usize);
        self
    }

    /// Where the header of extent `index` stood.
    #[must_use]
    pub fn extent(&self, index: usize) -> u64 {
        self.layout.extents[index].offset
    }
}
