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

mod locating;

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::disk_contents::{Area, DiskContents, Joined, System};
use vma_inspector::file_system::{Family, Fault, FaultKind, Proof, Volume, family};
use vma_inspector::files::Survey;
use vma_inspector::partition::boot_loader::BootLoader;
use vma_inspector::partition::copies::Copies;
use vma_inspector::partition::lvm::Refusal;
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
    /// What is on several disks.
    #[wasm_bindgen(typescript_type = "DiskContents[] | undefined | null")]
    pub type Surveyed;
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

/// What is on all disks of a machine, those parts as well that lie on several of them.
#[wasm_bindgen]
pub struct DisksSurvey {
    survey: Survey,
    below: Below,
}

#[wasm_bindgen]
impl DisksSurvey {
    /// Of `disks`, of which nothing is read yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(disks: Vec<SourceBytes>) -> Self {
        let below = Below::default();
        Self { survey: Survey::new(sources(disks, &below)), below }
    }

    /// What is on each of them, in the same order; `undefined` if something has to be
    /// fetched first, `null` if that would be more than may be held. Throws a `VmaError`
    /// where the file cannot be read.
    pub fn describe(&self) -> Result<Surveyed, JsValue> {
        let found = match self.survey.attempt() {
            Ok(None) => JsValue::UNDEFINED,
            Ok(Some(all)) => list(&all, contents).into(),
            Err(Fault { kind: FaultKind::Source(error), .. }) => {
                return Err(self.below.thrown(&error));
            }
            Err(_) => JsValue::NULL,
        };
        Ok(found.into())
    }

    /// Works by about so many bytes towards what is wanted; returns whether nothing is
    /// wanted any more. Throws a `VmaError`.
    pub fn fetch(&self, #[wasm_bindgen(js_name = workMax)] work_max: u64) -> Result<bool, JsValue> {
        self.survey.fetch(work_max).map_err(|error| self.below.thrown(&error))
    }
}

/// Disks of the first module; what that throws is kept in `below`.
fn sources(disks: Vec<SourceBytes>, below: &Below) -> Vec<Rc<dyn ReadAt>> {
    let source = |disk| -> Rc<dyn ReadAt> { Rc::new(JsSource::new(disk, below.clone())) };
    disks.into_iter().map(source).collect()
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
    let joined = area.joined.as_ref();
    let refusal = joined.and_then(|joined| joined.refusal.as_ref());
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
        .text("partitionId", partition.map(|partition| partition.id.as_str()))
        .text("name", name.or(joined.map(|joined| joined.name.as_str())))
        .with("active", partition.is_some_and(|partition| partition.is_active))
        .with("seen", found.is_some())
        .with("pending", lacking.not_yet_known)
        .with("lost", lacking.lost)
        .with("inDoubt", lacking.in_doubt)
        .with("volume", volume.map_or(JsValue::NULL, |found| self::volume(found).into()))
        .with("others", others)
        .text("group", group.map(|group| group.name.as_str()))
        .with("share", area.share.code())
        .with("volumes", list(&area.volumes, self::area))
        .with("disks", joined.map(disks).unwrap_or_default())
        .with("refusal", refusal.map_or(JsValue::NULL, |refusal| self::refusal(refusal).into()))
        .with("copies", joined.and_then(|joined| joined.copies).map_or(JsValue::NULL, copies))
}

/// The disks of what lies on several.
fn disks(joined: &Joined) -> Array {
    let disks = if joined.disks.len() > 1 { joined.disks.as_slice() } else { &[] };
    disks.iter().map(|&disk| JsValue::from(u32::try_from(disk).unwrap_or(u32::MAX))).collect()
}

fn copies(copies: Copies) -> JsValue {
    let counts =
        Fields::default().count("all", copies.all.into()).count("read", copies.read.into());
    counts.count("differing", copies.differing).into()
}

fn refusal(refusal: &Refusal) -> Fields {
    Fields::default().with("code", refusal.code()).with("about", refusal.about())
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
