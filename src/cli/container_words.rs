//! What wraps the archive, in words: whether it is sound, and what that says of the bytes
//! in it. As the page's `words/container.js` has it.

use vma_inspector::container::{
    Checksums, Container, ContainerFinding, ContainerFindingKind as Kind, End,
};

use super::inspected::Inspected;
use super::tone::{Said, Tone};
use super::words::{joined, text, with};

/// What is known of all that is read through.
pub(crate) struct Packing {
    /// The file's own container; `None` for a plain archive.
    pub(crate) container: Option<Container>,
    /// All of them, from the outside to the inside.
    pub(crate) names: Vec<&'static str>,
    pub(crate) checksums: Checksums,
    pub(crate) findings: Vec<(usize, ContainerFinding)>,
    pub(crate) end: Option<End>,
}

impl Packing {
    pub(crate) fn of(inspected: &Inspected) -> Self {
        let layers = inspected.archive.contents().layers();
        let mut checksums = Checksums::default();
        for one in layers.iter().map(|layer| layer.checksums()) {
            checksums.checked = checksums.checked.saturating_add(one.checked);
            checksums.matched = checksums.matched.saturating_add(one.matched);
            checksums.absent = checksums.absent.saturating_add(one.absent);
        }
        Self {
            container: inspected.contents().container(),
            names: layers.iter().filter_map(|l| l.container()).map(Container::name).collect(),
            checksums,
            findings: inspected.container_findings(),
            end: inspected.archive.contents().progress().end,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.container.map_or("plain", Container::name)
    }

    fn named(&self) -> String {
        if self.names.is_empty() { "plain".into() } else { self.names.join(" + ") }
    }

    /// Whether a checksum or a length is wrong, where every byte could be unpacked.
    pub(crate) fn is_mismatched(&self) -> bool {
        self.findings.iter().any(|(_, finding)| is_mismatch(&finding.kind))
    }

    /// In how many places it cannot be unpacked, and whether it is cut.
    fn torn_places(&self) -> (u64, bool) {
        let is_damaged = |(_, finding): &&(usize, ContainerFinding)| {
            matches!(finding.kind, Kind::Damaged { .. })
        };
        let damaged = self.findings.iter().filter(is_damaged).count();
        let is_cut = self.findings.iter().any(|(_, f)| matches!(f.kind, Kind::Cut));
        (vma_inspector::source::to_u64(damaged), is_cut)
    }

    /// Whether contents are lost with it.
    pub(crate) fn is_torn(&self) -> bool {
        let (damaged, is_cut) = self.torn_places();
        damaged > 0 || is_cut || self.end == Some(End::Damaged)
    }

    /// What its state does to the archive; empty if nothing.
    pub(crate) fn torn_sentence(&self) -> String {
        let (damaged, is_cut) = self.torn_places();
        let kind = self.named();
        let mut said = Vec::new();
        if damaged > 0 {
            let named = [("kind", kind.clone().into()), ("count", damaged.into())];
            said.push(with("container.torn-places", &named));
        }
        if is_cut {
            said.push(with("container.torn-end", &[("kind", kind.into())]));
        }
        joined(&said)
    }

    /// What the checksums prove about the bytes in the archive.
    pub(crate) fn data_sentence(&self) -> String {
        let Some(container) = self.container else { return text("data.no-checksum") };
        let Checksums { checked, matched, absent } = self.checksums;
        if self.is_mismatched() {
            return self.mismatch_sentence(container);
        }
        let kind = || ("kind", self.named().into());
        if checked == 0 {
            return if absent > 0 {
                text("data.compressed-without")
            } else {
                with("data.none-compared", &[kind()])
            };
        }
        if absent > 0 || self.is_torn() || self.end != Some(End::Complete) {
            return with("data.not-all", &[kind(), ("count", checked.into())]);
        }
        with("data.whole", &[kind(), ("count", matched.into())])
    }

    fn mismatch_sentence(&self, container: Container) -> String {
        let program = match container {
            Container::Zstd => "zstd -d",
            Container::Lzop => "lzop -d",
            Container::Gzip => "gunzip",
            Container::Bzip2 => "bunzip2",
        };
        let wrong = self.checksums.checked.saturating_sub(self.checksums.matched);
        let is_of_blocks =
            container == Container::Lzop || (container == Container::Bzip2 && wrong > 0);
        if is_of_blocks {
            let named = [("count", wrong.into()), ("program", program.into())];
            return with("data.blocks-wrong", &named);
        }
        with("data.wrong", &[("kind", self.named().into()), ("program", program.into())])
    }

    /// The container's own verdict; `None` for a plain archive.
    pub(crate) fn verdict(&self) -> Option<Said> {
        use vma_inspector::source::Severity;
        self.container?;
        let kind = [("kind", self.named().into())];
        let has = |severity| self.findings.iter().any(|(_, f)| f.severity() == severity);
        let data = self.data_sentence();
        if has(Severity::Damage) {
            let title = if self.is_torn() {
                let (damaged, _) = self.torn_places();
                let is_only_cut = self.end == Some(End::Cut) && damaged == 0;
                with(if is_only_cut { "container.cut" } else { "container.damaged" }, &kind)
            } else {
                with("container.mismatch", &kind)
            };
            return Some(Said::new(Tone::Damage, title, joined(&[self.torn_sentence(), data])));
        }
        if self.end.is_none() {
            let title = with("container.checking.title", &kind);
            return Some(Said::new(Tone::Neutral, title, text("container.checking.text")));
        }
        if has(Severity::Warning) {
            let key = if self.end == Some(End::Cut) { "container.no-end" } else { "container.odd" };
            return Some(Said::new(Tone::Warning, with(key, &kind), data));
        }
        Some(Said::new(Tone::Good, with("container.whole", &kind), data))
    }

    /// What was compared, in words.
    pub(crate) fn checksum_words(&self) -> String {
        if self.container.is_none() {
            return text("checksums.none");
        }
        let Checksums { checked, matched, absent } = self.checksums;
        let mut parts = Vec::new();
        if checked > 0 {
            let agreement = if matched == 0 {
                text("checksums.none-agrees")
            } else if matched == checked {
                text("checksums.all-agree")
            } else {
                with("checksums.some-agree", &[("number", matched.into())])
            };
            let named = [("number", checked.into()), ("agreement", agreement.into())];
            parts.push(with("checksums.compared", &named));
        }
        if absent > 0 {
            parts.push(with("checksums.absent", &[("count", absent.into())]));
        }
        if parts.is_empty() { text("checksums.none-compared") } else { parts.join("; ") }
    }
}

/// Whether it says that a checksum or a length is wrong.
pub(crate) fn is_mismatch(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::ZstdChecksumMismatch { .. }
            | Kind::ZstdContentSizeMismatch { .. }
            | Kind::GzipCrcMismatch { .. }
            | Kind::GzipSizeMismatch { .. }
            | Kind::BlockChecksumMismatch { .. }
            | Kind::Bzip2CrcMismatch { .. }
    )
}
