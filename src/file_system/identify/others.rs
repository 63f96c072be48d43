//! What is told by one structure, each with where the fact is from.

use uuid::Uuid;

use super::checksum::fletcher64;
use super::text::{label, label_utf16, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, be_u16, be_u32, le_u16, le_u32, le_u64, to_usize};

/// A physical volume of LVM, in one of the first four sectors: `lib/label/label.h` of
/// LVM2. Its checksum, and what is in it, `partition::lvm` reads.
pub(super) fn lvm(look: &Glimpse) -> Result<Option<Volume>, Error> {
    for sector in 0_u64..4 {
        let Some(label) = look.bytes(sector.saturating_mul(512), 32)? else { continue };
        let is_label = label.starts_with(b"LABELONE")
            && le_u64(&label, 8) == sector
            && label.get(24..32) == Some(b"LVM2 001".as_slice());
        if is_label {
            return Ok(Some(Volume::new(Kind::LvmPhysical, Proof::Plausible)));
        }
    }
    Ok(None)
}

/// BitLocker: libbde's "BitLocker Drive Encryption (BDE) format", section "Volume header".
pub(super) fn bitlocker(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(sector) = look.bytes(0, 512)? else { return Ok(None) };
    let guid = [160, 424].map(|at: usize| sector.get(at..at.saturating_add(16)));
    let known = Uuid::from_u128(0x4967d63b_2e29_4ad8_8399_f6a339e3d001).to_bytes_le();
    let used_space = Uuid::from_u128(0x92a84d3b_dd80_4d0e_9e4e_b1e3284eaed8).to_bytes_le();
    let has_guid = guid.iter().flatten().any(|&guid| guid == known || guid == used_space);
    let name = sector.get(3..11);
    let is_volume = name == Some(b"-FVE-FS-".as_slice());
    let is_to_go = name == Some(b"MSWIN4.1".as_slice()) && has_guid;
    // Vista's has no GUID, and its jump is another one.
    let is_vista = is_volume && sector.starts_with(b"\xeb\x52\x90");
    let is_bitlocker = is_to_go || is_vista || is_volume && has_guid;
    Ok(is_bitlocker.then(|| Volume::new(Kind::BitLocker, Proof::Plausible)))
}

/// bcache: `drivers/md/bcache/bcache_ondisk.h` of Linux. Its magic is not bcachefs'.
pub(super) fn bcache(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(4096, 256)? else { return Ok(None) };
    let magic = Uuid::from_u128(0xc68573f6_4e1a_45ca_8265_f57f48ba6d81);
    let is_bcache =
        superblock.get(24..40) == Some(magic.as_bytes().as_slice()) && le_u64(&superblock, 8) == 8;
    Ok(is_bcache.then(|| Volume {
        label: label(superblock.get(72..104).unwrap_or(&[])),
        uuid: uuid(&superblock, 40),
        ..Volume::new(Kind::Bcache, Proof::Plausible)
    }))
}

/// bcachefs: `struct bch_sb` of `fs/bcachefs/bcachefs_format.h`.
pub(super) fn bcachefs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(4096, 512)? else { return Ok(None) };
    let magic = Uuid::from_u128(0xc68573f6_66ce_90a9_d96a_60cf803df7ef);
    let is_bcachefs = superblock.get(24..40) == Some(magic.as_bytes().as_slice())
        && le_u64(&superblock, 104) == 8;
    Ok(is_bcachefs.then(|| Volume {
        label: label(superblock.get(72..104).unwrap_or(&[])),
        uuid: uuid(&superblock, 56),
        ..Volume::new(Kind::Bcachefs, Proof::Plausible)
    }))
}

/// F2FS: `struct f2fs_super_block` of `include/linux/f2fs_fs.h`.
pub(super) fn f2fs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(1024, 3072)? else { return Ok(None) };
    let log_blocksize = le_u32(&superblock, 16);
    let makes_sense = le_u32(&superblock, 0) == 0xf2f5_2010 && (9..=16).contains(&log_blocksize);
    if !makes_sense {
        return Ok(None);
    }
    // Feature 0x800: the checksum is there, and starts from the magic.
    let checksum_offset = to_usize(le_u32(&superblock, 32).into());
    let has_sum = le_u32(&superblock, 2180) & 0x800 != 0;
    let summed = superblock.get(..checksum_offset).filter(|_| has_sum);
    let proof = match summed {
        None => Proof::Plausible,
        Some(summed) if f2fs_sum(summed) == le_u32(&superblock, checksum_offset) => Proof::Agrees,
        Some(_) => Proof::Disagrees,
    };
    Ok(Some(Volume {
        label: label_utf16(superblock.get(124..1148).unwrap_or(&[])),
        uuid: uuid(&superblock, 108),
        size: Some(le_u64(&superblock, 36).saturating_mul(1 << log_blocksize)),
        ..Volume::new(Kind::F2fs, proof)
    }))
}

/// CRC-32 that starts from the magic and is not turned over.
fn f2fs_sum(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(!0xf2f5_2010);
    hasher.update(bytes);
    !hasher.finalize()
}

/// squashfs 4: "Squashfs Binary Format", section "The Superblock".
pub(super) fn squashfs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(0, 96)? else { return Ok(None) };
    let (block_size, block_log) = (le_u32(&superblock, 12), u32::from(le_u16(&superblock, 22)));
    let makes_sense = superblock.starts_with(b"hsqs")
        && le_u16(&superblock, 28) == 4
        && 1_u32.checked_shl(block_log) == Some(block_size);
    Ok(makes_sense.then(|| Volume {
        size: Some(le_u64(&superblock, 40)),
        ..Volume::new(Kind::Squashfs, Proof::Plausible)
    }))
}

/// APFS: "Apple File System Reference", `nx_superblock_t`.
pub(super) fn apfs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(block) = look.bytes(0, 4096)? else { return Ok(None) };
    let block_size = le_u32(&block, 36);
    let is_size = block_size.is_power_of_two() && (4096..=65_536).contains(&block_size);
    if block.get(32..36) != Some(b"NXSB".as_slice()) || !is_size {
        return Ok(None);
    }
    let whole = look.bytes(0, to_usize(block_size.into()))?;
    let agrees = whole.is_some_and(|whole| fletcher64(&whole) == le_u64(&whole, 0));
    Ok(Some(Volume {
        uuid: uuid(&block, 72),
        size: Some(le_u64(&block, 40).saturating_mul(block_size.into())),
        ..Volume::new(Kind::Apfs, if agrees { Proof::Agrees } else { Proof::Disagrees })
    }))
}

/// HFS+: Apple's Technical Note 1150, "Volume Header".
pub(super) fn hfs_plus(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(header) = look.bytes(1024, 512)? else { return Ok(None) };
    let (version, block_size) = (be_u16(&header, 2), be_u32(&header, 40));
    let is_plus = header.starts_with(b"H+") && version == 4;
    let is_x = header.starts_with(b"HX") && version == 5;
    let makes_sense = (is_plus || is_x) && block_size >= 512 && block_size.is_power_of_two();
    let (all, free) = (u64::from(be_u32(&header, 44)), u64::from(be_u32(&header, 48)));
    let used = all.checked_sub(free);
    Ok(makes_sense.then(|| Volume {
        size: Some(all.saturating_mul(block_size.into())),
        used: used.map(|used| used.saturating_mul(block_size.into())),
        ..Volume::new(Kind::HfsPlus, Proof::Plausible)
    }))
}

/// ReFS: libfsrefs' "Resilient File System (ReFS)", section "Volume header".
pub(super) fn refs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(sector) = look.bytes(0, 512)? else { return Ok(None) };
    let sector_size = le_u32(&sector, 32);
    let makes_sense = sector.get(3..11) == Some(b"ReFS\0\0\0\0".as_slice())
        && sector.get(16..20) == Some(b"FSRS".as_slice())
        && sector_size.is_power_of_two();
    let version = [40, 41].map(|at: usize| sector.get(at).copied().unwrap_or(0));
    Ok(makes_sense.then(|| Volume {
        size: Some(le_u64(&sector, 24).saturating_mul(sector_size.into())),
        uuid: Some(format!("{:016X}", le_u64(&sector, 56))),
        detail: Some(format!("{}.{}", version.first().unwrap_or(&0), version.last().unwrap_or(&0))),
        ..Volume::new(Kind::ReFs, Proof::Plausible)
    }))
}

/// VMFS of VMware: `vmfs-tools`' "vmfs_volume.h"; the volume's information stands at
/// 1 MiB.
pub(super) fn vmfs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(info) = look.bytes(1 << 20, 256)? else { return Ok(None) };
    let version = le_u32(&info, 4);
    let makes_sense = le_u32(&info, 0) == 0xc001_d00d && (3..=6).contains(&version);
    Ok(makes_sense.then(|| Volume::new(Kind::Vmfs, Proof::Plausible)))
}
