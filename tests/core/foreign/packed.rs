//! What is packed by a program that is not read here. What can't be made smaller is
//! stored as it is: whole extents stand in it, and are no archive.

use super::{Folder, opens, refused, refused_as};
use crate::dense::dense;
use crate::programs::run;
use archive_writer::{ArchiveBuilder, Random};
use vma_inspector::source::Foreign;

/// An archive that can't be made smaller.
fn archive() -> Vec<u8> {
    dense().build().bytes
}

fn has_extents(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|four| four == b"VMAE")
}

#[test]
fn an_archive_that_another_program_has_packed_is_refused_by_its_name() {
    for (program, arguments, expected, stores) in [
        ("xz", &["-0", "-c"][..], Foreign::Xz, true),
        ("xz", &["-0", "--check=none", "-c"], Foreign::Xz, true),
        ("xz", &["-0", "--format=lzma", "-c"], Foreign::Lzma, false),
        ("lz4", &["-q", "-c"], Foreign::Lz4, true),
        ("lz4", &["-q", "-c", "-B4", "--content-size", "-BX"], Foreign::Lz4, true),
        ("lz4", &["-q", "-c", "-l"], Foreign::Lz4Legacy, true),
        ("pigz", &["-z", "-c"], Foreign::Zlib, false),
        ("pigz", &["-z", "-0", "-c"], Foreign::Zlib, true),
    ] {
        let Some(packed) = run(program, arguments, &archive()) else { continue };
        assert_eq!(has_extents(&packed), stores, "{program} {arguments:?}");
        assert_eq!(refused_as(&packed), Some(expected), "{program} {arguments:?}");
    }
}

#[test]
fn text_that_another_program_has_packed_is_refused_by_its_name() {
    let text = "Dear reader, ".repeat(500).into_bytes();
    for (program, arguments, expected) in [
        ("xz", &["-c"][..], Foreign::Xz),
        ("xz", &["--format=lzma", "-c"], Foreign::Lzma),
        ("lz4", &["-q", "-c"], Foreign::Lz4),
        ("lz4", &["-q", "-c", "-l"], Foreign::Lz4Legacy),
        ("pigz", &["-z", "-c"], Foreign::Zlib),
    ] {
        let Some(packed) = run(program, arguments, &text) else { continue };
        assert_eq!(refused_as(&packed), Some(expected), "{program} {arguments:?}");
    }
}

/// What 7-Zip makes of a file of this content, in this format.
fn seven_zip(format: &str, level: &str, content: &[u8]) -> Option<Vec<u8>> {
    let folder = Folder::new(&format!("7z-{format}-{level}"));
    let file = folder.file("x.vma", content);
    let made = folder.path("made");
    let made_as = [format!("-t{format}"), format!("-mx={level}")];
    run("7zz", &["a", "-y", &made_as[0], &made_as[1], &made, &file], &[])?;
    let ending = format!("made.{format}");
    Some(folder.read(if folder.0.join(&ending).exists() { &ending } else { "made" }))
}

#[test]
fn an_archive_in_a_7z_or_zip_is_refused_if_it_is_packed_and_opens_if_it_is_stored() {
    // The first half can be made smaller: else 7-Zip and zip store it as it is.
    let mut disk = Random::new(3).bytes(100 * 65_536);
    disk[..6 * 65_536].fill(b'a');
    let archive = ArchiveBuilder::new().disk(1, "drive-scsi0", disk).build().bytes;
    for (format, expected) in [("7z", Foreign::SevenZip), ("zip", Foreign::Zip)] {
        let Some(packed) = seven_zip(format, "1", &archive) else { return };
        assert_eq!(refused_as(&packed), Some(expected), "{format}");
        let Some(stored) = seven_zip(format, "0", &archive) else { return };
        assert!(opens(&stored), "{format}");
    }
}

#[test]
fn a_7z_or_zip_of_anything_else_is_refused_by_its_name() {
    let text = "Dear reader, ".repeat(500).into_bytes();
    for (format, expected) in [("7z", Foreign::SevenZip), ("zip", Foreign::Zip)] {
        for level in ["0", "5"] {
            let Some(packed) = seven_zip(format, level, &text) else { return };
            assert_eq!(refused_as(&packed), Some(expected.clone()), "{format} {level}");
        }
    }
}

#[test]
fn a_file_that_is_packed_twice_is_told_by_both() {
    let Some(once) = run("zstd", &["-q", "-c"], &archive()) else { return };
    assert!(has_extents(&once), "zstd stores what it can't make smaller");
    assert!(opens(&once));
    let Some(twice) = run("xz", &["-0", "-c"], &once) else { return };
    assert_eq!(refused_as(&twice), Some(Foreign::Xz));
    let Some(xz) = run("xz", &["-0", "-c"], &archive()) else { return };
    let Some(twice) = run("gzip", &["-1", "-c"], &xz) else { return };
    assert_eq!(refused(twice), Some((Foreign::Xz, vec!["gzip"])));
}

/// `content` packed by zstd against `other`, with this option.
fn against(option: &str, other: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let folder = Folder::new(&format!("zstd{option}"));
    let (other, file) = (folder.file("other", other), folder.file("content", content));
    let option =
        if option == "-D" { vec!["-D".into(), other] } else { vec![format!("{option}={other}")] };
    let mut arguments: Vec<&str> = option.iter().map(String::as_str).collect();
    arguments.extend(["-q", "-c", &file]);
    run("zstd", &arguments, &[])
}

#[test]
fn a_frame_of_zstd_that_was_made_against_another_file_is_refused_as_that() {
    let before = archive();
    let mut now = dense().uuid(*b"the-next-backup!").build().bytes;
    now[100_000..110_000].copy_from_slice(&Random::new(8).bytes(10_000));
    for option in ["--patch-from", "-D"] {
        let other = if option == "-D" { &before[..100_000] } else { &before };
        let Some(packed) = against(option, other, &now) else { return };
        assert_eq!(refused_as(&packed), Some(Foreign::ZstdPatch), "{option}");
    }
}

#[test]
fn a_frame_of_zstd_whose_first_block_is_damaged_is_none_that_was_made_against_another_file() {
    let disk = "Dear reader, ".repeat(100_000).into_bytes();
    let text = ArchiveBuilder::new().config("qemu-server.conf", "cores: 1\n").disk(1, "a", disk);
    for archive in [archive(), text.build().bytes] {
        let Some(sound) = run("zstd", &["-q", "-c"], &archive) else { return };
        for seed in 0..50 {
            let mut damaged = sound.clone();
            let mut random = Random::new(seed);
            let place = random.bytes(2).iter().fold(0, |at, &byte| at * 256 + usize::from(byte));
            let at = 6 + place % (sound.len() - 6).min(600);
            damaged[at] ^= 1 << (seed % 8);
            let found = refused_as(&damaged);
            assert_ne!(found, Some(Foreign::ZstdPatch), "seed {seed}, byte {at}");
        }
    }
}
