//! lzop, as the `lzop` program writes it.

use std::rc::Rc;

use vma_inspector::container::{ContainerFindingKind, End, Options, open};
use vma_inspector::source::ReadAt;
use vma_inspector::source::{ErrorKind, lost_until};

use crate::support::*;

/// Bytes of contents in a block, as lzop cuts them.
const BLOCK: u64 = 256 * 1024;

fn lzop(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("lzop", &[&["-c"], arguments].concat(), plain)
}

/// Where the blocks of a file without a name start, and where it ends, when
/// each block has `checksums` checksums of its contents.
fn block_starts(packed: &[u8], checksums: usize) -> Vec<usize> {
    let mut at = 38;
    let mut starts = vec![];
    loop {
        starts.push(at);
        let number =
            |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().unwrap()) as usize;
        if number(at) == 0 {
            return starts;
        }
        at += 8 + 4 * checksums + number(at + 4);
    }
}

#[test]
fn every_way_of_compressing_reads_as_the_plain_bytes() {
    let plain = mixed(31, 5_000_000);
    let ways: [&[&str]; 8] = [
        &[],
        &["-1"],
        &["-9"],
        &["--crc32"],
        &["-F"],
        &["-CC"],
        &["--crc32", "-CC"],
        &["-7", "-F"],
    ];
    for (number, way) in ways.iter().enumerate() {
        let Some(packed) = lzop(way, &plain) else { return };
        eprintln!("{way:?}");
        assert_sound(&packed, &plain, 300 + number as u64);
    }
    // A block that is stored as it is.
    let stored = (0..600_000_u64).map(|n| (Random::new(n).next() >> 32) as u8).collect::<Vec<_>>();
    for way in [&[][..], &["-CC"]] {
        assert_sound(&lzop(way, &stored).unwrap(), &stored, 320);
    }
}

#[test]
fn names_and_paths_and_several_parts_are_read_over() {
    let (first, second) = (mixed(32, 700_000), mixed(33, 900_000));
    let Some(named) = run_on_file("lzop", &["-c", "-N"], "vzdump-qemu-100.vma", &first) else {
        return;
    };
    let path = run_on_file("lzop", &["-c", "-P"], "vzdump-qemu-101.vma", &second).unwrap();
    assert!(named.windows(8).any(|bytes| bytes == b"qemu-100"));
    let empty = lzop(&[], &[]).unwrap();
    let packed = [&named[..], &empty, &path].concat();
    assert_sound(&packed, &[first, second].concat(), 34);
}

#[test]
fn an_extra_field_is_read_over() {
    let plain = mixed(35, 300_000);
    let Some(mut packed) = lzop(&["-F"], &plain) else { return };
    // Set the flag, and mend the header's Adler-32.
    packed[20] |= 0x40;
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in &packed[9..34] {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    packed[34..38].copy_from_slice(&((b << 16) | a).to_be_bytes());
    packed.splice(38..38, [&[0, 0, 0x13, 0x88][..], &[7; 5_000], &[1, 2, 3, 4]].concat());
    assert_sound(&packed, &plain, 36);
}

#[test]
fn checksums_are_counted_and_their_absence_is_told() {
    let plain = mixed(37, 1_000_000);
    let Some(packed) = lzop(&["--crc32", "-CC"], &plain) else { return };
    let contents = opened(&packed);
    read_all(&contents);
    let checksums = contents.checksums();
    assert!((4..=8).contains(&checksums.checked), "{checksums:?}");
    assert_eq!(checksums.absent, 0);
    let contents = opened(&lzop(&["-F"], &plain).unwrap());
    read_all(&contents);
    let checksums = contents.checksums();
    assert_eq!((checksums.checked, checksums.absent), (0, 4));
}

#[test]
fn blocks_nobody_asks_for_are_not_decoded() {
    let plain = mixed(38, 12_000_000);
    let Some(packed) = lzop(&[], &plain) else { return };
    let contents = opened(&packed);
    let mut buffer = [0; 512];
    for at in (0..plain.len() - 512).step_by(3_867_136) {
        assert_eq!(contents.read_at(at as u64, &mut buffer).unwrap(), 512);
        assert_eq!(buffer, plain[at..at + 512]);
    }
    assert_eq!(contents.checksums().checked, 4);
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    assert_eq!(contents.size(), Some(plain.len() as u64));
    assert_eq!(contents.checksums().checked, 4);
}

#[test]
fn opening_reads_little_and_random_reads_read_one_block() {
    let plain = mixed(39, 40_000_000);
    let Some(packed) = lzop(&[], &plain) else { return };
    let source = Counted::new(packed.clone());
    let contents = open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).unwrap();
    let mut buffer = vec![0; 4096];
    contents.read_at(0, &mut buffer).unwrap();
    assert_eq!(source.read_bytes.get(), 6 + 256 * 1024);
    while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
    assert_eq!(source.read_bytes.get(), 6 + packed.len() as u64);
    let mut random = Random::new(40);
    for _ in 0..300 {
        let at = random.below(plain.len() as u64 - 4096);
        source.reset();
        contents.read_at(at, &mut buffer).unwrap();
        assert_eq!(buffer, plain[at as usize..at as usize + 4096]);
        assert!(source.read_bytes.get() <= 1 << 20, "{}", source.read_bytes.get());
    }
}

#[test]
fn wrong_checksums_are_findings_and_take_no_byte_away() {
    let plain = mixed(41, 1_000_000);
    let Some(mut packed) = lzop(&[], &plain) else { return };
    let second = block_starts(&packed, 1)[1];
    packed[second + 8] ^= 0x80;
    let contents = opened(&packed);
    assert_eq!(read_all(&contents), plain);
    assert_eq!(codes(&contents), ["block-checksum-mismatch"]);
    let finding = contents.findings().remove(0);
    assert_eq!((finding.offset, finding.contents_offset), (second as u64, BLOCK));
    let checksums = contents.checksums();
    assert_eq!((checksums.checked, checksums.matched), (4, 3));
    // Read again, it is told once.
    assert_random_reads(&contents, &plain, 42, 200);
    assert_eq!(contents.findings().len(), 1);

    packed[second + 8] ^= 0x80;
    packed[35] ^= 1;
    let contents = opened(&packed);
    assert_eq!(read_all(&contents), plain);
    assert_eq!(codes(&contents), ["header-checksum-mismatch"]);
}

#[test]
fn a_block_that_does_not_decode_is_lost_and_no_other() {
    let plain = mixed(43, 1_500_000);
    for way in [&[][..], &["-F"]] {
        let Some(mut packed) = lzop(way, &plain) else { return };
        let third = block_starts(&packed, usize::from(way.is_empty()))[2];
        packed[third + 100..third + 160].fill(0);
        let contents = opened(&packed);
        let pieces = read_around(&contents);
        let [(0, before), (start, behind)] = &pieces[..] else { panic!("{}", pieces.len()) };
        assert_eq!((before.len() as u64, *start), (2 * BLOCK, 3 * BLOCK));
        assert!(before == &plain[..before.len()] && behind == &plain[*start as usize..]);
        assert_eq!(codes(&contents).last(), Some(&"container-damaged"));
        let finding = contents.findings().pop().unwrap();
        assert_eq!(finding.offset, third as u64);
        assert_eq!(finding.contents_offset, 2 * BLOCK);
        let ContainerFindingKind::Damaged { lost, resumes: true, .. } = finding.kind else {
            panic!("{finding}");
        };
        assert_eq!(lost, Some(BLOCK));
        assert_eq!(contents.read_at(2 * BLOCK + 5, &mut [0; 10]), Ok(0));
        assert_eq!(lost_until(&contents, 2 * BLOCK + 5), Some(3 * BLOCK));
        assert_eq!(contents.progress().end, Some(End::Complete));
    }
}

#[test]
fn a_file_that_is_cut_off_keeps_every_whole_block() {
    let plain = mixed(44, 1_500_000);
    let Some(packed) = lzop(&[], &plain) else { return };
    let starts = block_starts(&packed, 1);
    let end = *starts.last().unwrap();
    for (cut, blocks, code) in [
        (end + 3, 6, "container-cut"),
        (end, 6, "end-marker-missing"),
        (end - 1, 5, "container-cut"),
        (starts[3], 3, "end-marker-missing"),
        (starts[3] + 7, 3, "container-cut"),
        (starts[3] + 700, 3, "container-cut"),
        (20, 0, "container-cut"),
    ] {
        let contents = opened(&packed[..cut]);
        let read = read_all(&contents);
        assert_eq!(read.len(), (blocks * BLOCK as usize).min(plain.len()), "cut at {cut}");
        assert!(plain.starts_with(&read));
        assert_eq!(codes(&contents), [code], "cut at {cut}");
        assert_eq!(contents.progress().end, Some(End::Cut));
    }
}

/// Damages the third block's header, and with `data` what follows it.
fn broken_chain(plain: &[u8], way: &[&str], data: bool) -> Option<Vec<u8>> {
    let mut packed = lzop(way, plain)?;
    let third = block_starts(&packed, usize::from(!way.contains(&"-F")))[2];
    packed[third..third + if data { 300 } else { 8 }].fill(0xff);
    Some(packed)
}

#[test]
fn a_block_whose_header_alone_is_damaged_is_not_lost() {
    let random = (0..900_000_u64).map(|n| (Random::new(n).next() >> 32) as u8).collect();
    for (plain, ways) in
        [(mixed(45, 1_500_000), &[&[][..], &["--crc32"], &["-F"]][..]), (random, &[&[]])]
    {
        for way in ways {
            let Some(packed) = broken_chain(&plain, way, false) else { return };
            let contents = opened(&packed);
            assert!(read_all(&contents) == plain, "{way:?}");
            assert_eq!(codes(&contents), ["container-damaged"]);
            assert_random_reads(&contents, &plain, 60, 200);
            assert_eq!(contents.progress().end, Some(End::Complete));
        }
    }
}

#[test]
fn lengths_that_are_wrong_shift_nothing() {
    let plain = mixed(46, 1_500_000);
    // Of the third block: its contents' length, its own.
    for (at, change) in [(2, 1_u8), (1, 8), (6, 1), (7, 3), (5, 1)] {
        for way in [&[][..], &["-F"]] {
            let Some(mut packed) = lzop(way, &plain) else { return };
            let third = block_starts(&packed, usize::from(way.is_empty()))[2];
            packed[third + at] = packed[third + at].wrapping_add(change);
            let contents = opened(&packed);
            assert!(read_all(&contents) == plain, "{at} {way:?}");
            assert_eq!(codes(&contents), ["container-damaged"], "{at} {way:?}");
            assert_random_reads(&contents, &plain, 61, 100);
        }
    }
}

#[test]
fn a_broken_chain_goes_on_at_the_next_sound_block() {
    let plain = mixed(45, 1_500_000);
    for way in [&[][..], &["--crc32"], &["-F"]] {
        let Some(packed) = broken_chain(&plain, way, true) else { return };
        let contents = opened(&packed);
        let pieces = read_around(&contents);
        let [(0, before), (start, behind)] = &pieces[..] else { panic!("{}", pieces.len()) };
        assert!(before == &plain[..2 * BLOCK as usize]);
        assert!(behind == &plain[3 * BLOCK as usize..], "{way:?}");
        assert_eq!(codes(&contents), ["container-damaged"]);
        let mut buffer = [0; 100];
        contents.read_at(start + 300_000, &mut buffer).unwrap();
        assert_eq!(buffer, plain[3 * BLOCK as usize + 300_000..][..100]);
        assert_eq!(contents.progress().end, Some(End::Complete));
    }
}

#[test]
fn a_part_whose_header_is_lost_goes_on_at_its_first_block() {
    let plain = mixed(45, 900_000);
    let Some(mut packed) = lzop(&[], &plain) else { return };
    packed[9..36].fill(0xff);
    let contents = opened(&packed);
    let pieces = read_around(&contents);
    assert!(pieces.last().unwrap().1 == plain);
}

#[test]
fn a_broken_end_goes_on_at_the_next_part() {
    let (first, second) = (mixed(45, 900_000), mixed(46, 600_000));
    let Some(mut packed) = lzop(&[], &first) else { return };
    let last = block_starts(&packed, 1)[3];
    packed.truncate(last + 700);
    packed[last..].fill(0xff);
    let contents = opened(&packed);
    assert_eq!(read_all(&contents).len() as u64, 3 * BLOCK);
    assert_eq!(codes(&contents), ["container-damaged"]);
    assert_eq!(contents.progress().end, Some(End::Damaged));
    packed.extend(lzop(&["--crc32"], &second).unwrap());
    let contents = opened(&packed);
    let pieces = read_around(&contents);
    let [(0, before), (_, behind)] = &pieces[..] else { panic!("{}", pieces.len()) };
    assert!(before == &first[..3 * BLOCK as usize] && behind == &second);
}

#[test]
fn garbage_and_zeros_behind_the_end_are_told_apart() {
    let plain = mixed(47, 400_000);
    let Some(packed) = lzop(&[], &plain) else { return };
    for (tail, code) in
        [(vec![0; 700], "trailing-zeros"), (b"garbage".to_vec(), "trailing-garbage")]
    {
        let contents = opened(&[&packed[..], &tail].concat());
        assert_eq!(read_all(&contents), plain);
        assert_eq!(codes(&contents), [code]);
        assert_eq!(contents.findings()[0].offset, packed.len() as u64);
    }
}

#[test]
fn a_filter_is_refused_in_plain_words() {
    let Some(packed) = lzop(&["--filter=1"], &mixed(48, 10_000)) else { return };
    let error = opened(&packed).read_at(0, &mut [0; 10]).unwrap_err();
    let (feature, found) = ("lzop filter", 1);
    assert_eq!(error.kind(), &ErrorKind::ContainerFeature { feature, found });
}

#[test]
fn a_block_that_claims_too_much_allocates_nothing() {
    let Some(mut packed) = lzop(&["-F"], &mixed(49, 10_000)) else { return };
    packed[38..46].copy_from_slice(&[0x03, 0xff, 0xff, 0xff, 0, 0, 0, 10]);
    let contents = opened(&packed);
    assert!(read_all(&contents).is_empty());
    assert_eq!(codes(&contents), ["container-damaged"]);
}

#[test]
fn the_table_of_blocks_thins_out_to_stay_within_its_budget() {
    let plain = mixed(50, 8_000_000);
    let Some(packed) = lzop(&[], &plain) else { return };
    let options = Options { checkpoint_bytes: 600, cache_bytes: 0, ..Options::default() };
    let contents = open(Rc::new(packed), &options).unwrap();
    assert!(read_all(&contents) == plain);
    let progress = contents.progress();
    assert!(progress.checkpoint_bytes <= 600 && progress.checkpoints >= 3, "{progress:?}");
    assert_random_reads(&contents, &plain, 51, 300);
}

#[test]
fn mutated_files_neither_panic_nor_hang() {
    let plain = mixed(52, 60_000);
    let Some(first) = lzop(&["-CC"], &plain[..40_000]) else { return };
    let second = lzop(&["--crc32"], &plain[40_000..]).unwrap();
    assert_survives_mutations(&[first, second].concat(), &plain, 20_000, 3_000);
}
