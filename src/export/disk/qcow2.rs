//! qcow2, version 3, with clusters of 64 KiB and 16-bit refcounts.
//!
//! Source: `docs/interop/qcow2.txt` of QEMU. The file is, in order: the header,
//! the refcount table and its blocks, the L1 table, the L2 tables of stretches
//! in which something is stored, and the stored clusters in the disk's order.

use std::rc::Rc;

use super::bytes::{Record, to_u32};
use super::disk_file::{Content, Data, DiskFile};
use super::format::DiskFormat;
use super::refusal::Refusal;
use super::stored_disk::{Disk, size_within};
use super::table::{Entry, Slots, Table};
use super::units::Units;

/// Bytes of a cluster.
pub(super) const CLUSTER: u64 = 64 << 10;

/// Clusters that an L2 table maps: 512 MiB.
pub(super) const L2_SLOTS: u64 = CLUSTER / 8;

/// Clusters that a refcount block counts: 2 GiB of the file.
pub(super) const REFCOUNTS: u64 = CLUSTER / 2;

/// Bit of a table's entry: the refcount of what it names is exactly 1.
pub(super) const COPIED: u64 = 1 << 63;

/// The largest disk: QEMU reads L1 tables of up to 32 MiB.
const SIZE_MAX: u64 = (32 << 20) / 8 * L2_SLOTS * CLUSTER;

/// Where the tables of a file are, in bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    pub(super) refcount_table: u64,
    pub(super) refcount_table_clusters: u64,
    pub(super) l1: u64,
}

/// The size of a disk in terms of its tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    /// Bytes of the disk, a multiple of 512.
    pub(super) size: u64,
    /// Entries of the L1 table.
    pub(super) l1_slots: u64,
}

impl Geometry {
    pub(super) fn of(disk: &Disk) -> Result<Self, Refusal> {
        Self::of_size(disk.image_size())
    }

    /// That of a disk of `size` bytes.
    pub(super) fn of_size(size: u64) -> Result<Self, Refusal> {
        let size = size_within(size, DiskFormat::Qcow2.code(), SIZE_MAX)?;
        Ok(Self { size, l1_slots: size.div_ceil(L2_SLOTS * CLUSTER).max(1) })
    }

    /// Clusters of the L1 table.
    pub(super) fn l1_clusters(self) -> u64 {
        (self.l1_slots * 8).div_ceil(CLUSTER)
    }

    /// The header. Proxmox's sizes are multiples of 512; another is rounded up,
    /// since QEMU counts a disk in sectors and would drop a part of one.
    pub(super) fn header(self, tables: Tables) -> Vec<u8> {
        Record::new(104)
            .put(0, b"QFI\xfb")
            .be32(4, 3)
            .be32(20, CLUSTER.ilog2())
            .be64(24, self.size)
            .be32(36, to_u32(self.l1_slots))
            .be64(40, tables.l1)
            .be64(48, tables.refcount_table)
            .be32(56, to_u32(tables.refcount_table_clusters))
            .be32(96, 4)
            .be32(100, 104)
            .done()
    }
}

/// How many clusters refcounts take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refcounts {
    pub(super) table_clusters: u64,
    pub(super) blocks: u64,
}

impl Refcounts {
    /// Those of a file that has `others` clusters besides.
    pub(super) fn of(others: u64) -> Self {
        let mut found = Self::default();
        loop {
            let total = others + found.table_clusters + found.blocks;
            let blocks = total.div_ceil(REFCOUNTS);
            let needed = Self { table_clusters: blocks.div_ceil(CLUSTER / 8), blocks };
            if needed == found {
                return found;
            }
            found = needed;
        }
    }
}

/// The file of a disk.
pub(super) fn lay_out(disk: &Disk) -> Result<DiskFile, Refusal> {
    let geometry = Geometry::of(disk)?;
    let units = Rc::clone(&disk.stored);
    let groups = Rc::new(units.grouped(L2_SLOTS));
    let others = 1 + geometry.l1_clusters() + groups.len() + units.len();
    let refcounts = Refcounts::of(others);
    let total = others + refcounts.table_clusters + refcounts.blocks;

    let refcount_table = CLUSTER;
    let refcount_blocks = refcount_table + refcounts.table_clusters * CLUSTER;
    let l1 = refcount_blocks + refcounts.blocks * CLUSTER;
    let l2 = l1 + geometry.l1_clusters() * CLUSTER;
    let start = l2 + groups.len() * CLUSTER;

    let table_clusters = refcounts.table_clusters;
    let tables = Tables { refcount_table, refcount_table_clusters: table_clusters, l1 };
    let whole = |units, entry, first, step| {
        Content::Table(Table { units, slots: Slots::Units, entry, empty: 0, first, step })
    };
    let blocks =
        whole(Rc::new(Units::all(refcounts.blocks)), Entry::Be64, refcount_blocks, CLUSTER);
    let counts = whole(Rc::new(Units::all(total)), Entry::Be16, 1, 0);
    let l1_table = whole(Rc::clone(&groups), Entry::Be64, COPIED | l2, CLUSTER);
    let l2_tables = Content::Table(Table {
        units: Rc::clone(&units),
        slots: Slots::Pages { per: L2_SLOTS, groups: Rc::clone(&groups) },
        entry: Entry::Be64,
        empty: 0,
        first: COPIED | start,
        step: CLUSTER,
    });
    let data = Data { units, unit_size: CLUSTER, lead: 0 };
    Ok(DiskFile::new(&disk.image)
        .with(0, CLUSTER, Content::Bytes(geometry.header(tables)))
        .with(refcount_table, refcount_blocks - refcount_table, blocks)
        .with(refcount_blocks, l1 - refcount_blocks, counts)
        .with(l1, l2 - l1, l1_table)
        .with(l2, start - l2, l2_tables)
        .with(start, data.length(), Content::Data(data)))
}
