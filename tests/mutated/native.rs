//! Prints small archives and containers, thousands of changes to each, and what
//! the core makes of them natively, as JSON: for another build of the core to
//! be held against.

#[path = "mod.rs"]
mod mutated;
#[path = "../support/programs.rs"]
mod programs;

use mutated::Edit;
use serde_json::{Value, json};
use vma_inspector::source::hex;

const OF_ARCHIVE: u64 = 6_000;
const OF_CONTAINER: u64 = 1_000;

fn main() {
    let base = mutated::base();
    let of_archive = cases(&base.bytes, OF_ARCHIVE, |seed| mutated::edits_of_archive(&base, seed));
    let mut all = vec![of_archive];
    for program in ["zstd", "lzop", "gzip", "bzip2"] {
        if let Some(packed) = programs::run(program, &["-c"], &base.bytes) {
            let edits = |seed| mutated::edits_of_container(&packed, seed);
            all.push(cases(&packed, OF_CONTAINER, edits));
        }
    }
    #[allow(clippy::print_stdout, reason = "that is what it is for")]
    {
        println!("{}", Value::from(all));
    }
}

fn cases(base: &[u8], count: u64, edits_of: impl Fn(u64) -> Vec<Edit>) -> Value {
    let case = |seed| {
        let edits = edits_of(seed);
        let mut bytes = base.to_vec();
        edits.iter().for_each(|edit| edit.apply(&mut bytes));
        let edits: Vec<Value> = edits.iter().map(edit).collect();
        json!({ "seed": seed, "edits": edits, "verdict": mutated::verdict(bytes) })
    };
    json!({ "base": hex(base), "cases": (0..count).map(case).collect::<Vec<_>>() })
}

fn edit(edit: &Edit) -> Value {
    match edit {
        Edit::Set(at, bytes) => json!(["set", at, hex(bytes)]),
        Edit::Take(at, count) => json!(["take", at, count]),
        Edit::Cut(at) => json!(["cut", at]),
    }
}
