//! Whether the machine can be had back from the backup: one answer, the worst of what the
//! scan, the compression, Proxmox, the file's name and the configuration say. As the
//! page's `words/answer.js` has it, of a scan that is done.

use vma_inspector::proxmox::renamed::Remark as NameRemark;
use vma_inspector::source::to_u64;

use super::facts::Scanned;
use super::left_out_words::left_out_sentences;
use super::tone::{Said, Tone};
use super::verdict::verdict;
use super::words::{joined, text, with};

/// What is said at the top of the page.
pub(crate) struct Answer {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    /// In a line or two.
    pub(crate) text: String,
    /// What else should be known before a restore.
    pub(crate) remarks: Vec<Remark>,
    /// What the scan found, at length.
    pub(crate) more: String,
    /// Whether nothing of the disks can be had.
    pub(crate) is_unreadable: bool,
}

/// Something that should be known, and whether somebody has chosen that it be so.
pub(crate) struct Remark {
    pub(crate) text: String,
    is_chosen: bool,
}

impl Answer {
    /// All its words, one sentence behind the other.
    pub(crate) fn words(&self) -> String {
        let remarks = self.remarks.iter().map(|remark| remark.text.clone());
        let all = core::iter::once(self.text.clone()).chain(remarks);
        joined(&all.chain([self.more.clone()]).collect::<Vec<_>>())
    }

    /// Whether all that is remarked is that drives are left out on purpose.
    pub(crate) fn is_as_chosen(&self) -> bool {
        !self.remarks.is_empty() && self.remarks.iter().all(|remark| remark.is_chosen)
    }
}

/// The answer on a finished scan.
pub(crate) fn answer(scanned: &Scanned<'_>) -> Answer {
    let judged = verdict(scanned);
    let left: Vec<Remark> = left_out_sentences(scanned)
        .into_iter()
        .map(|(text, is_chosen)| Remark { text, is_chosen })
        .collect();
    let is_refused = scanned.restored.dies_by_contents();
    if judged.tone == Tone::Damage {
        let remarks = if is_refused { with_refusal(left) } else { left };
        return said(scanned, judged, remarks);
    }
    if is_refused {
        let key = if scanned.disks.is_empty() { "answer.refused-empty" } else { "answer.refused" };
        let short = short(scanned, judged);
        let (title, remarks) = (text(key), with_refusal(left));
        return Answer { tone: Tone::Damage, title, remarks, ..short };
    }
    if judged.tone == Tone::Neutral || !scanned.restored.restore.is_decided {
        return unproven(scanned, judged, left);
    }
    restorable(scanned, judged, left)
}

fn said(scanned: &Scanned<'_>, judged: Said, remarks: Vec<Remark>) -> Answer {
    Answer {
        tone: judged.tone,
        title: judged.title,
        text: judged.text,
        remarks,
        more: String::new(),
        is_unreadable: scanned.is_stump() || scanned.is_nothing_found(),
    }
}

/// What nothing green is said of: a backup without disks.
fn unproven(scanned: &Scanned<'_>, judged: Said, left: Vec<Remark>) -> Answer {
    let tone = if left.is_empty() { judged.tone } else { Tone::Warning };
    let is_none = scanned.disks.is_empty() && !scanned.missed().is_empty();
    let title = if is_none { text("verdict.none-here") } else { judged.title.clone() };
    Answer { tone, title, ..said(scanned, judged, left) }
}

fn restorable(scanned: &Scanned<'_>, judged: Said, mut remarks: Vec<Remark>) -> Answer {
    let missed: Vec<&str> = scanned.missed().iter().map(|drive| drive.key.as_str()).collect();
    let is_renamed = scanned.restored.dies_by_name();
    let mut add = |text| remarks.push(Remark { text, is_chosen: false });
    if is_renamed {
        add(text("answer.name"));
    }
    if !scanned.is_beginning_lost() {
        scanned.inspected.name_remarks().iter().map(name_remark).for_each(&mut add);
    }
    if judged.tone == Tone::Warning {
        add(with("answer.odd", &[("title", judged.title.clone().into())]));
    }
    if scanned.restored.is_other_machine(&missed) {
        add(text("answer.other-machine"));
    }
    let short = short(scanned, judged);
    if remarks.is_empty() {
        return Answer { title: text("answer.restorable"), ..short };
    }
    let title = match missed.as_slice() {
        [name] => with("answer.without-one", &[("name", (*name).into())]),
        [_, ..] => with("answer.without-several", &[("number", to_u64(missed.len()).into())]),
        [] if is_renamed => text("answer.renamed"),
        [] => with("answer.remarks", &[("count", to_u64(remarks.len()).into())]),
    };
    Answer { tone: Tone::Warning, title, remarks, ..short }
}

/// What does not fit between the file's name and its contents.
pub(crate) fn name_remark(remark: &NameRemark) -> String {
    let (key, named, found) = match remark {
        NameRemark::Time { named, written, .. } => {
            ("file-name.time-differs", named, written.clone())
        }
        NameRemark::Vmid { named, volumes } => {
            ("file-name.vmid-differs", named, volumes.join(", "))
        }
    };
    with(key, &[("named", named.as_str().into()), ("found", found.into())])
}

/// Nothing is lost: that, and what proves it, in a line or two; the numbers apart.
fn short(scanned: &Scanned<'_>, judged: Said) -> Answer {
    let is_part = !scanned.missed().is_empty() || scanned.disks.is_empty();
    let whole = text(if is_part { "answer.whole-of-it" } else { "answer.whole" });
    let more = judged.text.clone();
    let text = format!("{whole} {}", scanned.packing.data_sentence());
    Answer { text, more, ..said(scanned, judged, Vec::new()) }
}

fn with_refusal(left: Vec<Remark>) -> Vec<Remark> {
    let refusal = joined(&[text("restore.do-not"), text("restore.here")]);
    let refusal = Remark { text: refusal, is_chosen: false };
    core::iter::once(refusal).chain(left).collect()
}
