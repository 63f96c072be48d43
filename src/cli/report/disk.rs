//! What was found of a disk, and what is on it, as the report has it.

use serde_json::{Value, json};

use vma_inspector::disk_contents::{Area, DiskContents, System};
use vma_inspector::export::disk::lost_ranges;
use vma_inspector::export::file_name::safe_name;
use vma_inspector::file_system::{Family, Proof, Volume, family};
use vma_inspector::image::Image;
use vma_inspector::partition::boot_loader::BootLoader;
use vma_inspector::partition::copies::Copies;
use vma_inspector::partition::{Remark, Use};
use vma_inspector::source::{GapKind, gaps};

use super::super::facts::{Disk, Scanned};

/// Ranges of a disk that are listed; more are only counted.
const RANGES_MAX: usize = 100_000;

pub(super) fn device(scanned: &Scanned<'_>, disk: &Disk<'_>) -> Value {
    let inspected = scanned.inspected;
    let (device, figures) = (disk.device, &disk.figures);
    let doubt = inspected.scan.doubt_figures(device.id);
    let image = inspected.image(device);
    json!({
        "id": device.id.get(),
        "name": device.name,
        "safeName": safe_name(&device.name),
        "size": device.size,
        "clusters": {
            "total": figures.clusters,
            "full": figures.counts.full,
            "partial": figures.counts.partial,
            "zero": figures.counts.zero,
            "missing": figures.missing_clusters,
            "twice": figures.counts.twice,
            "cut": figures.counts.cut,
            "doubtedFull": doubt.full,
            "doubtedPartial": doubt.partial,
        },
        "isVmstate": device.is_vmstate(),
        "storedBytes": figures.stored_bytes,
        "zeroBytes": figures.zero_bytes,
        "missingBytes": figures.missing_bytes,
        "doubtBytes": doubt.bytes,
        "imageSize": figures.image_size,
        "lost": lost(image.as_ref()),
        "doubt": doubted(image.as_ref()),
        "contents": inspected.disk_contents(device.id).map(contents),
        "sha256": null,
        "sha256Of": null,
    })
}

fn lost(image: Option<&Image>) -> Value {
    let lost = image.into_iter().flat_map(|image| lost_ranges(image.runs(0..u64::MAX)));
    ranges(lost.map(|range| (range.start, range.end)))
}

fn doubted(image: Option<&Image>) -> Value {
    let gaps = image.into_iter().flat_map(|image| gaps(image, 0..u64::MAX));
    let doubts = gaps.filter(|gap| gap.kind == GapKind::InDoubt);
    ranges(doubts.map(|gap| (gap.start, gap.end)))
}

/// Starts and ends in order; neighbours are joined.
fn ranges(of: impl Iterator<Item = (u64, u64)>) -> Value {
    let mut of = of.peekable();
    let (mut listed, mut count, mut bytes) = (Vec::new(), 0_u64, 0_u64);
    while let Some((start, mut end)) = of.next() {
        while let Some((_, next)) = of.next_if(|(next, _)| *next == end) {
            end = next;
        }
        let length = end.saturating_sub(start);
        (count, bytes) = (count.saturating_add(1), bytes.saturating_add(length));
        if listed.len() < RANGES_MAX {
            listed.push(json!({ "offset": start, "length": length }));
        }
    }
    json!({ "count": count, "bytes": bytes, "ranges": listed })
}

fn contents(found: &DiskContents) -> Value {
    let layout = &found.layout;
    json!({
        "complete": found.is_complete(),
        "scheme": layout.scheme.code(),
        "diskId": layout.disk_id,
        "sectorSize": layout.sector_size,
        "bootLoader": found.boot_loader.map(BootLoader::code),
        "system": found.system.map(System::code),
        "lost": found.lacking.lost,
        "inDoubt": found.lacking.in_doubt,
        "remarks": layout.remarks.iter().map(remark).collect::<Vec<_>>(),
        "areas": found.areas.iter().map(area).collect::<Vec<_>>(),
    })
}

fn remark(remark: &Remark) -> Value {
    json!({ "code": remark.code(), "partition": remark.number() })
}

fn area(area: &Area) -> Value {
    let partition = area.partition.as_ref();
    let found = area.found.as_ref();
    let name = partition.and_then(|partition| partition.name.as_deref());
    let joined = area.joined.as_ref();
    let disks = joined.map(|joined| joined.disks.as_slice()).filter(|disks| disks.len() > 1);
    let refusal = joined.and_then(|joined| joined.refusal.as_ref());
    let refusal = refusal.map(|why| json!({ "code": why.code(), "about": why.about() }));
    let purpose = partition.map(|partition| partition.purpose);
    let group = area.physical.as_ref().and_then(|physical| physical.group.as_ref());
    let lacking = found.map(|found| found.lacking).unwrap_or_default();
    let others = found.into_iter().flat_map(|found| &found.others);
    json!({
        "number": partition.map(|partition| partition.number),
        "offset": area.offset,
        "size": area.size,
        "type": purpose.map(|purpose| purpose.text()),
        "purpose": purpose.and_then(|purpose| purpose.use_of()).map(Use::code),
        "partitionId": partition.map(|partition| partition.id.as_str()),
        "name": name.or(joined.map(|joined| joined.name.as_str())),
        "active": partition.is_some_and(|partition| partition.is_active),
        "seen": found.is_some(),
        "pending": lacking.not_yet_known,
        "lost": lacking.lost,
        "inDoubt": lacking.in_doubt,
        "volume": found.and_then(|found| found.volume.as_ref()).map(volume),
        "others": others.map(|other| other.kind.code()).collect::<Vec<_>>(),
        "group": group.map(|group| group.name.as_str()),
        "share": area.share.code(),
        "disks": disks.unwrap_or_default(),
        "refusal": refusal,
        "copies": joined.and_then(|joined| joined.copies).map(copies),
        "volumes": area.volumes.iter().map(self::area).collect::<Vec<_>>(),
    })
}

fn copies(copies: Copies) -> Value {
    json!({ "all": copies.all, "read": copies.read, "differing": copies.differing })
}

fn volume(volume: &Volume) -> Value {
    let proof = match volume.proof {
        Proof::Agrees => "agrees",
        Proof::Plausible => "plausible",
        Proof::Disagrees => "disagrees",
    };
    json!({
        "kind": volume.kind.code(),
        "family": family(volume.kind).map(Family::code),
        "label": volume.label,
        "uuid": volume.uuid,
        "size": volume.size,
        "used": volume.used,
        "mounted": volume.mounted,
        "detail": volume.detail,
        "proof": proof,
    })
}
