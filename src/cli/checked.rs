//! What was checked, against what, and what nobody can check. As the page's
//! `words/checked.js` has it, of a scan that is done.

use vma_inspector::archive::header::Standing;
use vma_inspector::container::End;

use super::facts::Scanned;
use super::tone::Tone;
use super::words::{size, text, with};

/// One line of the table.
pub(crate) struct Checked {
    pub(crate) what: String,
    pub(crate) against: String,
    pub(crate) result: String,
    pub(crate) tone: Tone,
}

/// All lines.
pub(crate) fn checked_rows(scanned: &Scanned<'_>) -> Vec<Checked> {
    let mut rows = vec![header_row(scanned), extents_row(scanned), clusters_row(scanned)];
    rows.extend(data_rows(scanned));
    rows
}

fn header_row(scanned: &Scanned<'_>) -> Checked {
    let what = text("checked.header");
    if scanned.is_beginning_lost() {
        let (against, result) = (text("checked.header-lost"), text("checked.absent"));
        return Checked { what, against, result, tone: Tone::Damage };
    }
    let is_trusted = scanned.inspected.header().is_trusted();
    let key = match scanned.standing() {
        _ if scanned.is_header_cut() => "checked.cut-off",
        Standing::Mended => "checked.mended",
        Standing::FurtherOn => "checked.further-on",
        _ if is_trusted => "checked.agrees",
        _ => "checked.differs",
    };
    let tone = if is_trusted && !scanned.is_header_cut() { Tone::Good } else { Tone::Damage };
    Checked { what, against: text("checked.header-sum"), result: text(key), tone }
}

fn extents_row(scanned: &Scanned<'_>) -> Checked {
    let headers = scanned.extent_headers();
    let against = text("checked.extent-sums");
    if headers.found == 0 {
        let is_short = scanned.is_stump() || scanned.inspected.header().total_clusters() > 0;
        let result = text(if is_short { "checked.none-here" } else { "checked.none" });
        let tone = if is_short { Tone::Damage } else { Tone::Neutral };
        return Checked { what: text("checked.extents"), against, result, tone };
    }
    let what = with("count.extent-header", &[("count", headers.found.into())]);
    let is_all = scanned.faults().missing == 0 && !scanned.is_beginning_lost();
    let mut parts = vec![if headers.wrong > 0 {
        with("checked.wrong", &[("number", headers.wrong.into())])
    } else if is_all && headers.absent == 0 {
        text("checked.all-agree")
    } else {
        text("checked.found-agree")
    }];
    if headers.absent > 0 {
        parts.push(with("checked.no-header-at", &[("count", headers.absent.into())]));
    }
    let tone = match (headers.wrong, headers.absent) {
        (0, 0) if is_all => Tone::Good,
        (0, 0) => Tone::Neutral,
        _ => Tone::Damage,
    };
    Checked { what, against, result: parts.join("; "), tone }
}

fn clusters_row(scanned: &Scanned<'_>) -> Checked {
    let total = scanned.inspected.header().total_clusters();
    let faults = scanned.faults();
    let doubt = scanned.doubt_bytes();
    let is_unknown = scanned.is_beginning_lost() || scanned.is_stump();
    let what = if is_unknown || total == 0 {
        text("checked.all-clusters")
    } else {
        with("checked.clusters", &[("count", total.into())])
    };
    let against = text("checked.sizes");
    let numbers = [
        ("checked.missing", faults.missing),
        ("checked.incomplete", faults.cut),
        ("checked.twice", faults.twice),
    ];
    let is_any = |(_, number): &(&str, u64)| *number > 0;
    let numbers = numbers.into_iter().filter(is_any);
    let mut said: Vec<String> =
        numbers.map(|(key, number)| with(key, &[("number", number.into())])).collect();
    if doubt > 0 {
        said.push(with("checked.in-doubt", &[("size", size(doubt).into())]));
    }
    if is_unknown {
        said.push(text("checked.size-unknown"));
    }
    if said.is_empty() {
        let is_none = total == 0;
        let result = text(if is_none { "checked.none" } else { "checked.all-there" });
        let tone = if is_none { Tone::Neutral } else { Tone::Good };
        return Checked { what, against, result, tone };
    }
    let is_damaged = faults.missing > 0 || faults.cut > 0 || doubt > 0 || is_unknown;
    let tone = if is_damaged { Tone::Damage } else { Tone::Warning };
    Checked { what, against, result: said.join(", "), tone }
}

fn data_rows(scanned: &Scanned<'_>) -> Vec<Checked> {
    let packing = &scanned.packing;
    let unchecked = |what| {
        let (against, result) = (text("checked.no-sum"), text("checked.nobody"));
        Checked { what, against, result, tone: Tone::Neutral }
    };
    if packing.container.is_none() {
        return vec![unchecked(text("checked.contents"))];
    }
    let kind = [("kind", packing.kind().into())];
    let tone = if packing.is_mismatched() || packing.is_torn() {
        Tone::Damage
    } else if packing.checksums.checked > 0 {
        Tone::Good
    } else {
        Tone::Neutral
    };
    let compared = Checked {
        what: with("checked.compressed", &kind),
        against: with("checked.container-sums", &kind),
        result: packing.checksum_words(),
        tone,
    };
    let is_covered = packing.checksums.absent == 0 && packing.end == Some(End::Complete);
    if is_covered && packing.checksums.checked > 0 {
        return vec![compared];
    }
    vec![compared, unchecked(text("checked.rest"))]
}
