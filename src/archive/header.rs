//! The archive header: 12,288 fixed bytes, then the blob buffer.

use md5::{Digest, Md5};
use uuid::Uuid;

use crate::archive::blob_buffer::{Blob, BlobBuffer};
pub use crate::archive::declared::{Config, Device};
use crate::archive::finding::{Finding, FindingKind};
pub use crate::archive::layout::FIXED_SIZE;
pub use crate::archive::standing::Standing;
use crate::archive::unit::{ArchiveOffset, CLUSTER_SIZE, ClusterNumber, DeviceId, clusters_of};
use crate::source::{Error, ErrorKind, Part, array, be_u32, be_u64, to_u64, to_usize};

/// The largest header that is read, bytes. Proxmox's writer stays below
/// 512 KiB; a header's own claim is not a reason to allocate more than this.
pub const HEADER_SIZE_MAX: u32 = 4 << 20;

/// What a version-1 header starts with.
pub(crate) const START: [u8; 8] = *b"VMA\0\0\0\0\x01";

/// What an archive starts with.
pub const MAGIC: [u8; 4] = *b"VMA\0";

const FIXED_LENGTH: usize = 12_288;
const MD5_FIELD: core::ops::Range<usize> = 0x20..0x30;
const CONFIG_NAMES: usize = 0x7fc;
const CONFIG_DATA: usize = 0xbfc;
const DEVICES: usize = 0x1000;
const DEVICE_SIZE: usize = 32;

/// The header of an archive: what the archive says of itself.
/// Many fields: those of the format, and what became of them.
#[derive(Clone, Debug)]
#[doc(alias = "VmaHeader")]
pub struct Header {
    start: u64,
    standing: Standing,
    uuid: Uuid,
    ctime: i64,
    stated_md5: [u8; 16],
    computed_md5: [u8; 16],
    blob_buffer_offset: u32,
    blob_buffer_size: u32,
    pub(crate) header_size: u32,
    configs: Vec<Config>,
    devices: Vec<Device>,
    /// Sizes that are not from the header.
    sizes: Vec<(DeviceId, SizeFrom)>,
    findings: Vec<Finding>,
}

/// Where the size of a device is from, if not from the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SizeFrom {
    /// The highest cluster that was found.
    Clusters,
    /// A person's word.
    Person,
}

impl Header {
    /// How many bytes the header that starts with `first` claims to have.
    ///
    /// # Errors
    ///
    /// `first` holds no byte, is no VMA's start, is cut before the fixed part
    /// ends, or states a version or a size that is not read.
    pub fn claimed_size(first: &[u8]) -> Result<u32, Error> {
        fixed_part(first).map(|fixed| be_u32(fixed, 0x38))
    }

    /// Reads a header from its bytes: as many as it claims to have, or fewer
    /// where the archive ends before.
    ///
    /// # Errors
    ///
    /// As [`Self::claimed_size`]. All else that is wrong is a finding.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut header = Self::read(fixed_part(bytes)?, bytes, 0);
        header.find_md5();
        Ok(header)
    }

    /// A sound header that stands at `start` of what was opened, with so many bytes
    /// `before` it that are none of the archive's; `None` if `bytes` do not start
    /// with one.
    pub(crate) fn parse_sound(bytes: &[u8], start: u64, before: u64) -> Option<Self> {
        let mut header = Self::read(fixed_part(bytes).ok()?, bytes, start);
        if before > 0 {
            header.push(0, None, FindingKind::BytesBeforeHeader { length: before });
        }
        header.is_trusted().then_some(header)
    }

    /// A header whose UUID and size are wrong, or whose magic or version is:
    /// read with these in their place, as far as `bytes` go. `None` if they do
    /// not hold the fixed part.
    pub(crate) fn mended(bytes: &[u8], uuid: Uuid, header_size: u32) -> Option<Self> {
        let mut mended = bytes.to_vec();
        let mut wrong = Vec::new();
        for (field, at, right) in [
            ("magic", 0x00, &MAGIC[..]),
            ("version", 0x04, &1_u32.to_be_bytes()),
            ("uuid", 0x08, uuid.as_bytes()),
            ("header_size", 0x38, &header_size.to_be_bytes()),
        ] {
            let there = mended.get_mut(at..)?.get_mut(..right.len())?;
            if there != right {
                let (found, taken, length) = (array(there), array(right), there.len());
                wrong.push((at, FindingKind::HeaderFieldWrong { field, length, found, taken }));
                there.copy_from_slice(right);
            }
        }
        let mut header = Self::read(mended.first_chunk::<FIXED_LENGTH>()?, &mended, 0);
        header.standing = if header.is_trusted() { Standing::Mended } else { Standing::Doubtful };
        let unmended = bytes.get(..length(header_size)).unwrap_or(bytes);
        header.computed_md5 = md5_without(unmended, MD5_FIELD);
        header.find_md5();
        for (at, kind) in wrong {
            header.find(to_u64(at), kind);
        }
        Some(header)
    }

    /// What stands in for a header that is lost: the archive is known by the
    /// UUID of its extents, the first of which starts at `first_extent`.
    pub(crate) fn lost(uuid: Uuid, first_extent: u64) -> Self {
        let mut header = Self {
            start: first_extent,
            standing: Standing::Lost,
            uuid,
            ctime: 0,
            stated_md5: [0; 16],
            computed_md5: [0; 16],
            blob_buffer_offset: 0,
            blob_buffer_size: 0,
            header_size: 0,
            configs: Vec::new(),
            devices: Vec::new(),
            sizes: Vec::new(),
            findings: Vec::new(),
        };
        let until = ArchiveOffset(first_extent);
        header.push(0, None, FindingKind::HeaderLost { until });
        header
    }

    #[inline(never)]
    fn read(fixed: &[u8; FIXED_LENGTH], bytes: &[u8], start: u64) -> Self {
        let mut header = Self {
            start,
            standing: Standing::Doubtful,
            uuid: Uuid::from_slice(&fixed[0x08..0x18]).unwrap_or_default(),
            ctime: be_u64(fixed, 0x18).cast_signed(),
            stated_md5: array(&fixed[MD5_FIELD]),
            computed_md5: [0; 16],
            blob_buffer_offset: be_u32(fixed, 0x30),
            blob_buffer_size: be_u32(fixed, 0x34),
            header_size: be_u32(fixed, 0x38),
            configs: Vec::new(),
            devices: Vec::new(),
            sizes: Vec::new(),
            findings: Vec::new(),
        };
        let bytes = bytes.get(..length(header.header_size)).unwrap_or(bytes);
        header.check(bytes);
        let blobs = header.blob_buffer(bytes);
        header.read_configs(fixed, &blobs);
        header.read_devices(fixed, &blobs);
        header
    }

    /// How far it can be believed.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether its checksum agrees with its bytes, perhaps with some fields
    /// put right: what extents say beyond it is wrong then.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        matches!(self.standing, Standing::Sound | Standing::Mended | Standing::FurtherOn)
    }

    /// Takes what a sound header of the same archive says, which stands further on in
    /// what was opened, in place of what nobody can believe; returns whether it did.
    pub(crate) fn adopt(&mut self, sound: &Self) -> bool {
        if self.is_proven() || !sound.is_trusted() || sound.uuid != self.uuid {
            return false;
        }
        let findings = core::mem::take(&mut self.findings);
        let (start, header_size) = (self.start, self.header_size);
        *self = Self { start, header_size, findings, ..sound.clone() };
        self.standing = Standing::FurtherOn;
        true
    }

    /// Where the first extent should start.
    #[must_use]
    pub fn first_extent(&self) -> ArchiveOffset {
        ArchiveOffset(self.start.saturating_add(u64::from(self.header_size)))
    }

    /// Where the first extent can start at the earliest.
    pub(crate) fn earliest_extent(&self) -> u64 {
        match self.standing {
            Standing::Doubtful => self.start.saturating_add(u64::from(FIXED_SIZE)),
            _ => self.first_extent().0,
        }
    }

    /// Takes a person's word for the size of a device. Only where the header
    /// cannot be believed, and not for a vmstate, which is as long as what is
    /// there: returns whether it was taken.
    pub(crate) fn assume_size(&mut self, id: DeviceId, bytes: u64) -> bool {
        if self.is_proven() || self.device(id).is_some_and(Device::is_vmstate) {
            return false;
        }
        self.set_size(id, bytes, SizeFrom::Person);
        true
    }

    /// Makes room for a cluster that a sound extent names, where the header is
    /// not to be believed. Returns what is to be said about that.
    pub(crate) fn admit(&mut self, id: DeviceId, cluster: ClusterNumber) -> Option<FindingKind> {
        let needed = cluster.image_offset().0.saturating_add(CLUSTER_SIZE);
        let from = self.sizes.iter().find(|(of, _)| *of == id).map(|(_, from)| *from);
        match self.device(id) {
            Some(device) if device.is_vmstate() || clusters_of(device.size) > cluster.0.into() => {
                return None;
            }
            Some(_) if from == Some(SizeFrom::Person) => return None,
            _ => {}
        }
        let stated = self.device(id).map(|device| device.size);
        self.set_size(id, needed, SizeFrom::Clusters);
        match (stated, from) {
            (None, _) => Some(FindingKind::DeviceByNumber),
            (Some(stated), None) => Some(FindingKind::DeviceSizeDoubtful { stated }),
            (Some(_), Some(_)) => None,
        }
    }

    /// The archive's UUID; every extent header repeats it.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// When the header was written: seconds since 1970, UTC, as stated.
    #[must_use]
    pub fn ctime(&self) -> i64 {
        self.ctime
    }

    /// The MD5 that the header states over its own bytes.
    #[must_use]
    pub fn stated_md5(&self) -> [u8; 16] {
        self.stated_md5
    }

    /// The MD5 of the bytes that are there.
    #[must_use]
    pub fn computed_md5(&self) -> [u8; 16] {
        self.computed_md5
    }

    /// Whether the header's checksum agrees with its bytes.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.standing != Standing::Lost && self.stated_md5 == self.computed_md5
    }

    /// Where the blob buffer starts, bytes, as stated.
    #[must_use]
    pub fn blob_buffer_offset(&self) -> u32 {
        self.blob_buffer_offset
    }

    /// Bytes in use in the blob buffer, as stated.
    #[must_use]
    pub fn blob_buffer_size(&self) -> u32 {
        self.blob_buffer_size
    }

    /// Bytes of the whole header: where the first extent starts.
    #[must_use]
    pub fn header_size(&self) -> u32 {
        self.header_size
    }

    /// The configs, in the order of their slots.
    #[must_use]
    pub fn configs(&self) -> &[Config] {
        &self.configs
    }

    /// The devices, by id.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// The device with this id, if the header declares it.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }

    /// Clusters of all devices, by their stated sizes.
    #[must_use]
    pub fn total_clusters(&self) -> u64 {
        self.devices.iter().map(Device::clusters).fold(0, u64::saturating_add)
    }

    /// What is wrong with the header.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Sets the size of a device; one that is not declared gets its number
    /// for a name.
    #[inline(never)]
    fn set_size(&mut self, id: DeviceId, size: u64, from: SizeFrom) {
        self.sizes.retain(|(of, _)| *of != id);
        self.sizes.push((id, from));
        let place = self.devices.partition_point(|device| device.id < id);
        match self.devices.get_mut(place).filter(|device| device.id == id) {
            Some(device) => device.size = size,
            None => self.devices.insert(place, Device { id, name: format!("device {id}"), size }),
        }
    }

    fn check(&mut self, bytes: &[u8]) {
        let found = to_u64(bytes.len());
        let expected = u64::from(self.header_size);
        if found < expected {
            self.find(found, FindingKind::HeaderTruncated { expected, found });
        }
        self.computed_md5 = md5_without(bytes, MD5_FIELD);
        if self.is_trusted() {
            self.standing = Standing::Sound;
        }
    }

    fn find_md5(&mut self) {
        let (stated, computed) = (self.stated_md5, self.computed_md5);
        if stated != computed {
            self.find(0x20, FindingKind::HeaderMd5Mismatch { stated, computed });
        }
    }

    fn blob_buffer<'a>(&mut self, bytes: &'a [u8]) -> BlobBuffer<'a> {
        let (start, size) = (self.blob_buffer_offset, self.blob_buffer_size);
        let end = start.checked_add(size).filter(|&end| end <= self.header_size);
        let inside = start >= FIXED_SIZE;
        if let (true, Some(end)) = (inside, end) {
            let there = bytes.get(..length(end)).unwrap_or(bytes);
            return BlobBuffer::new(there.get(length(start)..).unwrap_or(&[]));
        }
        let header_size = self.header_size;
        self.find(0x30, FindingKind::BlobBufferOutOfBounds { start, size, header_size });
        let from = if inside { start } else { FIXED_SIZE };
        BlobBuffer::new(bytes.get(length(from)..).unwrap_or(&[]))
    }

    fn read_configs(&mut self, fixed: &[u8; FIXED_LENGTH], blobs: &BlobBuffer<'_>) {
        let names = fixed[CONFIG_NAMES..CONFIG_DATA].chunks_exact(4);
        let data = fixed[CONFIG_DATA..CONFIG_DATA + 0x400].chunks_exact(4);
        for (slot, (name, data)) in (0_u8..=255).zip(names.zip(data)) {
            let (name, data) = (be_u32(name, 0), be_u32(data, 0));
            if name == 0 || data == 0 {
                continue;
            }
            let at = u64::from(slot) * 4;
            let name_at = to_u64(CONFIG_NAMES).saturating_add(at);
            let data_at = to_u64(CONFIG_DATA).saturating_add(at);
            let name_bytes = self.follow(blobs, name, name_at);
            let data_bytes = self.follow(blobs, data, data_at);
            if name_bytes.is_none() {
                self.find(name_at, FindingKind::ConfigPointerInvalid { slot, pointer: name });
            }
            let Some(data_bytes) = data_bytes else {
                self.find(data_at, FindingKind::ConfigPointerInvalid { slot, pointer: data });
                continue;
            };
            let name = name_bytes
                .map_or_else(|| format!("config-{slot}"), |bytes| self.name(bytes, name_at, None));
            self.configs.push(Config { name, data: data_bytes.to_vec() });
        }
    }

    fn read_devices(&mut self, fixed: &[u8; FIXED_LENGTH], blobs: &BlobBuffer<'_>) {
        let entries = fixed[DEVICES..].chunks_exact(DEVICE_SIZE);
        for (slot, entry) in (0_u8..=255).zip(entries) {
            let Some(entry) = entry.first_chunk::<DEVICE_SIZE>() else { continue };
            let pointer = be_u32(entry, 0x00);
            let size = be_u64(entry, 0x08);
            let entry_at = u64::from(slot).saturating_mul(to_u64(DEVICE_SIZE));
            let at = to_u64(DEVICES).saturating_add(entry_at);
            if pointer == 0 && size == 0 {
                continue;
            }
            let Some(id) = DeviceId::new(slot) else {
                self.find(at, FindingKind::DeviceZeroDeclared);
                continue;
            };
            if pointer == 0 || size == 0 {
                self.find_device(at, id, FindingKind::DeviceIncomplete { size });
                continue;
            }
            let Some(name) = self.follow(blobs, pointer, at) else {
                self.find_device(at, id, FindingKind::DeviceNameInvalid { pointer });
                continue;
            };
            let name = self.name(name, at, Some(id));
            self.devices.push(Device { id, name, size });
        }
    }

    /// The bytes that `pointer`, which stands at `at`, leads to.
    fn follow<'a>(&mut self, blobs: &BlobBuffer<'a>, pointer: u32, at: u64) -> Option<&'a [u8]> {
        match blobs.blob(pointer) {
            Blob::Chained(bytes) => Some(bytes),
            Blob::Unchained(bytes) => {
                self.find(at, FindingKind::BlobPointerInsideBlob { pointer });
                Some(bytes)
            }
            Blob::Invalid => None,
        }
    }

    fn name(&mut self, bytes: &[u8], at: u64, device: Option<DeviceId>) -> String {
        let name = bytes.strip_suffix(&[0]);
        if name.is_none() {
            self.push(self.start.saturating_add(at), device, FindingKind::NameUnterminated);
        }
        String::from_utf8_lossy(name.unwrap_or(bytes)).into_owned()
    }

    /// `at` counts from the start of the header.
    fn find(&mut self, at: u64, kind: FindingKind) {
        self.push(self.start.saturating_add(at), None, kind);
    }

    fn find_device(&mut self, at: u64, id: DeviceId, kind: FindingKind) {
        self.push(self.start.saturating_add(at), Some(id), kind);
    }

    fn push(&mut self, at: u64, device: Option<DeviceId>, kind: FindingKind) {
        let offset = Some(ArchiveOffset(at));
        self.findings.push(Finding { offset, device, cluster: None, kind });
    }
}

/// The fixed part, once its first fields say that it can be read.
fn fixed_part(bytes: &[u8]) -> Result<&[u8; FIXED_LENGTH], Error> {
    if bytes.is_empty() {
        return Err(Error::new(Part::Source, 0, ErrorKind::Empty));
    }
    let found: [u8; 4] = array(bytes);
    if found != MAGIC {
        return Err(Error::new(Part::Header, 0, ErrorKind::NotVma { found }));
    }
    let cut = Error::new(
        Part::Header,
        to_u64(bytes.len()),
        ErrorKind::HeaderCut { expected: u64::from(FIXED_SIZE), found: to_u64(bytes.len()) },
    );
    let fixed = bytes.first_chunk::<FIXED_LENGTH>().ok_or(cut)?;
    let version = be_u32(fixed, 0x04);
    if version != 1 {
        let kind = ErrorKind::VersionUnsupported { found: version };
        return Err(Error::new(Part::Header, 0x04, kind));
    }
    let header_size = be_u32(fixed, 0x38);
    if !(FIXED_SIZE..=HEADER_SIZE_MAX).contains(&header_size) {
        let (min, max) = (FIXED_SIZE, HEADER_SIZE_MAX);
        let kind = ErrorKind::HeaderSize { found: header_size, min, max };
        return Err(Error::new(Part::Header, 0x38, kind));
    }
    Ok(fixed)
}

/// MD5 over `bytes`, those of `field` taken as zeros.
#[inline(never)]
pub(crate) fn md5_without(bytes: &[u8], field: core::ops::Range<usize>) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update(bytes.get(..field.start).unwrap_or(bytes));
    md5.update([0; 16]);
    md5.update(bytes.get(field.end..).unwrap_or(&[]));
    md5.finalize().into()
}

fn length(bytes: u32) -> usize {
    to_usize(bytes.into())
}
