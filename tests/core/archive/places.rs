//! What happened in one place is told once: findings by what they are about, and
//! none of them left out.

use std::rc::Rc;

use crate::dense::dense;
use crate::mutated::{base, edits_of_archive};
use crate::support::{findings, scan};
use archive_writer::{Archive as Written, ArchiveBuilder};
use vma_inspector::archive::Archive;
use vma_inspector::archive::place::{About, Place, places};
use vma_inspector::container::Options;
use vma_inspector::scan::Scan;

fn of(scan: &Scan) -> Vec<Place<'_>> {
    let (findings, standing) = (scan.found().findings(), scan.header().standing());
    places(findings, standing, 1000).expect("they are few")
}

/// What each place is about, the codes that are told of it, and those of its signs.
type Told = (About, Vec<&'static str>, Vec<&'static str>);

fn told(archive: Written) -> Vec<Told> {
    let scan = scan(archive.bytes);
    let place = |place: Place<'_>| {
        let codes = |all: &[&vma_inspector::archive::finding::Finding]| {
            all.iter().map(|finding| finding.kind.code()).collect()
        };
        (place.about, codes(&place.findings), codes(&place.signs))
    };
    of(&scan).into_iter().map(place).collect()
}

#[test]
fn a_byte_put_in_is_one_place_where_no_header_starts() {
    let mut archive = dense().build();
    let at = archive.extent(1) - 1000;
    archive.insert(at, b"\r");
    let signs = vec!["extent-md5-mismatch", "extent-uuid-mismatch", "bytes-skipped"];
    assert_eq!(told(archive), [(About::NoExtentHeader, vec!["extent-magic-wrong"], signs)]);
}

#[test]
fn a_header_that_is_hit_is_told_by_itself_and_what_is_missing_once() {
    let mut archive = dense().build();
    for extent in [1, 2] {
        let at = archive.extent(extent);
        archive.flip(at + 44);
    }
    // They lie side by side: nothing between them proves where the second starts.
    let hit = (About::ExtentHeader, vec!["extent-md5-mismatch"], vec!["bytes-skipped"]);
    let missing = (About::Missing, vec!["cluster-missing"], vec![]);
    assert_eq!(told(archive), [hit.clone(), missing.clone()]);

    let mut archive =
        ArchiveBuilder::new().disk(1, "drive-scsi0", dense().image(1)).slots_per_extent(20).build();
    for extent in [1, 5] {
        let at = archive.extent(extent);
        archive.flip(at + 44);
    }
    let missing = (About::Missing, vec!["cluster-missing"; 2], vec![]);
    assert_eq!(told(archive), [hit.clone(), hit, missing]);
}

#[test]
fn a_header_that_is_cut_is_one_place_however_much_it_pointed_to() {
    let configs = (0..10).fold(dense(), |archive, n| archive.config(format!("c{n}"), [b'x'; 60]));
    let mut archive = configs.build();
    archive.truncate(12_288);
    let [(about, codes, signs)] = told(archive).try_into().expect("one place");
    assert_eq!((about, codes), (About::ArchiveHeader, vec!["header-truncated"]));
    assert!(signs.contains(&"header-md5-mismatch"), "{signs:?}");
    assert!(signs.iter().filter(|code| **code == "config-pointer-invalid").count() >= 10);
}

#[test]
fn an_end_that_is_cut_off_and_one_that_has_something_behind_it() {
    let mut archive = dense().build();
    let end = archive.extent(3) + 512 + 5 * 65_536 + 100;
    archive.truncate(end);
    let cut = (About::Data, vec!["extent-cut"], vec![]);
    assert_eq!(told(archive), [cut, (About::Missing, vec!["cluster-missing"], vec![])]);

    let mut archive = dense().build();
    let end = archive.bytes.len() as u64;
    archive.insert(end, &[7; 5000]);
    assert_eq!(told(archive), [(About::Behind, vec!["trailing-bytes"], vec![])]);
}

#[test]
fn a_field_that_is_put_right_explains_the_checksum() {
    let mut archive = dense().build();
    archive.patch(8, &[0x5a]);
    let mended = (About::ArchiveHeader, vec!["header-field-wrong"], vec!["header-md5-mismatch"]);
    assert_eq!(told(archive), [mended]);
}

#[test]
fn too_many_are_not_put_together() {
    let mut archive = dense().build();
    let at = archive.extent(1);
    archive.flip(at + 44);
    let scan = scan(archive.bytes);
    let (found, standing) = (scan.found().findings(), scan.header().standing());
    assert!(places(found, standing, 2).is_none());
    assert!(places(found, standing, 3).is_some());
}

#[test]
fn every_finding_stands_in_one_place_and_the_strongest_severity_wins() {
    let base = base();
    for seed in 0..500 {
        let mut bytes = base.bytes.clone();
        edits_of_archive(&base, seed).iter().for_each(|edit| edit.apply(&mut bytes));
        let Ok(archive) = Archive::open(Rc::new(bytes), &Options::default()) else { continue };
        let scan = crate::support::finish(Scan::new(&archive));
        let all = findings(&scan);
        let places = of(&scan);
        let placed: Vec<_> =
            places.iter().flat_map(|place| place.findings.iter().chain(&place.signs)).collect();
        assert_eq!(placed.len(), all.len(), "seed {seed}");
        for finding in &all {
            let there = placed.iter().filter(|other| ***other == finding).count();
            let same = all.iter().filter(|other| *other == finding).count();
            assert_eq!(there, same, "seed {seed}: {finding}");
        }
        for place in &places {
            assert!(!place.findings.is_empty(), "seed {seed}");
            let each = place.findings.iter().chain(&place.signs).map(|f| f.kind.severity());
            assert_eq!(Some(place.severity()), each.max(), "seed {seed}");
        }
    }
}
