//! gzip, as `gzip` and `pigz` write it.

use std::rc::Rc;

use vma_inspector::container::{ContainerFindingKind, End, Options, open};
use vma_inspector::source::ReadAt;

use crate::support::*;

fn gzip(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("gzip", &[&["-c"], arguments].concat(), plain)
}

#[test]
fn every_way_of_compressing_reads_as_the_plain_bytes() {
    let plain = mixed(51, 9_000_000);
    let ways: [(&str, &[&str]); 7] = [
        ("gzip", &["-1"]),
        ("gzip", &["-6"]),
        ("gzip", &["-9"]),
        ("gzip", &["--rsyncable"]),
        ("pigz", &["-p2"]),
        ("pigz", &["-p2", "-1", "--rsyncable"]),
        ("pigz", &["-p2", "-i", "-b", "64"]),
    ];
    for (number, (program, way)) in ways.iter().enumerate() {
        let Some(packed) = run(program, &[&["-c"], *way].concat(), &plain) else { continue };
        eprintln!("{program} {way:?}");
        assert_sound(&packed, &plain, 500 + number as u64);
    }
}

#[test]
fn members_with_and_without_names_follow_each_other() {
    let (first, second) = (mixed(53, 700_000), mixed(54, 900_000));
    let Some(named) = run_on_file("gzip", &["-c", "-N"], "vzdump-qemu-100.vma", &first) else {
        return;
    };
    let empty = gzip(&[], &[]).unwrap();
    let packed = [&empty[..], &named, &empty, &gzip(&[], &second).unwrap()].concat();
    assert_sound(&packed, &[first, second].concat(), 55);
}

/// A header with everything that may be in it, its CRC included.
fn full_header(crc_off_by: u8) -> Vec<u8> {
    let mut header = vec![0x1f, 0x8b, 8, 0x1e, 1, 2, 3, 4, 0, 3, 5, 0];
    header.extend_from_slice(b"extraa name\0and a comment\0");
    let mut crc = u32::MAX;
    for &byte in &header {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
        }
    }
    let [low, high, ..] = (!crc).to_le_bytes();
    header.extend_from_slice(&[low ^ crc_off_by, high]);
    header
}

#[test]
fn extra_fields_comments_and_header_checksums_are_read() {
    let plain = mixed(56, 100_000);
    let Some(packed) = gzip(&["-n"], &plain) else { return };
    assert_sound(&[&full_header(0)[..], &packed[10..]].concat(), &plain, 57);
    let contents = opened(&[&full_header(1)[..], &packed[10..]].concat());
    assert_eq!(read_all(&contents), plain);
    assert_eq!(codes(&contents), ["header-checksum-mismatch"]);
}

#[test]
fn wrong_checksums_and_lengths_are_findings_and_take_no_byte_away() {
    let plain = mixed(58, 600_000);
    let Some(packed) = gzip(&[], &plain) else { return };
    for (from_end, code) in [(8, "gzip-crc-mismatch"), (4, "gzip-size-mismatch")] {
        let mut packed = packed.clone();
        let at = packed.len() - from_end;
        packed[at] ^= 0x10;
        let contents = opened(&packed);
        assert_eq!(read_all(&contents), plain);
        assert_eq!(codes(&contents), [code]);
        assert_eq!(contents.findings()[0].offset, at as u64);
        assert_eq!(contents.checksums().checked, 1);
        assert_eq!(contents.checksums().matched, u64::from(from_end == 4));
        assert_eq!(contents.progress().end, Some(End::Complete));
    }
}

#[test]
fn a_file_that_is_cut_off_keeps_what_came() {
    let plain = mixed(59, 2_000_000);
    let Some(packed) = gzip(&["-n"], &plain) else { return };
    for cut in [packed.len() - 1, packed.len() - 8, packed.len() / 2, 300_000, 200, 9, 4] {
        let contents = opened(&packed[..cut]);
        let read = read_all(&contents);
        assert!(plain.starts_with(&read));
        let share = read.len() as f64 / plain.len() as f64;
        let expected = cut as f64 / packed.len() as f64;
        assert!((share - expected).abs() < 0.2, "cut at {cut}: {share} of the contents");
        assert_eq!(codes(&contents), ["container-cut"]);
        assert_eq!(contents.progress().end, Some(End::Cut));
    }
    assert_eq!(read_all(&opened(&packed[..packed.len() - 8])), plain);
}

/// A member that cannot be decoded from some place in its middle on: an empty
/// stored block there contradicts itself. `pigz` puts them between its blocks.
fn damaged(plain: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut packed = run("pigz", &["-c", "-p2"], plain)?;
    let middle = packed.len() / 2;
    let mut fours = packed[middle..].windows(4);
    let at = middle + fours.position(|four| four == [0, 0, 0xff, 0xff]).unwrap();
    packed[at + 3] = 0xfe;
    Some((packed, at))
}

#[test]
fn damage_in_the_middle_keeps_what_is_around_it() {
    let plain = mixed(60, 2_000_000);
    let Some((packed, at)) = damaged(&plain) else { return };
    let contents = opened(&packed);
    let pieces = read_around(&contents);
    let before = &pieces[0].1;
    assert!(plain.starts_with(before) && before.len() > 600_000, "{}", before.len());
    let behind = &pieces.last().unwrap().1;
    assert!(plain.ends_with(behind) && behind.len() > 400_000, "{}", behind.len());
    assert_eq!(codes(&contents), ["container-damaged"]);
    assert_eq!(contents.progress().end, Some(End::Complete));
    let finding = contents.findings().remove(0);
    assert!(finding.offset.abs_diff(at as u64) < 16, "{finding}");
    assert_eq!(finding.contents_offset, before.len() as u64);
}

#[test]
fn a_sound_member_behind_damage_is_found() {
    let (first, second) = (mixed(61, 2_000_000), mixed(62, 900_000));
    let Some((mut packed, at)) = damaged(&first) else { return };
    // Nothing is left of the first one behind the damage.
    packed.truncate(at + 1000);
    packed[at..].fill(0xff);
    packed.extend(gzip(&[], &second).unwrap());
    let contents = opened(&packed);
    let pieces = read_around(&contents);
    let [(0, before), (start, behind)] = &pieces[..] else { panic!("{}", pieces.len()) };
    assert!(first.starts_with(before) && behind == &second);
    assert_eq!(codes(&contents), ["container-damaged"]);
    let mut buffer = [0; 100];
    contents.read_at(start + 500_000, &mut buffer).unwrap();
    assert_eq!(buffer, second[500_000..500_100]);
}

#[test]
fn garbage_and_zeros_behind_the_end_are_told_apart() {
    let plain = mixed(63, 200_000);
    let Some(packed) = gzip(&[], &plain) else { return };
    for (tail, code) in [
        (vec![0; 10_240], "trailing-zeros"),
        (b"x".to_vec(), "trailing-garbage"),
        (mixed(64, 3_000_000), "trailing-garbage"),
    ] {
        let contents = opened(&[&packed[..], &tail].concat());
        assert_eq!(read_all(&contents), plain);
        assert_eq!(codes(&contents), [code]);
        let kind = contents.findings().remove(0).kind;
        let (ContainerFindingKind::TrailingGarbage { bytes }
        | ContainerFindingKind::TrailingZeros { bytes }) = kind
        else {
            panic!("{kind:?}");
        };
        assert_eq!(bytes, tail.len() as u64);
    }
}

#[test]
fn after_one_pass_a_read_costs_at_most_one_interval() {
    let plain = mixed(65, 48 << 20);
    let Some(packed) = gzip(&["-1"], &plain) else { return };
    let source = Counted::new(packed.clone());
    let contents = open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).unwrap();
    let mut buffer = vec![0; 4096];
    contents.read_at(0, &mut buffer).unwrap();
    assert_eq!(source.read_bytes.get(), 6 + 256 * 1024);
    while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
    assert_eq!(source.read_bytes.get(), 6 + packed.len() as u64);
    let progress = contents.progress();
    assert!((10..=12).contains(&progress.checkpoints), "{progress:?}");
    assert!(progress.checkpoint_bytes < 12 * 50_000, "{progress:?}");
    let mut random = Random::new(66);
    for _ in 0..100 {
        let at = random.below(plain.len() as u64 - 4096);
        source.reset();
        contents.read_at(at, &mut buffer).unwrap();
        assert_eq!(buffer, plain[at as usize..at as usize + 4096]);
        assert!(source.read_bytes.get() <= 8 << 20, "{}", source.read_bytes.get());
    }
}

#[test]
fn mutated_files_neither_panic_nor_hang() {
    let plain = mixed(67, 60_000);
    let Some(first) = gzip(&["-1"], &plain[..40_000]) else { return };
    let second = gzip(&["-9"], &plain[40_000..]).unwrap();
    let full = full_header(0);
    assert_survives_mutations(&[&first[..], &full, &second[10..]].concat(), &plain, 30_000, 3_000);
}
