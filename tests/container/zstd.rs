//! zstd, as the `zstd` program writes it.

use std::rc::Rc;

use vma_inspector::container::{ContainerFindingKind, End, Options, open};
use vma_inspector::source::ReadAt;
use vma_inspector::source::{ErrorKind, lost_until};

use crate::support::*;

fn zstd(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("zstd", &[&["-q", "-c"], arguments].concat(), plain)
}

#[test]
fn every_way_of_compressing_reads_as_the_plain_bytes() {
    let plain = mixed(1, 9_000_000);
    let size = format!("--stream-size={}", plain.len());
    let ways: [&[&str]; 11] = [
        &["-1"],
        &["-3"],
        &["-19"],
        &["--fast=5"],
        &["--rsyncable", "-T2"],
        &["--threads=2"],
        &["--long=27"],
        &["--no-check"],
        &[&size],
        &["-B1MiB", "-T2", "-1"],
        &["--single-thread", "-5"],
    ];
    for (number, way) in ways.iter().enumerate() {
        let Some(packed) = zstd(way, &plain) else { return };
        eprintln!("{way:?}");
        assert_sound(&packed, &plain, 100 + number as u64);
    }
}

/// Noise, of which the first 8 KiB of each block of 128 KiB stand near the far end of the
/// window before them too: of every second one nearer, of the others as far away as can be.
fn copied_from_far(window: usize, size: usize) -> Vec<u8> {
    let mut random = Random::new(17);
    let mut plain: Vec<u8> = Vec::new();
    while plain.len() < size {
        let per_mille = if plain.len() >> 17 & 1 == 0 { 885 } else { 995 };
        match plain.len().checked_sub(window / 1000 * per_mille) {
            Some(from) => plain.extend_from_within(from..from + 8192),
            None => plain.resize(plain.len() + 8192, 0),
        }
        plain.extend((0..(120 << 10) / 8).flat_map(|_| random.next().to_le_bytes()));
    }
    plain
}

/// Also what blocks behind the next one copy, from further away than that.
#[test]
fn a_checkpoint_has_all_that_blocks_behind_it_copy() {
    let plain = copied_from_far(2 << 20, 32 << 20);
    let Some(packed) = zstd(&["-12", "--single-thread", "--zstd=wlog=21"], &plain) else { return };
    assert!(packed.len() < plain.len() / 100 * 96, "{} bytes: it copies", packed.len());
    let contents = open(Rc::new(packed), &Options::default()).expect("it opens");
    assert_eq!(read_all(&contents), plain);
    assert!(contents.progress().checkpoint_bytes > 2 << 20, "some have a window");
    assert_random_reads(&contents, &plain, 300, 500);
}

#[test]
fn checksums_are_counted_and_their_absence_is_told() {
    let plain = mixed(2, 300_000);
    let Some(packed) = zstd(&[], &plain) else { return };
    let contents = opened(&packed);
    read_all(&contents);
    assert_eq!((contents.checksums().checked, contents.checksums().absent), (1, 0));
    let contents = opened(&zstd(&["--no-check"], &plain).unwrap());
    read_all(&contents);
    assert_eq!((contents.checksums().checked, contents.checksums().absent), (0, 1));
}

#[test]
fn frames_of_all_kinds_follow_each_other() {
    let (first, second) = (mixed(3, 700_000), mixed(4, 1_100_000));
    let Some(one) = zstd(&[], &first) else { return };
    let two = zstd(&["-19", "--no-check"], &second).unwrap();
    let empty = zstd(&[], &[]).unwrap();
    let mut skippable = vec![0x53, 0x2a, 0x4d, 0x18, 0x10, 0x27, 0, 0];
    skippable.resize(8 + 10_000, 0xb5);
    let packed = [&skippable[..], &empty, &one, &empty, &skippable, &two, &skippable].concat();
    assert_sound(&packed, &[first, second].concat(), 5);
}

/// Each three of them are a block of no bytes.
#[test]
fn zeros_between_two_blocks_are_nothing() {
    let plain = mixed(5, 3_000_000);
    let Some(packed) = zstd(&[], &plain) else { return };
    let starts = block_starts(&packed, 6);
    let middle = starts[starts.len() / 2];
    for count in [3, 60_000, 9 << 20] {
        let zeros = vec![0; count];
        let longer = [&packed[..middle], &zeros, &packed[middle..]].concat();
        assert_eq!(run("zstd", &["-q", "-d", "-c"], &longer).as_ref(), Some(&plain), "{count}");
        assert_sound(&longer, &plain, 1);
    }
}

#[test]
fn many_small_frames_read_as_one() {
    let plain = mixed(6, 600_000);
    let mut packed = Vec::new();
    for part in plain.chunks(4_003) {
        let Some(frame) = zstd(&["-1"], part) else { return };
        packed.extend(frame);
    }
    assert_sound(&packed, &plain, 6);
}

#[test]
fn a_wrong_checksum_is_a_finding_and_takes_no_byte_away() {
    let plain = mixed(7, 3_000_000);
    let Some(mut packed) = zstd(&[], &plain) else { return };
    let last = packed.len() - 1;
    packed[last] ^= 0x40;
    let contents = opened(&packed);
    assert_eq!(read_all(&contents), plain);
    assert_eq!(codes(&contents), ["zstd-checksum-mismatch"]);
    let finding = contents.findings().remove(0);
    assert_eq!(finding.offset, packed.len() as u64 - 4);
    assert_eq!(finding.contents_offset, plain.len() as u64);
    let ContainerFindingKind::ZstdChecksumMismatch { expected, found } = finding.kind else {
        panic!("{finding}");
    };
    assert_eq!(expected ^ found, 0x4000_0000);
    let checksums = contents.checksums();
    assert_eq!((checksums.checked, checksums.matched), (1, 0));
    assert_eq!(contents.progress().end, Some(End::Complete));
}

#[test]
fn a_wrong_content_size_is_a_finding() {
    let plain = mixed(8, 100_000);
    let size = format!("--stream-size={}", plain.len());
    let Some(mut packed) = zstd(&["--no-check", &size], &plain) else { return };
    // Single segment: magic, descriptor, then the size in four bytes.
    assert_eq!(packed[4] & 0xe0, 0xa0);
    packed[5] += 1;
    let contents = opened(&packed);
    assert_eq!(read_all(&contents), plain);
    assert_eq!(codes(&contents), ["zstd-content-size-mismatch"]);
}

#[test]
fn a_file_that_is_cut_off_keeps_every_whole_block() {
    let plain = mixed(9, 3_000_000);
    let Some(packed) = zstd(&[], &plain) else { return };
    for cut in [packed.len() - 1, packed.len() - 4, packed.len() * 2 / 3, 100, 7, 5] {
        let contents = opened(&packed[..cut]);
        let read = read_all(&contents);
        assert!(plain.starts_with(&read));
        let lost = plain.len() as f64 * (1.0 - cut as f64 / packed.len() as f64);
        assert!(read.len() as f64 + lost + 600_000.0 > plain.len() as f64, "{}", read.len());
        assert_eq!(codes(&contents), ["container-cut"]);
        assert_eq!(contents.progress().end, Some(End::Cut));
        assert_eq!(contents.size(), Some(read.len() as u64));
    }
    assert_eq!(read_all(&opened(&packed[..packed.len() - 4])), plain);
}

/// Where the blocks of a frame start, its header being `header` bytes long.
pub fn block_starts(packed: &[u8], header: usize) -> Vec<usize> {
    let mut at = header;
    let mut starts = Vec::new();
    loop {
        starts.push(at);
        let fields = u32::from_le_bytes([packed[at], packed[at + 1], packed[at + 2], 0]) as usize;
        at += 3 + if fields >> 1 & 3 == 1 { 1 } else { fields >> 3 };
        if fields & 1 == 1 {
            return starts;
        }
    }
}

#[test]
fn damage_in_the_middle_keeps_what_comes_before_it() {
    let plain = mixed(10, 3_000_000);
    let Some(packed) = zstd(&["--no-check", "-1"], &plain) else { return };
    let starts = block_starts(&packed, 6);
    let hit = starts[starts.len() / 2];
    for (at, damage) in [(hit, &[0xff, 0xff, 0xff][..]), (hit, &[6, 0, 0]), (hit + 3, &[0xff; 40])]
    {
        let mut packed = packed.clone();
        packed[at..at + damage.len()].copy_from_slice(damage);
        let contents = opened(&packed);
        let pieces = read_around(&contents);
        let before = &pieces[0].1;
        assert!(before.len() > 600_000, "only {}", before.len());
        assert!(plain.starts_with(before));
        assert_eq!(codes(&contents), ["container-damaged"]);
        let finding = contents.findings().remove(0);
        assert_eq!((finding.offset, finding.contents_offset), (hit as u64, before.len() as u64));
        let ContainerFindingKind::Damaged { lost: None, resumes: true, .. } = finding.kind else {
            panic!("{finding}");
        };
        assert_eq!(contents.progress().end, Some(End::Complete));
        // One block is lost as a whole, and 4 MiB stand for it.
        let size = contents.size().unwrap();
        assert_eq!(size, plain.len() as u64 - (128 << 10) + (4 << 20));
        assert!(plain.ends_with(&pieces.last().unwrap().1));
    }
}

#[test]
fn a_sound_frame_behind_damage_is_found_and_the_loss_is_told() {
    let (first, second) = (mixed(11, 900_000), mixed(12, 900_000));
    let size = format!("--stream-size={}", first.len());
    for (arguments, until) in [(vec![], None), (vec![size.as_str()], Some(first.len() as u64))] {
        let Some(mut packed) = zstd(&arguments, &first) else { return };
        let middle = packed.len() / 2;
        let header = if until.is_some() { 9 } else { 6 };
        let hit = *block_starts(&packed, header).iter().find(|start| **start > middle).unwrap();
        packed[hit] = 6;
        packed.extend(zstd(&[], &second).unwrap());
        let contents = opened(&packed);
        let pieces = read_around(&contents);
        let (Some((0, before)), Some((from, behind))) = (pieces.first(), pieces.last()) else {
            panic!("{}", pieces.len());
        };
        assert!(!before.is_empty());
        assert!(behind.ends_with(&second));
        let start = &(from + (behind.len() - second.len()) as u64);
        if let Some(until) = until {
            // So short a frame is not entered again: that would move the next.
            assert_eq!((pieces.len(), until, behind), (2, *start, &second));
        }
        let lost = until.map(|until| until - before.len() as u64);
        let finding = contents.findings().remove(0);
        assert_eq!(finding.contents_offset, before.len() as u64);
        let ContainerFindingKind::Damaged { lost: found, resumes: true, .. } = finding.kind else {
            panic!("{finding}");
        };
        assert_eq!(found, lost);
        // What lies behind the loss is read from its own checkpoint.
        let mut buffer = vec![0; 1_000];
        contents.read_at(10, &mut buffer).unwrap();
        assert_eq!(buffer, first[10..1_010]);
        contents.read_at(start + 500_000, &mut buffer).unwrap();
        assert_eq!(buffer, second[500_000..501_000]);
        assert_eq!(contents.read_at(from - 10, &mut buffer), Ok(0));
        assert_eq!(lost_until(&contents, from - 10), Some(*from));
    }
}

#[test]
fn garbage_and_zeros_behind_the_end_are_told_apart() {
    let plain = mixed(13, 200_000);
    let Some(packed) = zstd(&[], &plain) else { return };
    for (tail, code) in [
        (b"\n".to_vec(), "trailing-garbage"),
        (mixed(14, 5_000_000), "trailing-garbage"),
        (vec![0; 5_000_000], "trailing-zeros"),
        (vec![0; 1], "trailing-zeros"),
    ] {
        let contents = opened(&[&packed[..], &tail].concat());
        assert_eq!(read_all(&contents), plain);
        assert_eq!(codes(&contents), [code]);
        let finding = contents.findings().remove(0);
        assert_eq!(finding.offset, packed.len() as u64);
        let (ContainerFindingKind::TrailingGarbage { bytes }
        | ContainerFindingKind::TrailingZeros { bytes }) = finding.kind
        else {
            panic!("{finding}");
        };
        assert_eq!(bytes, tail.len() as u64);
        assert_eq!(contents.progress().end, Some(End::Complete));
    }
}

#[test]
fn a_window_larger_than_allowed_is_refused_in_plain_words() {
    let plain = mixed(15, 100_000);
    let Some(packed) = zstd(&["--ultra", "-22", "--long=28"], &plain) else { return };
    let error = opened(&packed).read_at(0, &mut [0; 10]).unwrap_err();
    let (needed, allowed) = (1 << 28, 1 << 27);
    assert_eq!(error.kind(), &ErrorKind::ContainerWindow { needed, allowed });
    let options = Options { window_max: 1 << 30, ..Options::default() };
    let contents = open(Rc::new(packed.clone()), &options).unwrap();
    assert_eq!(read_all(&contents), plain);
    // A window of 2 GiB cannot be asked for.
    let mut wide = packed;
    wide[5] = 21 << 3;
    let options = Options { window_max: u64::MAX, ..Options::default() };
    let error = open(Rc::new(wide), &options).unwrap().read_at(0, &mut [0; 10]).unwrap_err();
    let (needed, allowed) = (1 << 31, 1 << 30);
    assert_eq!(error.kind(), &ErrorKind::ContainerWindow { needed, allowed });
}

#[test]
fn a_dictionary_is_refused_in_plain_words() {
    let packed = [0x28, 0xb5, 0x2f, 0xfd, 0x03, 0x58, 0x78, 0x56, 0x34, 0x12, 1, 0, 0];
    let error = opened(&packed).read_at(0, &mut [0; 10]).unwrap_err();
    let (feature, found) = ("zstd dictionary", 0x1234_5678);
    assert_eq!(error.kind(), &ErrorKind::ContainerFeature { feature, found });
}

#[test]
fn after_one_pass_a_read_costs_at_most_one_interval() {
    let plain = mixed(16, 96 << 20);
    let Some(packed) = zstd(&["-3", "--single-thread"], &plain) else { return };
    let source = Counted::new(packed.clone());
    let contents = open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).unwrap();
    let mut buffer = vec![0; 4096];
    contents.read_at(0, &mut buffer).unwrap();
    assert_eq!(source.read_bytes.get(), 6 + 256 * 1024);
    while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
    // Once over the file, in large reads.
    assert_eq!(source.read_bytes.get(), 6 + packed.len() as u64);
    assert!(source.reads.get() <= 8 + packed.len() as u64 / (1 << 20), "{}", source.reads.get());
    let progress = contents.progress();
    assert!((11..=12).contains(&progress.checkpoints), "{progress:?}");
    assert!(progress.checkpoint_bytes <= 12 * ((2 << 20) + 30_000), "{progress:?}");
    let interval = packed.len() as u64 * (8 << 20) / plain.len() as u64;
    let mut random = Random::new(17);
    for _ in 0..300 {
        let at = random.below(plain.len() as u64 - 4096);
        source.reset();
        let mut traced = Vec::new();
        contents.trace(at..at + 4096, &mut traced);
        contents.read_at(at, &mut buffer).unwrap();
        assert_eq!(buffer, plain[at as usize..at as usize + 4096]);
        assert!(source.read_bytes.get() < 2 * interval + (4 << 20), "{}", source.read_bytes.get());
        for range in source.ranges.borrow().iter() {
            let reach = traced.iter().map(|traced| traced.end).max();
            let start = traced.iter().map(|traced| traced.start).min();
            assert!(
                start <= Some(range.start) && Some(range.start) < reach,
                "{range:?} {traced:?}"
            );
        }
    }
}

#[test]
fn checkpoints_between_the_jobs_of_zstd_need_an_eighth_of_the_window() {
    let plain = mixed(23, 40 << 20);
    // As Proxmox compresses: the program cuts its input into jobs.
    let Some(packed) = zstd(&["-3", "--threads=1"], &plain) else { return };
    let contents = open(Rc::new(packed.clone()), &Options::default()).unwrap();
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    let progress = contents.progress();
    assert!((4..=5).contains(&progress.checkpoints), "{progress:?}");
    assert!(progress.checkpoint_bytes <= 5 * ((256 << 10) + 30_000), "{progress:?}");
    assert_eq!((contents.checksums().checked, contents.checksums().matched), (1, 1));
    assert_random_reads(&contents, &plain, 24, 300);
    // Damage while it is open how much a checkpoint needs is damage still.
    let hit = *block_starts(&packed, 6).iter().find(|start| **start > packed.len() / 2).unwrap();
    let mut damaged = packed;
    damaged[hit] = 6;
    let contents = opened(&damaged);
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    let pieces = read_around(&contents);
    let before = &pieces[0].1;
    assert!(plain.starts_with(before) && before.len() > 8 << 20);
    assert_eq!(contents.findings().remove(0).offset, hit as u64);
    assert_reads_as(&contents, &pieces, 25, 200);
}

#[test]
fn checkpoints_thin_out_to_stay_within_their_budget() {
    let plain = mixed(18, 96 << 20);
    let Some(packed) = zstd(&["-3", "--single-thread"], &plain) else { return };
    let options = Options { checkpoint_bytes: 9 << 20, ..Options::default() };
    let contents = open(Rc::new(packed), &options).unwrap();
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    let progress = contents.progress();
    assert!(progress.checkpoint_bytes <= 9 << 20, "{progress:?}");
    // As many fit as have use for most of their windows.
    assert!((2..=8).contains(&progress.checkpoints), "{progress:?}");
    assert_random_reads(&contents, &plain, 19, 60);
}

#[test]
fn work_is_done_in_steps_of_a_bounded_size() {
    let plain = mixed(20, 20_000_000);
    let Some(packed) = zstd(&["-1"], &plain) else { return };
    let contents = opened(&packed);
    let mut before = 0;
    let mut steps = 0;
    while !contents.approach(15_000_000..15_000_000, 1_000_000).unwrap() {
        let decoded = contents.progress().contents;
        assert!(decoded - before < 1_300_000);
        before = decoded;
        steps += 1;
    }
    assert!(steps > 10);
    assert!((15_000_000..15_200_000).contains(&contents.progress().contents));
}

#[test]
fn a_bomb_ends_in_bounded_memory() {
    // Blocks that repeat one byte 128 Ki times, for ever.
    let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for _ in 0..20_000 {
        packed.extend_from_slice(&[0x02, 0x00, 0x10, 0x00]);
    }
    let contents = opened(&packed);
    assert!(!contents.approach(1 << 50..1 << 50, 1 << 20).unwrap());
    assert!(contents.progress().contents <= (1 << 20) + (128 << 10));
    let mut buffer = [1; 4096];
    assert_eq!(contents.read_at(2_500 << 17, &mut buffer).unwrap(), 4096);
    assert_eq!(buffer, [0; 4096]);
    assert!(contents.progress().checkpoint_bytes <= tight().checkpoint_bytes);
}

#[test]
fn mutated_files_neither_panic_nor_hang() {
    let plain = mixed(21, 60_000);
    let small = mixed(22, 3_000);
    let Some(first) = zstd(&[], &plain[..40_000]) else { return };
    let second = zstd(&["-19", "--no-check"], &plain[40_000..]).unwrap();
    assert_survives_mutations(&[first, second].concat(), &plain, 1_000, 1_500);
    assert_survives_mutations(&zstd(&["-19"], &small).unwrap(), &small, 9_000, 1_500);
}

#[test]
fn a_dictionary_behind_a_whole_frame_is_garbage_and_no_reason_to_stop() {
    let plain = mixed(77, 300_000);
    let (Some(first), Some(last)) =
        (run("zstd", &["-q", "-c"], &plain), run("zstd", &["-q", "-c"], &plain))
    else {
        return;
    };
    // A frame that names dictionary 0x20.
    let odd = [0x28, 0xb5, 0x2f, 0xfd, 0x61, 0x20, 0, 0, 0, 0x27];
    let contents = opened(&[&first[..], &odd, &last].concat());
    let pieces = read_around(&contents);
    assert!(pieces.len() == 2 && pieces.iter().all(|(_, piece)| *piece == plain));
}
