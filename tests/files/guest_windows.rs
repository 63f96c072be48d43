//! What a registry tells of a machine, held against the texts that hivex made it of
//! (`tests/files/make/hives.sh`).

use std::rc::Rc;

use vma_inspector::file_system::FaultKind;
use vma_inspector::files::guest::{Fact, FactKind, WINDOWS};
use vma_inspector::source::ReadAt;

use crate::guest::{of, pairs, seconds, told};
use crate::made::Made;
use crate::spoilt::Spoilt;
use crate::truth::fixture;
use crate::whole_disk::{archived, disk_with, opened, scanned};

const SOFTWARE: &str = "/Windows/System32/config/SOFTWARE";
const SYSTEM: &str = "/Windows/System32/config/SYSTEM";

/// A file system with both hives in it, which `change` may change first, in their folder.
fn made(name: &str, change: &str) -> Made {
    let made = Made::new(&format!("guest-{name}"), 20);
    for hive in ["software", "system"] {
        let packed = fixture(&format!("hive-{hive}.zst"));
        // Windows itself has its names in capitals or not, as it comes.
        made.run(&format!(
            "mkdir -p $S/WINDOWS/system32/Config; zstd -q -d '{}' -o $S/WINDOWS/system32/Config/{}",
            packed.display(),
            hive.to_uppercase()
        ));
    }
    made.run(&format!("cd $S/WINDOWS/system32/Config; {change}"));
    made.run("mkfs.fat $F > /dev/null; MTOOLS_SKIP_CHECK=1 mcopy -s -i $F $S/* ::/");
    made
}

fn facts(made: &Made) -> Vec<Fact> {
    let (volume, _) = opened(Rc::new(disk_with(made)), 0, None);
    let (facts, missed) = told(&volume, &WINDOWS);
    assert_eq!(missed, []);
    facts
}

fn assert_told(made: &Made, facts: &[Fact]) {
    let expected: [(FactKind, &[(&str, &str)]); 7] = [
        // Windows 11 has the name of its forerunner there.
        (FactKind::System, &[("Windows 11 Pro 23H2", SOFTWARE)]),
        (FactKind::Build, &[("22631.3423", SOFTWARE)]),
        (FactKind::Hostname, &[("desktop-7-of-the-office", SYSTEM)]),
        (
            FactKind::User,
            &[("Jürgen|C:\\Users\\Jürgen", SOFTWARE), ("anna|C:\\Users\\anna", SOFTWARE)],
        ),
        (
            FactKind::Drive,
            &[
                ("C:|a1b2c3d4|1048576", SYSTEM),
                ("D:|0fc63daf-8483-4772-8e79-3d69d8477de4|", SYSTEM),
            ],
        ),
        (FactKind::Service, &[("Microsoft SQL Server|", SYSTEM), ("DNS Server|", SYSTEM)]),
        (FactKind::UnreplayedLog, &[]),
    ];
    for (kind, list) in expected {
        assert_eq!(of(facts, kind), pairs(list), "{kind:?}");
    }
    let times: Vec<_> = facts.iter().filter_map(|fact| Some((fact.kind, fact.seconds?))).collect();
    assert_eq!(times, [(FactKind::Shutdown, seconds(made, "2024-05-03T07:00:00Z"))]);
}

#[test]
fn a_windows_tells_what_stands_in_its_registry_plain_and_packed() {
    for is_packed in [false, true] {
        let made = made(&format!("windows-{is_packed}"), "");
        let disk = scanned(archived(disk_with(&made), &made, is_packed));
        let (volume, _) = opened(disk, 0, None);
        let (facts, missed) = told(&volume, &WINDOWS);
        assert_eq!(missed, []);
        assert_told(&made, &facts);
    }
}

#[test]
fn few_blocks_of_a_registry_are_read() {
    let made = made("windows-reads", "");
    let spoilt = Rc::new(Spoilt::new(Rc::new(disk_with(&made))));
    let (volume, _) = opened(Rc::clone(&spoilt) as Rc<dyn ReadAt>, 0, None);
    spoilt.reads.set(0);
    let (facts, _) = told(&volume, &WINDOWS);
    assert_told(&made, &facts);
    eprintln!("{} reads", spoilt.reads.get());
    assert!(spoilt.reads.get() <= 24, "{} reads", spoilt.reads.get());
}

#[test]
fn a_registry_that_was_in_use_says_so() {
    // The first of both sequence numbers is one on, and with it the checksum.
    let change = "python3 -c '\
        import struct; file = open(\"SYSTEM\", \"r+b\"); head = bytearray(file.read(512)); \
        first, sum = struct.unpack_from(\"<I\", head, 4)[0], struct.unpack_from(\"<I\", head, 508)[0]; \
        struct.pack_into(\"<I\", head, 4, first + 1); \
        struct.pack_into(\"<I\", head, 508, sum ^ first ^ (first + 1)); \
        file.seek(0); file.write(head)'";
    let facts = facts(&made("windows-dirty", change));
    let log = of(&facts, FactKind::UnreplayedLog);
    assert_eq!(log, pairs(&[("Windows/System32/config/SYSTEM", SYSTEM)]));
    assert_eq!(of(&facts, FactKind::Hostname), pairs(&[("desktop-7-of-the-office", SYSTEM)]));
}

#[test]
fn what_is_no_hive_is_told_as_missed() {
    for change in [
        "printf 'regf' > SYSTEM; printf x > SOFTWARE",
        // One bit of the header.
        "for hive in SYSTEM SOFTWARE; do printf '\\001' | dd of=$hive bs=1 seek=100 conv=notrunc; done",
        // A root that is none.
        "for hive in SYSTEM SOFTWARE; do head -c 4096 $hive > short; mv short $hive; done",
    ] {
        let made = made("windows-broken", change);
        let (volume, _) = opened(Rc::new(disk_with(&made)), 0, None);
        let (facts, missed) = told(&volume, &WINDOWS);
        assert_eq!(facts, [], "{change}");
        assert!(missed.iter().all(|one| one.fault.kind == FaultKind::Corrupt), "{missed:?}");
        assert!(missed.iter().any(|one| one.path == SYSTEM), "{missed:?}");
    }
}

/// Bytes of no hive at all, from a seed.
fn noise(seed: u64, bytes: &mut [u8], count: usize) {
    let mut state = seed | 1;
    for _ in 0..count {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 20) as usize % bytes.len();
        bytes[at] = (state >> 50) as u8;
    }
}

#[test]
fn a_registry_of_which_bytes_are_changed_ends_and_stays_within_its_bounds() {
    let made = made("windows-changed", "");
    let sound = disk_with(&made);
    let path = made.source.join("WINDOWS/system32/Config/SYSTEM");
    let hive = std::fs::read(path).expect("it was made");
    let at = sound.windows(4096).position(|window| window == &hive[..4096]).expect("it is there");
    for seed in 0..300 {
        let mut disk = sound.clone();
        // Cells alone: a header that is changed is refused.
        noise(seed * 7919, &mut disk[at + 4096..at + hive.len()], 40);
        let (volume, _) = opened(Rc::new(disk), 0, None);
        let (facts, _) = told(&volume, &WINDOWS);
        let longest = facts.iter().flat_map(|fact| &fact.words).map(|word| word.chars().count());
        assert!(longest.max().unwrap_or(0) <= 256, "seed {seed}");
        assert!(facts.len() <= 64 * 16, "seed {seed}");
    }
}
