//! Frames with a few wrong bits: what several decoders make of them is the same, and
//! what the `zstd` program refuses is refused.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use ruzstd::decoding::StreamingDecoder;

use crate::data::{Random, mixed};
use crate::frame::unpack;
use crate::programs::run;

/// What `ruzstd` makes of a single frame.
fn by_ruzstd(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    StreamingDecoder::new(packed).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What `structured-zstd` makes of a single frame.
fn by_structured(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut decoder = structured_zstd::decoding::StreamingDecoder::new(packed);
    decoder.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What the `zstd` program makes of `packed`; `None` if it refuses it.
pub fn by_program(packed: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new("zstd")
        .args(["-q", "-d", "-c", "--long=30"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // It may stop reading before the end.
        scope.spawn(move || drop(stdin.write_all(packed)));
        child.wait_with_output().unwrap()
    });
    output.status.success().then_some(output.stdout)
}

fn mutated(packed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = packed.to_vec();
    for _ in 0..=random.below(2) {
        // Behind the frame's header, and more often where blocks begin.
        let reach = if random.one_in(2) { bytes.len().min(200) } else { bytes.len() };
        let at = 6 + random.below(reach - 6);
        bytes[at] ^= 1 << random.below(8);
    }
    bytes
}

#[test]
fn crates_and_program_agree_on_mutated_frames() {
    let ways: [(&[&str], usize); 4] =
        [(&["-3"], 3_000), (&["-19"], 20_000), (&["-1"], 200_000), (&["--fast=9"], 1_000)];
    let (mut agreed, mut refused) = (0, 0);
    for (number, (way, length)) in ways.iter().enumerate() {
        let plain = mixed(60 + number as u64, *length);
        let arguments = [&["-q", "-c", "--no-check"], *way].concat();
        let Some(packed) = run("zstd", &arguments, &plain) else { return };
        for seed in 0..150 {
            let mut random = Random::new(1000 * number as u64 + seed);
            let bytes = mutated(&packed, &mut random);
            let (ours, theirs) = (unpack(&bytes).ok(), by_program(&bytes));
            match (&ours, &theirs) {
                (Some(ours), Some(theirs)) => {
                    assert!(ours == theirs, "{way:?}, seed {seed}: not as the program");
                    agreed += 1;
                }
                (Some(_), None) => panic!("{way:?}, seed {seed}: the program refuses it"),
                _ => refused += 1,
            }
            for other in [by_ruzstd(&bytes), by_structured(&bytes)].into_iter().flatten() {
                if let Some(ours) = &ours {
                    assert!(*ours == other, "{way:?}, seed {seed}: not as a crate");
                }
            }
        }
    }
    eprintln!("{agreed} agreed, {refused} refused");
    assert!(agreed > 50 && refused > 50, "{agreed} agreed, {refused} refused");
}
