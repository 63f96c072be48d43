//! Extents: a header of 512 bytes, then the blocks its slots announce.

use uuid::Uuid;

use crate::archive::finding::FindingKind;
use crate::archive::header::md5_without;
pub use crate::archive::layout::EXTENT_HEADER_SIZE as HEADER_SIZE;
use crate::archive::unit::{BLOCK_SIZE, BlockMask, ClusterNumber, DeviceId};
use crate::source::{array, be_u16, to_u64};

/// Bytes of an extent header, as a length.
pub const HEADER_LENGTH: usize = 512;

/// Slots of an extent header. The specification's introduction speaks of 64
/// clusters; the layout has room for 59, and Proxmox's writer fills 58.
pub const SLOTS: usize = 59;

/// What an extent header starts with.
pub const MAGIC: [u8; 4] = *b"VMAE";

const MD5_FIELD: core::ops::Range<usize> = 0x18..0x28;

/// An extent header, as it stands in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "VmaExtentHeader")]
pub struct ExtentHeader {
    magic: [u8; 4],
    reserved: u16,
    block_count: u16,
    uuid: Uuid,
    stated_md5: [u8; 16],
    computed_md5: [u8; 16],
    slots: Vec<Slot>,
    masked_blocks: u32,
    /// Whether the slots are one [run](Self::runs).
    is_run: bool,
    /// Whether no slot says anything but that a cluster is zeros.
    is_zeros: bool,
}

/// A used slot of an extent header: one cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "blockinfo")]
pub struct Slot {
    /// Its place in the extent header, 0 to 58.
    pub number: u8,
    /// The device the cluster belongs to.
    pub device: DeviceId,
    /// The cluster's number in that device.
    pub cluster: ClusterNumber,
    /// Which of its blocks are stored.
    pub mask: BlockMask,
    /// A byte that should be 0.
    pub reserved: u8,
}

impl ExtentHeader {
    /// Takes the fields of an extent header apart. Whether they can be
    /// believed is for [`Self::faults`] to say.
    #[must_use]
    #[inline(never)]
    pub fn parse(bytes: &[u8; HEADER_LENGTH]) -> Self {
        let mut slots: Vec<Slot> = Vec::with_capacity(SLOTS);
        let (mut masked_blocks, mut is_run, mut is_zeros) = (0_u32, true, true);
        for slot in (0_u8..).zip(bytes[0x28..].chunks_exact(8)).filter_map(Slot::parse) {
            masked_blocks = masked_blocks.saturating_add(slot.mask.stored_blocks());
            is_zeros &= slot.is_zeros();
            is_run &= slots.last().is_none_or(|before| before.is_followed_by(&slot));
            slots.push(slot);
        }
        Self {
            magic: array(&bytes[0x00..0x04]),
            reserved: be_u16(bytes, 0x04),
            block_count: be_u16(bytes, 0x06),
            uuid: Uuid::from_slice(&bytes[0x08..0x18]).unwrap_or_default(),
            stated_md5: array(&bytes[MD5_FIELD]),
            computed_md5: md5_without(bytes, MD5_FIELD),
            is_run: is_run && !slots.is_empty(),
            slots,
            masked_blocks,
            is_zeros,
        }
    }

    /// What speaks against this being an extent header of archive `uuid`:
    /// magic, MD5, UUID. Empty for a sound one.
    #[must_use]
    #[inline(never)]
    pub fn faults(&self, uuid: Uuid) -> Vec<FindingKind> {
        let mut faults = Vec::new();
        if self.magic != MAGIC {
            faults.push(FindingKind::ExtentMagicWrong { found: self.magic });
        }
        let (stated, computed) = (self.stated_md5, self.computed_md5);
        if stated != computed {
            faults.push(FindingKind::ExtentMd5Mismatch { stated, computed });
        }
        if self.uuid != uuid {
            faults.push(FindingKind::ExtentUuidMismatch { expected: uuid, found: self.uuid });
        }
        faults
    }

    /// The UUID of the archive that it belongs to, as stated.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// The first four bytes.
    #[must_use]
    pub fn magic(&self) -> [u8; 4] {
        self.magic
    }

    /// The field behind the magic. Proxmox refuses an extent where it is not 0.
    #[must_use]
    pub fn reserved(&self) -> u16 {
        self.reserved
    }

    /// Blocks of data that follow, as stated.
    #[must_use]
    pub fn block_count(&self) -> u32 {
        u32::from(self.block_count)
    }

    /// Bytes of data that follow, as `block_count` states.
    #[must_use]
    pub fn data_size(&self) -> u64 {
        u64::from(self.block_count).saturating_mul(BLOCK_SIZE)
    }

    /// Its MD5, as computed.
    #[must_use]
    pub fn md5(&self) -> [u8; 16] {
        self.computed_md5
    }

    /// Bytes of the whole extent, as `block_count` states.
    #[must_use]
    pub fn size(&self) -> u64 {
        HEADER_SIZE.saturating_add(self.data_size())
    }

    /// Blocks of data that follow, as the masks state.
    #[must_use]
    pub fn masked_blocks(&self) -> u32 {
        self.masked_blocks
    }

    /// Whether no slot says anything but that a cluster [is zeros](Slot::is_zeros).
    #[must_use]
    pub fn is_zeros(&self) -> bool {
        self.is_zeros
    }

    /// Its slots, in their order, those of one device whose clusters follow one another
    /// together, as many as there are.
    pub fn runs(&self) -> impl Iterator<Item = &[Slot]> {
        let (whole, slots) = match self.is_run {
            true => (Some(self.slots.as_slice()), [].as_slice()),
            false => (None, self.slots.as_slice()),
        };
        whole.into_iter().chain(slots.chunk_by(Slot::is_followed_by))
    }

    /// The used slots, in their order; their blocks follow in the same order.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }
}

/// What speaks against fewer than 512 bytes at the archive's end: nothing, if
/// they do not even start like an extent header.
#[must_use]
pub fn faults_of_cut_header(bytes: &[u8]) -> Vec<FindingKind> {
    let start = bytes.get(..MAGIC.len()).unwrap_or(bytes);
    if bytes.is_empty() || !MAGIC.starts_with(start) {
        return Vec::new();
    }
    vec![FindingKind::ExtentHeaderCut { found: to_u64(bytes.len()) }]
}

impl Slot {
    /// Where it stands, in bytes from the start of its extent.
    #[must_use]
    pub fn offset(&self) -> u64 {
        u64::from(self.number).saturating_mul(8).saturating_add(0x28)
    }

    /// Whether it says that a cluster is zeros, and nothing else.
    #[must_use]
    pub fn is_zeros(&self) -> bool {
        self.mask == BlockMask::ZERO && self.reserved == 0
    }

    /// Whether `next` is the cluster behind it, of the same device.
    fn is_followed_by(&self, next: &Self) -> bool {
        self.device == next.device && self.cluster.0.checked_add(1) == Some(next.cluster.0)
    }

    /// Takes the 8 bytes of a slot apart; `None` for an empty one.
    fn parse((number, bytes): (u8, &[u8])) -> Option<Self> {
        let [a, b, reserved, device, c, d, e, f] = *bytes.first_chunk::<8>()?;
        Some(Self {
            number,
            mask: BlockMask(u16::from_be_bytes([a, b])),
            reserved,
            device: DeviceId::new(device)?,
            cluster: ClusterNumber(u32::from_be_bytes([c, d, e, f])),
        })
    }
}
