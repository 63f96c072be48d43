//! What wraps an archive, as the page gets it.

use js_sys::Array;
use wasm_bindgen::JsValue;

use vma_inspector::container::{Checksums, Container, ContainerFinding, Contents, End};
use vma_inspector::source::{GapKind, ReadAt, gaps};
use vma_wasm::{Fields, list};

/// The name of what wraps the archive, which is the file's own container.
pub(super) fn container_name(contents: &Contents) -> &'static str {
    contents.outermost().container().map_or("plain", Container::name)
}

/// What is told of what wraps the archive.
pub(super) fn container(contents: &Contents) -> Fields {
    let progress = contents.progress();
    let layers = contents.layers();
    let checksums = checksums(&layers);
    let checksums = Fields::default()
        .count("checked", checksums.checked)
        .count("matched", checksums.matched)
        .count("absent", checksums.absent);
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Fields::default()
        .with("kind", container_name(contents))
        .with("inside", inside(&layers))
        .count_or_null("contentsSize", contents.size())
        .count_or_null(
            "unpackedSize",
            contents.size().map(|size| size.saturating_sub(lost(contents, size))),
        )
        .text("end", progress.end.map(End::name))
        .with("checksums", checksums)
        .with("findings", list(&contents.all_findings(), container_finding))
        .count("findingsLeftOut", layers.iter().map(|layer| layer.findings_left_out()).sum())
        .count("checkpoints", count(progress.checkpoints))
        .count("checkpointBytes", count(progress.checkpoint_bytes))
}

/// Bytes of contents of `size` that nobody can have.
fn lost(contents: &Contents, size: u64) -> u64 {
    let mut lost = 0_u64;
    for gap in gaps(contents, 0..size) {
        let length = gap.end.saturating_sub(gap.start);
        lost = lost.saturating_add(if gap.kind == GapKind::Lost { length } else { 0 });
    }
    lost
}

/// What is packed in the file's own container, from the outside to the inside.
fn inside(layers: &[&Contents]) -> Array {
    let inner = layers.iter().skip(1).filter_map(|layer| layer.container());
    inner.map(|container| JsValue::from(container.name())).collect()
}

/// The checksums of all that is read through.
fn checksums(layers: &[&Contents]) -> Checksums {
    let mut all = Checksums::default();
    for one in layers.iter().map(|layer| layer.checksums()) {
        all.checked = all.checked.saturating_add(one.checked);
        all.matched = all.matched.saturating_add(one.matched);
        all.absent = all.absent.saturating_add(one.absent);
    }
    all
}

fn container_finding((layer, finding): &(usize, ContainerFinding)) -> Fields {
    Fields::default()
        .with("code", finding.code())
        .with("layer", u32::try_from(*layer).unwrap_or(u32::MAX))
        .with("severity", finding.severity().name())
        .count("offset", finding.offset)
        .count("archiveOffset", finding.contents_offset)
        .with("text", finding.to_string())
}
