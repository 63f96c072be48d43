//! Files whose clusters are written in the order in which they come, so that a disk can be
//! taken out of a backup while that is read for the first time. Which clusters there are
//! is known only at the end: what names them is written then.
//!
//! raw and qcow2 alone: their clusters may stand anywhere.

use std::collections::BTreeMap;

use super::bytes::{to_u64, to_usize};
use super::format::DiskFormat;
use super::qcow2::{CLUSTER, COPIED, Geometry, L2_SLOTS, REFCOUNTS, Refcounts, Tables};
use super::refusal::Refusal;
use crate::archive::unit::CLUSTER_SIZE;

/// A part of a file: where it stands, in bytes from the start, and what it is.
pub type Part = (u64, Vec<u8>);

/// A file of a disk whose clusters come in any order. What is written nowhere is zeros.
pub struct Gathered {
    size: u64,
    layout: Layout,
}

enum Layout {
    Raw,
    Qcow2 {
        geometry: Geometry,
        /// Of each L2 table that names anything, the clusters of the file that its slots
        /// name; 0 for none.
        tables: BTreeMap<u64, Vec<u32>>,
        /// Clusters of the file so far.
        clusters: u64,
    },
}

impl Gathered {
    /// A file of `format` of a disk of `size` bytes; `None` if the format has none that is
    /// made so.
    ///
    /// # Errors
    ///
    /// The format has no disks of this size.
    pub fn new(format: DiskFormat, size: u64) -> Result<Option<Self>, Refusal> {
        let layout = match format {
            DiskFormat::Raw => Layout::Raw,
            DiskFormat::Qcow2 => {
                let geometry = Geometry::of_size(size)?;
                let clusters = 1 + geometry.l1_clusters();
                Layout::Qcow2 { geometry, tables: BTreeMap::new(), clusters }
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { size, layout }))
    }

    /// Where the 64 KiB of `cluster` of the disk go, in bytes from the start of the file;
    /// `None` if the file has no place for it. Each cluster is placed once.
    pub fn place(&mut self, cluster: u64) -> Option<u64> {
        let start = cluster.checked_mul(CLUSTER_SIZE).filter(|start| *start < self.size)?;
        let Layout::Qcow2 { tables, clusters, .. } = &mut self.layout else { return Some(start) };
        let place = *clusters;
        let named = u32::try_from(place).ok()?;
        let table = tables.entry(cluster / L2_SLOTS);
        let table = table.or_insert_with(|| vec![0; to_usize(L2_SLOTS)]);
        *table.get_mut(to_usize(cluster % L2_SLOTS))? = named;
        *clusters = place.checked_add(1)?;
        place.checked_mul(CLUSTER)
    }

    /// What else stands in the file, in no order; what was placed stays where it is.
    /// Together they are the bytes of the file's tables: 8 for each cluster of a stretch of
    /// 512 MiB in which anything is stored.
    pub fn tables(&self) -> impl Iterator<Item = Part> {
        let (tables, rest) = match &self.layout {
            Layout::Raw => (None, Vec::new()),
            Layout::Qcow2 { geometry, tables, clusters } => {
                let l2 = *clusters;
                let behind = l2 + to_u64(tables.len());
                (Some((tables, l2)), head_and_counts(*geometry, tables, l2, behind))
            }
        };
        let l2 = tables.into_iter().flat_map(|(tables, first)| {
            (first..).zip(tables.values()).map(|(at, named)| (at * CLUSTER, l2_table(named)))
        });
        l2.chain(rest)
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn length(&self) -> u64 {
        match &self.layout {
            Layout::Raw => self.size,
            Layout::Qcow2 { tables, clusters, .. } => {
                let others = clusters + to_u64(tables.len());
                let refcounts = Refcounts::of(others);
                (others + refcounts.table_clusters + refcounts.blocks) * CLUSTER
            }
        }
    }
}

fn l2_table(named: &[u32]) -> Vec<u8> {
    let entry = |at: &u32| if *at == 0 { 0 } else { COPIED | (u64::from(*at) * CLUSTER) };
    named.iter().flat_map(|at| entry(at).to_be_bytes()).collect()
}

/// The header, the L1 table, and the refcounts: their table at the cluster `behind` all
/// else, and then their blocks.
fn head_and_counts(
    geometry: Geometry,
    tables: &BTreeMap<u64, Vec<u32>>,
    l2: u64,
    behind: u64,
) -> Vec<Part> {
    let mut l1 = vec![0; to_usize(geometry.l1_slots * 8)];
    for (at, group) in (l2..).zip(tables.keys()) {
        let slot = l1.chunks_exact_mut(8).nth(to_usize(*group));
        slot.into_iter()
            .for_each(|slot| slot.copy_from_slice(&(COPIED | (at * CLUSTER)).to_be_bytes()));
    }
    let refcounts = Refcounts::of(behind);
    let blocks = behind + refcounts.table_clusters;
    let total = blocks + refcounts.blocks;
    let table = (blocks..total).flat_map(|at| (at * CLUSTER).to_be_bytes()).collect();
    let header = geometry.header(Tables {
        refcount_table: behind * CLUSTER,
        refcount_table_clusters: refcounts.table_clusters,
        l1: CLUSTER,
    });
    let mut parts = vec![(0, header), (CLUSTER, l1), (behind * CLUSTER, table)];
    parts.extend((0..refcounts.blocks).map(|block| {
        let counted = (total - block * REFCOUNTS).min(REFCOUNTS);
        ((blocks + block) * CLUSTER, [0, 1].repeat(to_usize(counted)))
    }));
    parts
}
