//! Archives that are damaged at any place, in every container, held against the
//! truth: no byte is claimed as good that is not the disk's.
//!
//! `VMA_DAMAGE_CASES` says how many cases, `VMA_DAMAGE_CASE` which one alone.

mod bases;
mod damage;
mod judge;
mod plain;
#[path = "../support/programs.rs"]
mod programs;

use std::collections::BTreeMap;

use archive_writer::Random;

use self::bases::bases;
use self::damage::Damage;
use self::judge::{Judgement, judge};

/// Cases in a run of all tests.
const CASES: u64 = 500;

/// What became of the cases of one kind.
#[derive(Default)]
struct Sums {
    cases: u64,
    refused: u64,
    claimed: u64,
    bytes: u64,
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn no_byte_is_claimed_that_is_not_the_disks() {
    let bases = bases();
    assert!(!bases.is_empty());
    let cases = match number("VMA_DAMAGE_CASE") {
        Some(only) => only..only + 1,
        None => 0..number("VMA_DAMAGE_CASES").unwrap_or(CASES),
    };
    let mut table: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    let mut failed = Vec::new();
    for case in cases {
        let mut random = Random::new(case);
        let base = &bases[random.below(bases.len() as u64) as usize];
        let damage = Damage::random(&mut random, base.packed.len());
        let (judgement, damaged) = judge(base, &damage, &mut random);
        let sums = table.entry((base.container, damage.kind.name())).or_default();
        sums.cases += 1;
        sums.bytes += base.disks.values().map(|disk| disk.len() as u64).sum::<u64>();
        match judgement {
            Judgement::Refused => sums.refused += 1,
            Judgement::Read { claimed, wrong, is_excused } => {
                sums.claimed += claimed;
                if wrong > 0 && !is_excused {
                    failed.push(format!(
                        "case {case}: {} {} {damage}: {wrong} of {claimed} bytes",
                        base.name, base.container
                    ));
                }
            }
        }
        if let Some(path) = std::env::var_os("VMA_DAMAGE_FILE") {
            std::fs::write(path, damaged).expect("the case can be written");
        }
    }
    print(&table);
    assert!(failed.is_empty(), "wrong bytes are claimed:\n{}", failed.join("\n"));
}

fn print(table: &BTreeMap<(&str, &str), Sums>) {
    println!("container  damage                 cases refused claimed");
    for ((container, kind), sums) in table {
        let share = 100.0 * sums.claimed as f64 / sums.bytes as f64;
        println!("{container:10} {kind:22} {:5} {:7} {share:6.1}%", sums.cases, sums.refused);
    }
}
