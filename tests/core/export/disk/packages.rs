//! Every format through the readers that registries have: dissect.hypervisor of PyPI,
//! and of crates.io one for each format. `tests/readers` holds the programs that ask them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use sha2::{Digest, Sha256};

use crate::export::disk::files::{Case, made, path_of, small_cases, write};
use crate::export::disk::made_disks;
use crate::export::disk::readers::{fixtures, of_literals};
use crate::programs::has;
use vma_inspector::export::disk::{DiskFormat, StreamFormat};
use vma_inspector::image::{Fill, Origin};
use vma_inspector::source::ReadAt;

/// Where `npm test` puts the readers.
fn installed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers").join(name)
}

/// A program that is asked about one file after another.
struct Reader {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("was found to run");
        let asks = child.stdin.take().expect("is a pipe");
        let answers = BufReader::new(child.stdout.take().expect("is a pipe"));
        Self { child, asks, answers }
    }

    fn ask(&mut self, library: &str, path: &Path, ranges: &[Range<u64>]) -> String {
        let path = path.to_str().expect("UTF-8");
        let ranges: String = ranges
            .iter()
            .map(|range| format!("\t{}+{}", range.start, range.end - range.start))
            .collect();
        writeln!(self.asks, "{library}\t{path}{ranges}").expect("it listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        answer.trim_end().to_owned()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All of a disk; or, of a large one, what is stored and 64 KiB around each such part.
fn ranges_of(case: &Case) -> Vec<Range<u64>> {
    let size = case.virtual_size();
    let mut ranges: Vec<Range<u64>> = Vec::new();
    if size < 1 << 30 {
        ranges.push(0..size);
        return ranges;
    }
    for run in case.image.runs(0..u64::MAX) {
        if let Origin::Stored(_) = run.origin {
            let around = run.start.0.saturating_sub(65_536)..(run.end() + 65_536).min(size);
            match ranges.last_mut() {
                Some(last) if last.end >= around.start => last.end = around.end,
                _ => ranges.push(around.start..around.end.next_multiple_of(512)),
            }
        }
    }
    ranges
}

/// Size and hash, worked out without a file in any format.
fn expected(case: &Case, ranges: &[Range<u64>]) -> String {
    let image = case.image.clone().filled(Fill::Zeros);
    let mut digest = Sha256::new();
    for range in ranges {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        match &case.bytes {
            Some(known) => {
                let there = &known[range.start as usize..known.len().min(range.end as usize)];
                bytes[..there.len()].copy_from_slice(there);
            }
            None => {
                image.read_at(range.start, &mut bytes).expect("reads");
            }
        }
        digest.update(&bytes);
    }
    let hex = vma_inspector::source::hex(&digest.finalize());
    format!("{} {hex}", case.virtual_size())
}

/// The disk in each format that it fits, with the ending of the file's name.
fn for_each_file(case: &Case, mut then: impl FnMut(&str, &str, &Path)) {
    let formats = DiskFormat::ALL.into_iter().filter(|&format| format != DiskFormat::Raw);
    for format in formats {
        // VHD alone has an end that a disk here goes beyond.
        let Ok(file) = case.disk.file(format) else {
            assert!(format == DiskFormat::Vhd && case.virtual_size() > 2040 << 30);
            continue;
        };
        let path = write(&file, case.name, format.extension());
        then(format.code(), format.extension(), &path);
        fs::remove_file(path).expect("was written");
    }
    for format in StreamFormat::ALL {
        let path = path_of(&format!("{}-{}", case.name, format.code()), format.extension());
        fs::write(&path, made(&case.disk, format).expect("fits")).expect("writes");
        then(format.code(), format.extension(), &path);
        fs::remove_file(path).expect("was written");
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let small = small_cases().into_iter().chain(fixtures()).chain(of_literals());
    small.chain(made_disks::small()).chain([made_disks::in_use()]).chain(made_disks::sparse())
}

#[test]
fn dissect_reads_every_format_as_the_disk() {
    let python = installed("python/bin/python");
    let name = python.to_str().expect("UTF-8");
    if !has(name, &["-c", "import dissect.hypervisor"]) {
        return;
    }
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/readers.py");
    let mut reader = Reader::start(&python, &[program]);
    let mut wrong = Vec::new();
    for case in cases() {
        let ranges = ranges_of(&case);
        let expected = expected(&case, &ranges);
        for_each_file(&case, |format, _, path| {
            let said = reader.ask("dissect", path, &ranges);
            if said != expected {
                wrong.push(format!("{}: {format}: {said}", case.name));
            }
        });
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn crates_read_every_format_as_the_disk() {
    let program = installed("debug/readers");
    if !has(program.to_str().expect("UTF-8"), &[]) {
        return;
    }
    let mut reader = Reader::start(&program, &[]);
    let mut wrong = Vec::new();
    for case in cases() {
        let ranges = ranges_of(&case);
        let expected = expected(&case, &ranges);
        for_each_file(&case, |format, kind, path| {
            let library = match kind {
                "qcow2" => "imago",
                "vmdk" => "vmdk-core",
                "vhdx" => "vhdx-core",
                other => other,
            };
            let said = reader.ask(library, path, &ranges);
            if said != expected {
                wrong.push(format!("{}: {format}: {library}: {said}", case.name));
            }
        });
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
