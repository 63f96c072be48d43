//! What the scan shows of what is in the file, in one heading and a few sentences that are
//! true. Which verdict it is decide the rules that the page goes by, too; a test holds what is
//! said to what the page says of the same files.

use vma_inspector::archive::finding::FindingKind;
use vma_inspector::archive::header::Standing;
use vma_inspector::archive::place::{About, Place};
use vma_inspector::export::file_name::safe_name;
use vma_inspector::source::{Severity, to_u64};

use super::facts::{Disk, Scanned, faults};
use super::left_out_words::left_out_sentences;
use super::numbers::share;
use super::rule::{Judging, rule_for};
use super::tone::Said;
use super::words::{Named, has, joined, size, text, with};

/// A verdict, and what it is made of, at length.
pub(crate) struct Judged {
    pub(crate) said: Said,
    pub(crate) more: String,
}

/// The verdict on a finished scan, by the rules that the page goes by.
pub(crate) fn verdict(scanned: &Scanned<'_>) -> Judged {
    let said = said(scanned);
    let is_at_length = is_damaged(scanned) && !scanned.is_stump();
    let more = if is_at_length { damage_at_length(scanned) } else { String::new() };
    Judged { said, more }
}

fn said(scanned: &Scanned<'_>) -> Said {
    let rule = rule_for(Judging::Scan, &scan_facts(scanned));
    let title = title_for(&rule.step, scanned);
    if scanned.is_stump() {
        return Said::new(rule.tone, title, text("verdict.stump-text"));
    }
    let packing = &scanned.packing;
    let (torn, data) = (packing.torn_sentence(), packing.data_sentence());
    if is_damaged(scanned) {
        return Said::new(rule.tone, title, joined(&[damage_text(&rule.step, scanned), torn]));
    }
    let whole = completeness(scanned);
    if rule.step == "no-disk-title" {
        return Said::new(rule.tone, title, whole);
    }
    Said::new(rule.tone, title, joined(&[whole, torn, data]))
}

fn is_damaged(scanned: &Scanned<'_>) -> bool {
    let is_damage = scanned.groups.iter().any(|(_, severity)| *severity == Severity::Damage);
    is_damage || scanned.lost_bytes() > 0 || scanned.doubt_bytes() > 0
}

/// What of a scan decides the verdict.
fn scan_facts(scanned: &Scanned<'_>) -> [(&'static str, bool); 10] {
    [
        ("stump", scanned.is_stump()),
        ("damaged", is_damaged(scanned)),
        ("beginning-lost", scanned.is_beginning_lost()),
        ("no-disks", scanned.disks.is_empty()),
        ("nothing-found", scanned.is_nothing_found()),
        ("lost", scanned.lost_bytes() > 0),
        ("doubted", scanned.doubt_bytes() > 0),
        ("mismatched", scanned.packing.is_mismatched()),
        ("torn", !scanned.packing.torn_sentence().is_empty()),
        ("odd", !odd_codes(scanned).is_empty()),
    ]
}

/// The heading of a step of the rules.
fn title_for(step: &str, scanned: &Scanned<'_>) -> String {
    let disks = || ("disks", disk_count(scanned.disks.len()).into());
    match step {
        "stump" => with("verdict.stump", &[("size", size(scanned.inspected.file_size()).into())]),
        "unreadable" => with("verdict.unreadable", &[disks()]),
        "lost" => hurt_title(
            &hurt(scanned, |disk| disk.figures.missing_bytes),
            ["verdict.damaged-disk", "verdict.damaged-disks"],
        ),
        "doubted" => hurt_title(
            &hurt(scanned, |disk| disk.doubt_bytes),
            ["verdict.doubted-disk", "verdict.doubted-disks"],
        ),
        "sound-but-checksum" => {
            let kind = scanned.packing.names.join(" + ");
            with("verdict.sound-but-checksum", &[("kind", kind.into())])
        }
        "odd" => odd_title(&odd_codes(scanned)),
        other => text(&format!("verdict.{other}")),
    }
}

/// Codes of what is odd, of the archive and of what wraps it.
fn odd_codes(scanned: &Scanned<'_>) -> Vec<&'static str> {
    let of_archive = scanned.groups.iter().copied();
    let of_container = scanned.packing.findings.iter().map(|(_, f)| (f.code(), f.severity()));
    let all = of_archive.chain(of_container);
    all.filter(|(_, severity)| *severity == Severity::Warning).map(|(code, _)| code).collect()
}

fn odd_title(codes: &[&str]) -> String {
    let known = codes.iter().map(|code| format!("but-for.{code}")).find(|key| has(key));
    match (known, codes.first()) {
        (Some(key), Some(first)) if codes.iter().all(|code| code == first) => {
            with("verdict.sound-but", &[("but", text(&key).into())])
        }
        _ => text("verdict.sound-but-odd"),
    }
}

fn completeness(scanned: &Scanned<'_>) -> String {
    if scanned.disks.is_empty() {
        let has_configs = !scanned.inspected.header().configs().is_empty();
        return text(if has_configs { "verdict.no-disks" } else { "verdict.nothing" });
    }
    let named = [
        ("count", scanned.inspected.header().total_clusters().into()),
        ("disks", disk_count(scanned.disks.len()).into()),
        ("extents", with("count.extent", &[("count", scanned.extent_count().into())]).into()),
    ];
    let is_part = !left_out_sentences(scanned).is_empty();
    with(if is_part { "verdict.complete-of-it" } else { "verdict.complete" }, &named)
}

/// Disks of which some bytes are lost, or in doubt, and how many.
fn hurt<'a>(scanned: &'a Scanned<'a>, of: fn(&Disk<'_>) -> u64) -> Vec<(&'a Disk<'a>, u64)> {
    let bytes = scanned.disks.iter().map(|disk| (disk, of(disk)));
    bytes.filter(|(_, bytes)| *bytes > 0).collect()
}

/// How many bytes are lost or in doubt, and of which disk.
fn hurt_title(hurt: &[(&Disk<'_>, u64)], [one, several]: [&str; 2]) -> String {
    let bytes: u64 = hurt.iter().map(|(_, bytes)| bytes).sum();
    let whole: u64 = hurt.iter().map(|(disk, _)| disk.figures.image_size).sum();
    let name = hurt.first().map(|(disk, _)| safe_name(&disk.device.name));
    let named: [(&str, Named); 4] = [
        ("size", size(bytes).into()),
        ("share", share(bytes, whole).into()),
        ("disk", name.unwrap_or_default().into()),
        ("disks", disk_count(hurt.len()).into()),
    ];
    with(if hurt.len() > 1 { several } else { one }, &named)
}

fn disk_count(count: usize) -> String {
    with("count.disk", &[("count", to_u64(count).into())])
}

/// What stands below the title of a step, which may say how much is in doubt.
fn damage_text(step: &str, scanned: &Scanned<'_>) -> String {
    if step == "doubted" {
        return text("verdict.doubted-text");
    }
    let doubt = scanned.doubt_bytes();
    let doubted = if doubt > 0 {
        with("verdict.in-doubt", &[("size", size(doubt).into())])
    } else {
        String::new()
    };
    joined(&[loss_text(scanned, doubted.is_empty()), doubted])
}

/// What a damage is made of, which does not change what comes of it.
fn damage_at_length(scanned: &Scanned<'_>) -> String {
    let packing = &scanned.packing;
    let rest = if packing.is_mismatched() { packing.data_sentence() } else { String::new() };
    joined(&[clusters_text(scanned), rest])
}

fn clusters_text(scanned: &Scanned<'_>) -> String {
    let hurt = hurt(scanned, |disk| disk.figures.missing_bytes);
    let hurt_faults = faults(hurt.iter().map(|(disk, _)| *disk));
    let number = hurt_faults.missing.saturating_add(hurt_faults.cut);
    // Where the whole is not known there is nothing to count them against.
    if number == 0 || scanned.is_beginning_lost() || scanned.is_nothing_found() {
        return String::new();
    }
    let count: u64 = hurt.iter().map(|(disk, _)| disk.figures.clusters).sum();
    with("verdict.clusters", &[("number", number.into()), ("count", count.into())])
}

/// What is damaged, where no byte of a disk is missing.
fn nothing_missing(scanned: &Scanned<'_>) -> String {
    let places = scanned.places.iter().flatten();
    let damaged: Vec<&Place<'_>> =
        places.filter(|place| place.severity() == Severity::Damage).collect();
    let is_all =
        |is: fn(&Place<'_>) -> bool| !damaged.is_empty() && damaged.iter().all(|place| is(place));
    if is_all(|place| place.about == About::ArchiveHeader) {
        let is_mended = scanned.standing() == Standing::Mended;
        return text(if is_mended { "verdict.header-mended" } else { "verdict.header-only" });
    }
    let is_twice = is_all(|place| {
        place.findings.iter().all(|finding| finding.kind == FindingKind::ClusterTwice)
    });
    text(if is_twice { "verdict.stored-twice" } else { "verdict.not-trusted" })
}

/// `is_all`: whether nothing is said after it.
fn loss_text(scanned: &Scanned<'_>, is_all: bool) -> String {
    let lost = scanned.lost_bytes();
    if scanned.is_beginning_lost() {
        let gaps = if lost > 0 {
            with("verdict.beginning-lost-gaps", &[("size", size(lost).into())])
        } else {
            String::new()
        };
        let named = [("number", to_u64(scanned.disks.len()).into())];
        return joined(&[with("verdict.beginning-lost-text", &named), gaps]);
    }
    if scanned.is_nothing_found() && scanned.extent_count() == 0 {
        return text("verdict.nothing-left");
    }
    let hurt = hurt(scanned, |disk| disk.figures.missing_bytes);
    if hurt.is_empty() {
        return if is_all { nothing_missing(scanned) } else { String::new() };
    }
    let whole = scanned.disks.len().saturating_sub(hurt.len());
    let named = [
        ("size", size(lost).into()),
        ("number", to_u64(hurt.len()).into()),
        ("disks", disk_count(scanned.disks.len()).into()),
        ("count", to_u64(whole).into()),
    ];
    let key = match (whole, scanned.disks.len()) {
        (1.., _) => "verdict.lost-of-some",
        (0, 1) => "verdict.lost-of-one",
        (0, _) => "verdict.lost-of-all",
    };
    with(key, &named)
}
