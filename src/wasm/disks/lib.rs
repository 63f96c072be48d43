//! The module that tells what is on a disk which the first reads, as JavaScript objects.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::disk_contents::{Area, DiskContents, System};
use vma_inspector::file_system::{Family, Proof, Volume, family};
use vma_inspector::partition::boot_loader::BootLoader;
use vma_inspector::partition::{Remark, Use};
use vma_inspector::source::ReadAt;
use vma_wasm::Below;
use vma_wasm::{Fields, list};
use vma_wasm::{JsSource, SourceBytes};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

#[wasm_bindgen]
extern "C" {
    /// What is on a disk.
    #[wasm_bindgen(typescript_type = "DiskContents")]
    pub type DiskContentsObject;
}

/// Finds out what is on a disk, by a few MiB of reads. What of it is not yet known makes
/// the answer an incomplete one. Throws a `VmaError` where the file cannot be read.
#[wasm_bindgen(js_name = describeDisk)]
pub fn describe(disk: SourceBytes) -> Result<DiskContentsObject, JsValue> {
    let below = Below::default();
    let disk: Rc<dyn ReadAt> = Rc::new(JsSource::new(disk, below.clone()));
    let found =
        vma_inspector::disk_contents::describe(&disk).map_err(|error| below.thrown(&error))?;
    Ok(JsValue::from(contents(&found)).into())
}

fn contents(found: &DiskContents) -> Fields {
    let layout = &found.layout;
    Fields::default()
        .with("complete", found.is_complete())
        .with("scheme", layout.scheme.code())
        .text("diskId", layout.disk_id.as_deref())
        .count("sectorSize", layout.sector_size)
        .text("bootLoader", found.boot_loader.map(BootLoader::code))
        .text("system", found.system.map(System::code))
        .with("lost", found.lacking.lost)
        .with("inDoubt", found.lacking.in_doubt)
        .with("remarks", list(&layout.remarks, remark))
        .with("areas", list(&found.areas, area))
}

fn remark(remark: &Remark) -> Fields {
    let partition = remark.number().map(u64::from);
    Fields::default().with("code", remark.code()).count_or_null("partition", partition)
}

fn area(area: &Area) -> Fields {
    let partition = area.partition.as_ref();
    let found = area.found.as_ref();
    let volume = found.and_then(|found| found.volume.as_ref());
    let name = partition.and_then(|partition| partition.name.as_deref());
    let logical = area.logical.as_ref().map(|logical| logical.name.as_str());
    let purpose = partition.map(|partition| partition.purpose);
    let group = area.physical.as_ref().and_then(|physical| physical.group.as_ref());
    let lacking = found.map(|found| found.lacking).unwrap_or_default();
    let others: Array = found
        .iter()
        .flat_map(|found| &found.others)
        .map(|other| JsValue::from(other.kind.code()))
        .collect();
    Fields::default()
        .count_or_null("number", partition.map(|partition| partition.number.into()))
        .count_or_null("offset", area.offset)
        .count("size", area.size)
        .text("type", purpose.map(|purpose| purpose.text()).as_deref())
        .text("purpose", purpose.and_then(|purpose| purpose.use_of()).map(Use::code))
        .text("name", name.or(logical))
        .with("active", partition.is_some_and(|partition| partition.is_active))
        .with("seen", found.is_some())
        .with("pending", lacking.not_yet_known)
        .with("lost", lacking.lost)
        .with("inDoubt", lacking.in_doubt)
        .with("volume", volume.map_or(JsValue::NULL, |found| self::volume(found).into()))
        .with("others", others)
        .text("group", group.map(|group| group.name.as_str()))
        .with("volumes", list(&area.volumes, self::area))
}

fn volume(volume: &Volume) -> Fields {
    let proof = match volume.proof {
        Proof::Agrees => "agrees",
        Proof::Plausible => "plausible",
        Proof::Disagrees => "disagrees",
    };
    Fields::default()
        .with("kind", volume.kind.code())
        .text("family", family(volume.kind).map(Family::code))
        .text("label", volume.label.as_deref())
        .text("uuid", volume.uuid.as_deref())
        .count_or_null("size", volume.size)
        .count_or_null("used", volume.used)
        .text("mounted", volume.mounted.as_deref())
        .text("detail", volume.detail.as_deref())
        .with("proof", proof)
}

/// Prints a panic before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    vma_wasm::report_panics();
}
