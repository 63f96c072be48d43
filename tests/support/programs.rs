//! Programs of others that tests run: to pack, to check, to compare.
//!
//! `npm test` installs them and says so by [`PROMISED`]; then a program that is
//! missing is a failed test. Otherwise the test says that it is skipped.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Write;
use std::process::{Command, Stdio};

/// The variable of the environment by which the test command says that the
/// programs are there.
const PROMISED: &str = "VMA_TESTS_HAVE_PROGRAMS";

/// Says aloud that something is skipped for want of a program.
///
/// # Panics
///
/// The program was promised.
fn missing(what: &str) {
    let is_promised = std::env::var_os(PROMISED).is_some_and(|value| !value.is_empty());
    assert!(!is_promised, "{what} does not run, and {PROMISED} is set");
    eprintln!("skipped: {what} does not run");
}

/// Whether a program is there; if not, says that the test is skipped.
pub fn has(program: &str, arguments: &[&str]) -> bool {
    let found = Command::new(program).args(arguments).output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        missing(&format!("`{program} {}`", arguments.join(" ")));
    }
    there
}

/// What `program` makes of `input`; `None`, said aloud, if it is not there.
pub fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        missing(&format!("`{program}`"));
        return None;
    };
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("it was started")
    });
    assert!(output.status.success(), "{program} {arguments:?} failed");
    Some(output.stdout)
}

/// Packs `input` in a file of its own, for what only shows with one: names.
pub fn run_on_file(program: &str, arguments: &[&str], name: &str, input: &[u8]) -> Option<Vec<u8>> {
    let folder =
        std::env::temp_dir().join(format!("vma-inspector-{}-{program}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let path = folder.join(name);
    std::fs::write(&path, input).expect("the folder was made");
    let path_text = path.to_str().expect("its name is UTF-8");
    let arguments: Vec<&str> = arguments.iter().copied().chain([path_text]).collect();
    let packed = run(program, &arguments, &[]);
    let _ = std::fs::remove_file(&path);
    let _ = std::fs::remove_dir(&folder);
    packed
}
