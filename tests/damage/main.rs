//! Archives that are damaged at any place, in every container, held against the
//! truth: no byte is claimed as good that is not the disk's.
//!
//! `VMA_DAMAGE_CASES` says how many cases, or which (`5000..10000`),
//! `VMA_DAMAGE_CASE` which one alone. From [`OTHER`] on, the archives are packed in
//! other ways, and half of the files are damaged twice.

mod bases;
mod damage;
mod judge;
mod plain;
#[path = "../support/programs.rs"]
mod programs;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use archive_writer::Random;

use self::bases::{Base, bases, other_bases};
use self::damage::{Damage, Kind};
use self::judge::{Excuse, Judgement, judge};

/// Cases in a run of all tests.
const CASES: u64 = 360;

/// The first of the cases with archives that are packed in other ways, and how many
/// of them there are in a run of all tests.
const OTHER: u64 = 1_000_000;
const OTHER_CASES: u64 = 140;

/// Cases beyond them in which wrong bytes were claimed once, or that had no end.
const FORMER: [u64; 9] = [6_311, 6_314, 7_322, 10_952, 11_482, 17_528, 19_279, 19_505, 1_000_279];

/// What became of the cases of one kind.
#[derive(Default)]
struct Sums {
    cases: u64,
    refused: u64,
    /// Cases in which bytes are wrong and only a checksum over everything tells.
    mild: u64,
    claimed: u64,
    bytes: u64,
}

/// The cases of a run, as the environment names them; without that those of a run
/// of all tests.
fn cases() -> Vec<u64> {
    let variable = |name| std::env::var(name).ok();
    let number = |text: &str| text.parse::<u64>().expect("a number");
    if let Some(only) = variable("VMA_DAMAGE_CASE") {
        return vec![number(&only)];
    }
    let Some(cases) = variable("VMA_DAMAGE_CASES") else {
        return (0..CASES).chain(OTHER..OTHER + OTHER_CASES).chain(FORMER).collect();
    };
    match cases.split_once("..") {
        Some((start, end)) => (number(start)..number(end)).collect(),
        None => {
            let count = number(&cases);
            (0..count).chain(OTHER..OTHER + count / 4).chain(FORMER).collect()
        }
    }
}

#[test]
fn no_byte_is_claimed_that_is_not_the_disks() {
    hold(cases().into_iter().step_by(2));
}

/// The other half of the cases, for another core.
#[test]
fn no_byte_is_claimed_that_is_not_the_disks_either() {
    hold(cases().into_iter().skip(1).step_by(2));
}

/// Holds what is claimed of each case against the truth.
fn hold(cases: impl Iterator<Item = u64>) {
    let (bases, others) = (bases(), other_bases());
    let mut table: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    let mut failed = Vec::new();
    for case in cases {
        let mut random = Random::new(case);
        let bases = if case < OTHER { &bases } else { &others };
        let base = &bases[random.below(bases.len() as u64) as usize];
        // Without the program that packs it, a case is skipped.
        if base.packed.is_empty() {
            continue;
        }
        let first = (case >= OTHER && case % 2 == 1)
            .then(|| Damage::shifting(&mut random, base.packed.len()));
        let is_second = first.is_some();
        let file = first.as_ref().map(|first| first.of(&base.packed, &mut random));
        let file = file.as_ref().unwrap_or(&base.packed);
        let damage = Damage::random(&mut random, file.len());
        let name = format!("case {case}: {} {} {damage}", base.name, base.container);
        let name = first.map_or_else(|| name.clone(), |first| format!("{name}, behind {first}"));
        let damaged = damage.of(file, &mut random);
        if let Some(path) = std::env::var_os("VMA_DAMAGE_FILE") {
            std::fs::write(path, &damaged).expect("the case can be written");
        }
        let judged = catch_unwind(AssertUnwindSafe(|| judge(base, &damage, is_second, damaged)));
        let judgement = judged.unwrap_or_else(|_| panic!("{name}"));
        let kind = if is_second { "two damages" } else { damage.kind.name() };
        let sums = table.entry((base.container, kind)).or_default();
        failed.extend(
            sums.take(base, &damage, is_second, &judgement).map(|why| format!("{name}: {why}")),
        );
    }
    print(&table);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

impl Sums {
    /// Counts a case; returns what is wrong with it.
    fn take(
        &mut self,
        base: &Base,
        damage: &Damage,
        is_second: bool,
        judgement: &Judgement,
    ) -> Option<String> {
        let all: u64 = base.disks.values().map(|disk| disk.len() as u64).sum();
        self.cases += 1;
        self.bytes += all;
        let is_plain = base.container == "plain";
        let is_whole_there = damage.kind == Kind::Restarted && !is_second;
        match *judgement {
            Judgement::Refused => {
                self.refused += 1;
                let takes_all = matches!(damage.kind, Kind::Cut | Kind::StartOverwritten);
                let is_odd = is_whole_there || (is_plain && !takes_all);
                is_odd.then(|| String::from("refused"))
            }
            Judgement::Read { claimed, wrong, excuse } => {
                self.claimed += claimed;
                self.mild += u64::from(wrong > 0 && excuse == Excuse::OnlyThatOverAll);
                let is_wrong = wrong > 0 && excuse == Excuse::None;
                // A whole copy gives a whole backup.
                let is_short = is_whole_there && claimed < all;
                (is_wrong || is_short)
                    .then(|| format!("{wrong} wrong bytes of {claimed}, of {all}"))
            }
        }
    }
}

fn print(table: &BTreeMap<(&str, &str), Sums>) {
    eprintln!("container      damage              cases refused mildly claimed");
    for ((container, kind), Sums { cases, refused, mild, claimed, bytes }) in table {
        let share = 100.0 * *claimed as f64 / *bytes as f64;
        eprintln!("{container:14} {kind:18} {cases:6} {refused:7} {mild:6} {share:6.1}%");
    }
}
