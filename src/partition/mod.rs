//! How a disk is parted: a GPT, an MBR with its chain of logical partitions, or not at
//! all; and what a physical volume of LVM says of its group.
//!
//! Every read is bounded, and so is every list. What of a table is lost or in doubt is
//! told, and nothing is guessed in its place; where one copy of a GPT is broken the
//! other counts, and that is told too.

pub mod boot_loader;
pub mod copies;
mod gpt;
pub mod lvm;
mod lvm_assemble;
mod lvm_group;
mod lvm_refusal;
mod lvm_text;
mod lvm_thin;
mod mbr;
mod purpose;
pub mod raid_bitmap;
mod table;

use self::gpt::First;
pub use self::purpose::{Purpose, Use};
pub use self::table::{Layout, PARTITIONS_MAX, Partition, Remark, Scheme};
use crate::source::{Error, Glimpse, Lacking, ReadAt, sort_by_number};

/// Finds out how `disk` is parted.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn layout(disk: &dyn ReadAt) -> Result<Layout, Error> {
    layout_in(disk, 512)
}

/// The same, where an MBR counts in sectors of `sector_size` bytes: it does not say so itself,
/// as a GPT does by where it stands.
///
/// # Errors
///
/// As for [`layout`].
pub fn layout_in(disk: &dyn ReadAt, sector_size: u64) -> Result<Layout, Error> {
    let look = Glimpse::new(disk);
    let mut layout = Layout {
        scheme: Scheme::None,
        disk_id: None,
        sector_size,
        partitions: Vec::new(),
        remarks: Vec::new(),
        lacking: Lacking::default(),
    };
    let sector = look.bytes(0, 512)?;
    let record = sector.as_deref().and_then(mbr::Record::parse);
    let first = match (&sector, &record) {
        (None, _) => First::Lost,
        (_, Some(record)) => First::of(record),
        (Some(sector), None) if mbr::is_file_system(sector) => First::Other,
        (Some(_), None) => First::Silent,
    };
    let is_gpt = gpt::read(&look, first, &mut layout)?;
    match record {
        Some(record) if is_gpt && record.entries.len() > 1 => layout.remarks.push(Remark::Hybrid),
        Some(record) if !is_gpt => mbr::read(&look, &record, &mut layout)?,
        None if !is_gpt && first == First::Lost && look.size() >= 512 => {
            layout.scheme = Scheme::Unknown;
        }
        _ => {}
    }
    layout.lacking = look.take_lacking();
    remark_ranges(&mut layout, look.size());
    Ok(layout)
}

/// Remarks on partitions that cannot be where the table says.
fn remark_ranges(layout: &mut Layout, size: u64) {
    let (mut beyond, mut ranges) = (Vec::new(), Vec::new());
    for partition in &layout.partitions {
        if partition.range.end > size {
            beyond.push(Remark::BeyondEnd(partition.number));
        }
        // An extended partition is the room of the logical ones.
        if partition.purpose.use_of() != Some(Use::Extended) {
            ranges.push((partition.range.start, partition.range.end, partition.number));
        }
    }
    // By where they start, then where they end.
    sort_by_number(&mut ranges, |(_, until, _)| *until);
    sort_by_number(&mut ranges, |(start, _, _)| *start);
    let mut end = 0;
    for (start, until, number) in ranges {
        if start < end {
            beyond.push(Remark::Overlap(number));
        }
        end = end.max(until);
    }
    layout.remarks.extend(beyond);
}
