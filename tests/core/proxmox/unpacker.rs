//! What zstd, lzop, zcat and bzcat say of damaged files, foretold and observed:
//! every case is made by the programs, damaged here, and given to them again.

use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;

use vma_inspector::container::{Container, Options, open};
use vma_inspector::proxmox::unpacker::{Fact, Given, PackedFile, Program, foretell};
use vma_inspector::source::ReadAt;

use crate::contents as packing;

const KINDS: [(Container, &str, &str); 4] = [
    (Container::Zstd, "zstd", "zst"),
    (Container::Lzop, "lzop", "lzo"),
    (Container::Gzip, "gzip", "gz"),
    (Container::Bzip2, "bzip2", "bz2"),
];

fn is_wanted() -> bool {
    std::env::var("VMA_TESTS_HAVE_PROGRAMS").as_deref() == Ok("1")
}

/// What `program` makes of the contents; missing, it fails where programs are
/// promised.
fn packed(program: &str, arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    let packed = packing::run(program, arguments, plain);
    assert!(packed.is_some() || !is_wanted(), "there is no {program}");
    packed
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vma-unpacker-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// What the real program puts out, in bytes.
    fn put_out(&self, program: Program, bytes: &[u8]) -> u64 {
        let file = self.0.join("given");
        std::fs::write(&file, bytes).unwrap();
        let (name, arguments) = program.command().split_first().unwrap();
        // Under its own name, zcat would want its own ending.
        let input = std::fs::File::open(&file).unwrap();
        let output = Command::new(name).args(arguments).stdin(input).output();
        output.unwrap_or_else(|error| panic!("{name}: {error}")).stdout.len() as u64
    }

    /// Exit code and words of the real program.
    fn observe(&self, program: Program, file: &str, bytes: &[u8]) -> (u8, String) {
        std::fs::write(self.0.join(file), bytes).unwrap();
        let (name, arguments) = program.command().split_first().unwrap();
        let command = Command::new(name).args(arguments).arg(file).current_dir(&self.0).output();
        let output = command.unwrap_or_else(|error| panic!("{name}: {error}"));
        let code = output.status.code().expect("it ends by itself");
        (code.try_into().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Compares what is foretold of facts with what is observed. Returns whether
/// every word was foretold.
#[track_caller]
fn compare(folder: &Folder, case: &str, program: Program, bytes: &[u8], file: &PackedFile) -> bool {
    let name = match program {
        Program::Zstd => "f.vma.zst",
        Program::Lzop => "f.vma.lzo",
        Program::Zcat => "f.vma.gz",
        Program::Bzcat => "f.vma.bz2",
    };
    let (exit, words) = folder.observe(program, name, bytes);
    let said = foretell(program, file).unwrap_or_else(|| panic!("{case}: nothing foretold"));
    assert_eq!(said.exit, exit, "{program:?} {case}: {words} {said:?} {file:?}");
    if !said.is_exact() {
        return false;
    }
    let lines = said.lines.iter().map(|line| line.printed(name).unwrap() + "\n");
    let lines: String = lines.collect();
    match program {
        // Advice goes on behind it.
        Program::Bzcat => assert!(words.starts_with(&lines), "{case}: {words:?} {lines:?}"),
        _ => assert_eq!(lines, words, "{program:?} {case}"),
    }
    true
}

/// A file as the container layer sees it, read to its end.
fn known(bytes: &[u8]) -> PackedFile {
    let source: Rc<dyn ReadAt> = Rc::new(bytes.to_vec());
    let contents = open(source.clone(), &Options::default()).unwrap();
    if contents.container() == Some(Container::Lzop) {
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap_or(true) {}
        let _ = packing::read_around(&contents);
    } else {
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap_or(true) {}
    }
    let mut file = PackedFile::of(&contents, &source, true).unwrap();
    file.is_known = true;
    file
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn what_stands_behind_the_end_is_foretold() {
    let folder = Folder::new("behind");
    let plain = packing::mixed(5, 700_000);
    let garbage: [&[u8]; 18] = [
        b"x",
        b"xy",
        b"xyz",
        b"xyzw",
        b"\n",
        b"garbage at the end of it",
        b"\0",
        b"\0\0\0",
        &[0; 4],
        &[0; 512],
        b"\0\0\0\0\0x",
        b"\0x",
        b"\x1f\x8bxyz",
        b"B",
        b"Bx",
        b"BZhx",
        b"BZh9xxxxxxxxxxxxx",
        b"\x1f",
    ];
    for (container, program, _) in KINDS {
        let Some(sound) = packed(program, &["-c"], &plain) else { continue };
        for behind in garbage {
            let bytes = joined(&[&sound, behind]);
            let fact = Fact::Behind {
                first: behind[..behind.len().min(16)].to_vec(),
                only_zeros: behind.iter().all(|&byte| byte == 0),
            };
            let first = sound[..16].to_vec();
            let file = PackedFile { first, facts: vec![fact], is_known: true };
            let case = format!("{behind:?}");
            let is_exact = compare(&folder, &case, Program::of(container), &bytes, &file);
            // zstd hands what looks like gzip to zlib.
            assert!(is_exact || (program == "zstd" && behind.starts_with(b"\x1f\x8b")), "{case}");
        }
    }
}

#[test]
fn what_the_container_layer_finds_is_foretold() {
    let folder = Folder::new("found");
    let plain = packing::mixed(6, 700_000);
    for (container, name, _) in KINDS {
        let Some(sound) = packed(name, &["-c"], &plain) else { continue };
        let (length, program) = (sound.len(), Program::of(container));
        let mut cases = vec![
            ("sound".to_owned(), sound.clone()),
            ("zeros".into(), joined(&[&sound, &[0; 512]])),
            ("garbage".into(), joined(&[&sound, b"garbage at the end of it"])),
            ("zeros, garbage".into(), joined(&[&sound, &[0; 512], b"garbage"])),
        ];
        for cut in [1, 3, 4, 5, 8, 9, 20, length / 2, length * 3 / 4, length - 80] {
            cases.push((format!("cut by {cut}"), sound[..length - cut].to_vec()));
        }
        for at in [length - 1, length - 4, length - 5, length - 8, length / 2, length / 3] {
            cases.push((format!("flipped at {at} of {length}"), flipped(&sound, at)));
        }
        if container != Container::Lzop {
            cases.push(("twice".into(), joined(&[&sound, &sound])));
            cases.push(("twice, cut".into(), joined(&[&sound, &sound[..length / 2]])));
        }
        let (mut exact, total) = (0, cases.len());
        for (case, bytes) in cases {
            exact += usize::from(compare(&folder, &case, program, &bytes, &known(&bytes)));
        }
        eprintln!("{name}: every word of {exact} of {total}, the exit code of all");
        assert!(exact * 2 > total);
    }
}

/// What `vma` says of a damaged backup depends on what it gets of it.
#[test]
fn an_unpacker_puts_out_as_much_as_is_foretold() {
    let folder = Folder::new("given");
    let plain = packing::mixed(8, 24 << 20);
    for (container, name, _) in KINDS {
        let Some(sound) = packed(name, &["-c"], &plain) else { continue };
        let program = Program::of(container);
        let (middle, mut told) = (sound.len() / 2, 0);
        let mut overwritten = sound.clone();
        overwritten[middle..middle + 5000].fill(0xa5);
        let cases = [
            ("cut", sound[..sound.len() / 4 * 3].to_vec()),
            ("overwritten", overwritten),
            ("start overwritten", joined(&[&[0xa5; 100], &sound[100..]])),
            ("last byte", flipped(&sound, sound.len() - 1)),
            ("behind the first part", joined(&[&sound, &sound[..sound.len() / 3]])),
        ];
        for (case, bytes) in cases {
            let source: Rc<dyn ReadAt> = Rc::new(bytes.clone());
            let options = Options { hint: Some(container), ..Options::default() };
            let opened = open(source, &options).unwrap();
            while !opened.approach(u64::MAX..u64::MAX, 1 << 20).unwrap_or(true) {}
            let _ = packing::read_around(&opened);
            let put_out = folder.put_out(program, &bytes);
            let Some(given) = Given::of(&opened) else {
                assert_eq!(put_out, plain.len() as u64, "{name} {case}");
                continue;
            };
            let known = given.least..=given.most;
            assert!(known.contains(&put_out), "{name} {case}: {put_out}, {known:?}");
            told += u64::from(given.least > 0);
        }
        assert!(told >= 3, "{name}: {told}");
    }
}

#[test]
fn contents_and_ending_are_told_by_the_first_bytes() {
    let folder = Folder::new("contents");
    let plain = packing::mixed(7, 100_000);
    let text: [&[u8]; 9] =
        [b"", b"x", b"xy", b"xyz", b"VMA\0and so on, and on", b"BZ", b"\x1f\x8b", b"\0", &[0; 99]];
    let mut files: Vec<Vec<u8>> = text.into_iter().map(<[u8]>::to_vec).collect();
    for (_, program, _) in KINDS {
        files.extend(packed(program, &["-c"], &plain));
    }
    files.extend(packing::run("xz", &["-c"], &plain));
    files.extend(packing::run("lz4", &["-c"], &plain));
    for bytes in &files {
        for (container, name, _) in KINDS {
            if packed(name, &["-c"], b"x").is_none() {
                continue;
            }
            let first = bytes[..bytes.len().min(16)].to_vec();
            let file = PackedFile { first, facts: Vec::new(), is_known: true };
            compare(&folder, "contents", Program::of(container), bytes, &file);
        }
    }
}

fn given(bytes: &[u8], facts: Vec<Fact>) -> PackedFile {
    PackedFile { first: bytes[..16].to_vec(), facts, is_known: true }
}

#[test]
fn parts_of_lzop_are_foretold() {
    let folder = Folder::new("parts");
    let plain = packing::mixed(8, 300_000);
    if let Some(lzo) = packed("lzop", &["-c"], &plain) {
        let program = Program::Lzop;
        let three = joined(&[&lzo, &lzo, &lzo]);
        let facts = vec![Fact::Part, Fact::Part];
        assert!(compare(&folder, "three", program, &three, &given(&lzo, facts)));
        let cut = joined(&[&lzo, &lzo[..lzo.len() / 2]]);
        assert!(compare(&folder, "cut", program, &cut, &given(&lzo, vec![Fact::Part, Fact::Cut])));
        let bad = flipped(&lzo, 15);
        let fact = Fact::HeaderChecksum { expected: 1, found: 2 };
        assert!(compare(&folder, "header", program, &bad, &given(&lzo, vec![fact])));
        assert!(!compare(
            &folder,
            "magic",
            program,
            &flipped(&lzo, 5),
            &given(&flipped(&lzo, 5), vec![])
        ));
    }
}

#[test]
fn headers_and_windows_are_foretold() {
    let folder = Folder::new("headers");
    let plain = packing::mixed(8, 300_000);
    if let Some(gz) = packed("gzip", &["-c"], &plain) {
        // A checksum over the header, which is wrong.
        let mut bad = gz.clone();
        bad[3] |= 2;
        bad.splice(10..10, [0x12, 0x34]);
        assert!(compare(&folder, "header", Program::Zcat, &bad, &known(&bad)));
        let method = joined(&[&gz[..2], &[9], &gz[3..]]);
        assert!(compare(&folder, "method", Program::Zcat, &method, &given(&method, vec![])));
        for (case, bytes, facts) in [
            ("gzip", gz.clone(), vec![]),
            ("gzip cut", gz[..gz.len() / 2].to_vec(), vec![Fact::Cut]),
            ("gzip crc", flipped(&gz, gz.len() - 5), vec![Fact::Checksum]),
        ] {
            if packed("zstd", &["-c"], b"x").is_some() {
                assert!(
                    compare(&folder, case, Program::Zstd, &bytes, &given(&bytes, facts)),
                    "{case}"
                );
            }
        }
    }
    if let Some(zst) = packed("zstd", &["-c"], &plain) {
        let skippable = b"\x50\x2a\x4d\x18\x05\0\0\0hello";
        for bytes in [joined(&[skippable, &zst]), joined(&[&zst, skippable]), joined(&[&zst, &zst])]
        {
            assert!(compare(&folder, "skippable", Program::Zstd, &bytes, &known(&bytes)));
        }
        for (descriptor, window) in [
            (0x88, None),
            (0x89, Some(9 << 24)),
            (0x90, Some(1 << 28)),
            (0xa8, Some(1 << 31)),
            (0xb0, Some(1 << 32)),
        ] {
            let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, descriptor, 1, 0, 0];
            frame.resize(16, 0);
            let facts = window.map(Fact::Window).into_iter().collect();
            let window = given(&frame, facts);
            assert!(
                compare(&folder, "window", Program::Zstd, &frame[..9], &window),
                "{descriptor:x}"
            );
        }
    }
}

#[test]
fn nothing_is_foretold_of_what_was_not_looked_at() {
    let first = b"\x28\xb5\x2f\xfd and so on".to_vec();
    let file = PackedFile { first, facts: Vec::new(), is_known: false };
    assert_eq!(foretell(Program::Zstd, &file), None);
    let said = foretell(Program::Zstd, &PackedFile { facts: vec![Fact::Cut], ..file }).unwrap();
    assert_eq!((said.exit, said.is_ok()), (1, false));
}

/// Seeded changes of any kind, at any place: whether the program fails is
/// foretold of each, by which code and with which words where that is said.
#[test]
fn seeded_changes_are_foretold() {
    let folder = Folder::new("seeded");
    let plain = packing::mixed(9, 300_000);
    for (container, name, _) in KINDS {
        let Some(sound) = packed(name, &["-c"], &plain) else { continue };
        let (mut exact, total) = (0, 60);
        for seed in 0..total {
            let mut random = packing::Random::new(seed);
            let mut bytes = sound.clone();
            let at = 40 + random.below(sound.len() as u64 - 40) as usize;
            let end = (at + 1 + random.below(3000) as usize).min(bytes.len());
            match random.below(5) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, sound[..end - at].to_vec())),
                3 => bytes[at..end].fill(0),
                _ => bytes[at] ^= 1 << random.below(8),
            }
            let case = format!("seed {seed} at {at} of {}", sound.len());
            exact += usize::from(compare(
                &folder,
                &case,
                Program::of(container),
                &bytes,
                &known(&bytes),
            ));
        }
        eprintln!("{name}: every word of {exact} of {total}, the exit code of all");
    }
}

#[test]
fn a_file_that_was_read_with_a_larger_window_is_refused_by_zstd() {
    let folder = Folder::new("wide");
    for (arguments, fails) in [(&["-q", "-c", "--long=27"][..], 0), (&["-q", "-c", "--long=28"], 1)]
    {
        let Some(packed) = packed("zstd", arguments, &packing::mixed(4, 300_000)) else { return };
        let options = Options { window_max: 1 << 30, ..Options::default() };
        let contents = open(Rc::new(packed.clone()), &options).expect("opens");
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).expect("reads") {}
        let file = PackedFile::of(&contents, &packed, true).expect("reads");
        assert_eq!(file.facts.len(), fails, "{arguments:?}");
        assert!(compare(&folder, "wide", Program::Zstd, &packed, &file));
    }
}

#[test]
fn a_second_file_of_lzop_is_seen_in_the_container() {
    let folder = Folder::new("second");
    let Some(one) = packed("lzop", &["-c"], &packing::mixed(4, 300_000)) else { return };
    for (bytes, parts) in [(one.clone(), 0), (joined(&[&one, &one]), 1)] {
        let contents = open(Rc::new(bytes.clone()), &Options::default()).expect("opens");
        while !contents.verify_step(1 << 20).expect("reads").done {}
        let file = PackedFile::of(&contents, &bytes, true).expect("reads");
        assert_eq!(file.facts, vec![Fact::Part; parts]);
        assert!(compare(&folder, "second", Program::Lzop, &bytes, &file));
    }
}
