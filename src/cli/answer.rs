//! Whether the machine can be had back from the backup: one answer, the worst of what the
//! scan, the compression, Proxmox, the file's name and the configuration say. Which
//! answer it is decide the rules that the page goes by, too.

use vma_inspector::proxmox::renamed::Remark as NameRemark;
use vma_inspector::source::to_u64;

use super::facts::Scanned;
use super::left_out_words::left_out_sentences;
use super::rule::{Judging, rule_for};
use super::tone::{Said, Tone};
use super::verdict::{Judged, verdict};
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

/// The answer on a finished scan, by the rules that the page goes by.
pub(crate) fn answer(scanned: &Scanned<'_>) -> Answer {
    let Judged { said: judged, more } = verdict(scanned);
    let left = left_out_sentences(scanned).into_iter();
    let left: Vec<_> = left.map(|(text, is_chosen)| Remark { text, is_chosen }).collect();
    let further = further(scanned, &judged);
    let rule = rule_for(Judging::Answer, &answer_facts(scanned, &judged, &left, &further));
    let is_refused = scanned.restored.dies_by_contents();
    let is_as_scanned = matches!(rule.step.as_str(), "as-scanned" | "none-here");
    let refusal = Remark { text: text("restore.do-not"), is_chosen: false };
    let further = if is_refused || is_as_scanned { Vec::new() } else { further };
    let refusal = is_refused.then_some(refusal).into_iter();
    let stops = (!is_as_scanned).then(|| scanned.restored.stops(scanned.inspected)).flatten();
    let stops = stops.map(|message| with("answer.stops", &[("message", message.into())]));
    let stops = stops.map(|text| Remark { text, is_chosen: false }).into_iter();
    let remarks: Vec<Remark> = stops.chain(refusal).chain(left).chain(further).collect();
    let title = title_for(&rule.step, scanned, remarks.len(), &judged);
    let is_unreadable = scanned.is_stump() || scanned.is_nothing_found();
    let (text, more) =
        if is_as_scanned { (judged.text, more) } else { (short(scanned), judged.text) };
    Answer { tone: rule.tone, title, text, remarks, more, is_unreadable }
}

/// What decides the answer.
fn answer_facts(
    scanned: &Scanned<'_>,
    judged: &Said,
    left: &[Remark],
    further: &[Remark],
) -> [(&'static str, bool); 11] {
    [
        ("scan-damage", judged.tone == Tone::Damage),
        ("scan-neutral", judged.tone == Tone::Neutral),
        ("scan-warning", judged.tone == Tone::Warning),
        ("refused", scanned.restored.dies_by_contents()),
        // What it judges was read to its end.
        ("unread", false),
        ("undecided", !scanned.restored.restore.is_decided),
        ("no-disks", scanned.disks.is_empty()),
        ("left-out", !left.is_empty()),
        ("missed", !scanned.missed().is_empty()),
        ("renamed", scanned.restored.dies_by_name()),
        ("remarked", !further.is_empty()),
    ]
}

/// What should be known before a restore, beside which drives are not there.
fn further(scanned: &Scanned<'_>, judged: &Said) -> Vec<Remark> {
    let missed: Vec<&str> = scanned.missed().iter().map(|drive| drive.key.as_str()).collect();
    let mut said = Vec::new();
    if scanned.restored.dies_by_name() {
        said.push(text("answer.name"));
    }
    if !scanned.is_beginning_lost() {
        said.extend(scanned.inspected.name_remarks().iter().map(name_remark));
    }
    if judged.tone == Tone::Warning {
        said.push(with("answer.odd", &[("title", judged.title.clone().into())]));
    }
    if scanned.restored.is_other_machine(&missed) {
        said.push(text("answer.other-machine"));
    }
    said.into_iter().map(|text| Remark { text, is_chosen: false }).collect()
}

/// The heading of a step of the rules.
fn title_for(step: &str, scanned: &Scanned<'_>, remarks: usize, judged: &Said) -> String {
    let missed = scanned.missed();
    match step {
        "as-scanned" => judged.title.clone(),
        "none-here" => text("verdict.none-here"),
        "refused" if scanned.disks.is_empty() => text("answer.refused-empty"),
        "without" => match missed.as_slice() {
            [only] => with("answer.without-one", &[("name", only.key.as_str().into())]),
            _ => with("answer.without-several", &[("number", to_u64(missed.len()).into())]),
        },
        "remarks" => with("answer.remarks", &[("count", to_u64(remarks).into())]),
        other => text(&format!("answer.{other}")),
    }
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

/// Nothing is lost: that, and what proves it, in a line or two.
fn short(scanned: &Scanned<'_>) -> String {
    let is_part = !scanned.missed().is_empty() || scanned.disks.is_empty();
    let whole = text(if is_part { "answer.whole-of-it" } else { "answer.whole" });
    format!("{whole} {}", scanned.packing.data_sentence())
}
