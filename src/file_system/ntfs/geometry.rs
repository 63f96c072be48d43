//! The boot sector: `NTFS_BOOT_SECTOR` of ntfs-3g's `layout.h`.

use vma_source::{le_u16, le_u64, to_u64, to_usize};

use crate::error::{Fault, Result};

/// Bytes of the sector that are looked at.
pub(super) const SECTOR: usize = 512;

/// Bytes of a cluster, at most, as Windows makes them since 10.
const CLUSTER_MAX: u64 = 2 << 20;

/// Bytes of a record: 1024, or 4096 where sectors are so large.
const RECORDS: core::ops::RangeInclusive<u64> = 512..=4096;

/// How the volume is divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    /// Bytes of a cluster, a power of two.
    pub(super) cluster: u64,
    /// Clusters that there are.
    pub(super) clusters: u64,
    /// Bytes of a record of the master file table.
    pub(super) record: usize,
    /// Where the table's first record lies, in bytes.
    pub(super) table: u64,
    /// Where the copy of its first records lies.
    pub(super) mirror: u64,
}

impl Geometry {
    /// Reads the first [`SECTOR`] bytes of the volume.
    ///
    /// # Errors
    ///
    /// Sizes that no volume has.
    pub(super) fn parse(sector: &[u8]) -> Result<Self> {
        let wrong = |what: &str| Fault::corrupt(format!("boot sector: {what}"));
        let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
        let bytes_per_sector = u64::from(le_u16(sector, 11));
        if !bytes_per_sector.is_power_of_two() || !(256..=4096).contains(&bytes_per_sector) {
            return Err(wrong("bytes per sector"));
        }
        // Above 128 it is an exponent, turned over.
        let sectors_per_cluster = match byte(13) {
            count @ 1..=128 => Some(u64::from(count)),
            exponent => power(exponent),
        };
        let cluster = sectors_per_cluster.and_then(|count| count.checked_mul(bytes_per_sector));
        let cluster = cluster.filter(|&size| size.is_power_of_two() && size <= CLUSTER_MAX);
        let cluster = cluster.ok_or_else(|| wrong("sectors per cluster"))?;
        let record = match byte(64) {
            count @ 1..=127 => u64::from(count).checked_mul(cluster),
            exponent => power(exponent),
        };
        let record = record.filter(|size| RECORDS.contains(size) && size.is_power_of_two());
        let record = record.ok_or_else(|| wrong("clusters per record"))?;
        let clusters = le_u64(sector, 40).checked_mul(bytes_per_sector);
        let clusters = clusters.ok_or_else(|| wrong("sectors"))? / cluster;
        let place = |at: usize| {
            let cluster_number = Some(le_u64(sector, at)).filter(|&number| number < clusters);
            cluster_number.and_then(|number| number.checked_mul(cluster))
        };
        Ok(Self {
            cluster,
            clusters,
            record: to_usize(record),
            table: place(48).ok_or_else(|| wrong("cluster of $MFT"))?,
            mirror: place(56).ok_or_else(|| wrong("cluster of $MFTMirr"))?,
        })
    }

    /// Where the record of that number begins in the table, in bytes.
    pub(super) fn offset_of(&self, number: u64) -> Option<u64> {
        number.checked_mul(to_u64(self.record))
    }
}

/// Two to the power that a negative byte stands for; `None` if it is none that is used.
fn power(byte: u8) -> Option<u64> {
    1_u64.checked_shl(256_u32.checked_sub(byte.into())?).filter(|&power| power <= CLUSTER_MAX)
}
