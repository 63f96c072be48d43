//! Whether backups can be restored: one at length, several a line each.

use std::path::{Path, PathBuf};

use vma_inspector::archive::findings::Findings;
use vma_inspector::export::file_name::safe_name;

use super::answer::{Answer, answer};
use super::args::{How, Report, Verify};
use super::checked::checked_rows;
use super::facts::Scanned;
use super::failure::{Failure, Outcome, backup_words};
use super::inspected::{Input, Inspected};
use super::output::say;
use super::report;
use super::shown::plainly;
use super::tone::Tone;
use super::words::{exact_size, has, size, text, with};

/// Names that backups of virtual machines have.
const ENDINGS: [&str; 5] = [".vma", ".vma.zst", ".vma.lzo", ".vma.gz", ".vma.bz2"];

/// What `answer` ends in.
fn outcome(answer: &Answer) -> Outcome {
    match answer.tone {
        _ if answer.is_unreadable => Outcome::Unreadable,
        Tone::Damage => Outcome::Damaged,
        Tone::Good => Outcome::Sound,
        Tone::Warning if answer.is_as_chosen() => Outcome::Sound,
        Tone::Warning | Tone::Neutral => Outcome::Remarks,
    }
}

/// Verifies what is asked for.
pub(crate) fn verify(asked: &Verify, how: How) -> Result<Outcome, Failure> {
    let only = match asked.paths.as_slice() {
        [only] if !only.is_dir() => Some(only),
        _ => None,
    };
    if let Some(only) = only {
        return one(only, asked.json, false, how);
    }
    if asked.json {
        return Err(Failure::Usage("--json is for one backup".into()));
    }
    several(&asked.paths, how)
}

/// The report on one.
pub(crate) fn report(asked: &Report, how: How) -> Result<Outcome, Failure> {
    one(&asked.backup.backup, asked.json, asked.with_secrets, how)
}

fn one(path: &Path, json: bool, secrets: bool, how: How) -> Result<Outcome, Failure> {
    let mut inspected = Inspected::open(Input::open(path)?)?;
    inspected.scan(how)?;
    let scanned = Scanned::new(&inspected)?;
    let answer = answer(&scanned);
    if json {
        say(&report::json(&scanned, &answer, secrets)?)?;
    } else {
        say(&at_length(&scanned, &answer))?;
    }
    Ok(outcome(&answer))
}

fn several(paths: &[PathBuf], how: How) -> Result<Outcome, Failure> {
    let mut worst = Outcome::Sound;
    for path in paths {
        let backups = if path.is_dir() { backups_in(path)? } else { vec![path.clone()] };
        if backups.is_empty() {
            let named = plainly(&path.to_string_lossy());
            return Err(Failure::Usage(format!("there is no backup in {named}")));
        }
        for backup in backups {
            let (outcome, title) = in_a_line(&backup, how);
            let named = plainly(&backup.to_string_lossy());
            say(&format!("{}\t{named}\t{title}", word(outcome)))?;
            worst = worst.max(outcome);
        }
    }
    Ok(worst)
}

/// The first word of a line, for programs.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sound => "sound",
        Outcome::Remarks => "remarks",
        Outcome::Damaged => "damaged",
        Outcome::Unreadable => "unreadable",
    }
}

fn in_a_line(path: &Path, how: How) -> (Outcome, String) {
    let answered = Input::open(path).and_then(Inspected::open).and_then(|mut inspected| {
        inspected.scan(how)?;
        let answer = answer(&Scanned::new(&inspected)?);
        Ok((outcome(&answer), answer.title))
    });
    answered.unwrap_or_else(|error| (Outcome::Unreadable, backup_words(&error).0))
}

/// Backups of a folder, by name.
pub(crate) fn backups_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        let named = plainly(&folder.to_string_lossy());
        Failure::Usage(format!("{named} cannot be read: {error}"))
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if ENDINGS.iter().any(|ending| name.ends_with(ending)) && !path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn at_length(scanned: &Scanned<'_>, answer: &Answer) -> String {
    let mut lines = Vec::new();
    let inspected = scanned.inspected;
    if let Some(name) = &inspected.name {
        lines.push(format!("{}, {}", plainly(name), exact_size(inspected.file_size())));
    }
    // What was found at length says all that it says in short.
    let found = if answer.more.is_empty() { &answer.text } else { &answer.more };
    lines.extend([String::new(), answer.title.clone(), String::new(), found.clone()]);
    lines.extend(answer.remarks.iter().map(|remark| format!("  - {}", remark.text)));
    let ends = scanned.restored.ends(inspected);
    if !ends.is_empty() {
        lines.extend([String::new(), text("proxmox.eyebrow")]);
        lines.extend(ends.iter().map(|end| format!("  - {end}")));
    }
    if !scanned.disks.is_empty() {
        lines.extend([String::new(), text("forum.disks")]);
        lines.extend(scanned.disks.iter().map(disk_line));
    }
    let findings = findings(scanned);
    if !findings.is_empty() {
        lines.extend([String::new(), text("forum.findings")]);
        lines.extend(findings);
    }
    lines.extend([String::new(), text("forum.checked")]);
    lines.extend(
        checked_rows(scanned)
            .iter()
            .map(|row| format!("  - {}: {}: {}", row.what, row.against, row.result)),
    );
    lines.push(format!("  - {}", text("checked.not")));
    let start = usize::from(lines.first().is_some_and(String::is_empty));
    lines.get(start..).unwrap_or_default().join("\n")
}

fn disk_line(disk: &super::facts::Disk<'_>) -> String {
    let figures = &disk.figures;
    let stored =
        [("size", size(disk.device.size).into()), ("stored", size(figures.stored_bytes).into())];
    let mut said = vec![with("forum.stored", &stored)];
    for (key, bytes) in
        [("device.bytes-missing", figures.missing_bytes), ("device.in-doubt", disk.doubt_bytes)]
    {
        if bytes > 0 {
            said.push(with(key, &[("size", size(bytes).into())]));
        }
    }
    format!("  {}: {}", safe_name(&disk.device.name), said.join(", "))
}

fn findings(scanned: &Scanned<'_>) -> Vec<String> {
    let title = |family: &str, code: &str| {
        let key = format!("{family}.{code}.title");
        let unknown = || with("finding-unknown.title", &[("code", code.into())]);
        if has(&key) { text(&key) } else { unknown() }
    };
    let mut said = Vec::new();
    for (_, finding) in &scanned.packing.findings {
        let line = format!("  - {}", title("container-finding", finding.code()));
        if !said.contains(&line) {
            said.push(line);
        }
    }
    let mut of_header = Findings::default();
    of_header.extend(scanned.inspected.header().findings().iter().cloned());
    for (code, _) in &scanned.groups {
        let scanned = scanned.inspected.scan.found().findings().group(code);
        let count = scanned.or(of_header.group(code)).map_or(0, |group| group.count());
        let named = [("what", title("finding", code).into()), ("number", count.into())];
        said.push(format!("  - {}", with("forum.times", &named)));
    }
    said
}
