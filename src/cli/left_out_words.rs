//! What the backup leaves out of the machine, as its configuration has it. As the page's
//! `words/left-out.js` has it.

use vma_inspector::export::file_name::safe_name;
use vma_inspector::machine::left_out::{LeftOut, State};

use super::facts::Scanned;
use super::words::{size, with};

/// A sentence for each disk that is not in the backup, or not in the configuration; and
/// whether that was so chosen.
pub(crate) fn left_out_sentences(scanned: &Scanned<'_>) -> Vec<(String, bool)> {
    let Some(left_out) = &scanned.left_out else { return Vec::new() };
    sentences(left_out)
}

fn sentences(left_out: &LeftOut) -> Vec<(String, bool)> {
    let missed = left_out.missed().map(|drive| {
        let is_excluded = drive.state == State::Excluded;
        let key = match (is_excluded, drive.is_mapped) {
            (true, _) => "missed.excluded",
            (false, true) => "missed.mapped",
            (false, false) => "missed.not-there",
        };
        (with(key, &[("drive", named(&drive.key, drive.size).into())]), is_excluded)
    });
    let unnamed = left_out.unnamed.iter().map(|device| {
        let name = named(&safe_name(&device.name), Some(device.size));
        (with("missed.unnamed", &[("drive", name.into())]), false)
    });
    missed.chain(unnamed).collect()
}

fn named(name: &str, bytes: Option<u64>) -> String {
    match bytes {
        None => name.into(),
        Some(bytes) => {
            with("missed.with-size", &[("name", name.into()), ("size", size(bytes).into())])
        }
    }
}
