//! bzip2, as `bzip2` and `pbzip2` write it.

use std::rc::Rc;

use vma_inspector::container::{ContainerFindingKind, End, Options, open};
use vma_inspector::source::ReadAt;

use crate::support::*;

pub fn bzip2(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("bzip2", &[&["-c"], arguments].concat(), plain)
}

/// The bit at which each block's magic number starts.
pub fn block_starts(packed: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut held = 0_u64;
    for bit in 0..packed.len() * 8 {
        held = (held << 1 | u64::from(packed[bit / 8] >> (7 - bit % 8) & 1)) & 0xffff_ffff_ffff;
        if held == 0x3141_5926_5359 {
            starts.push(bit + 1 - 48);
        }
    }
    starts
}

#[test]
fn every_way_of_compressing_reads_as_the_plain_bytes() {
    let plain = mixed(71, 4_000_000);
    let ways: [(&str, &[&str]); 4] = [
        ("bzip2", &["-1"]),
        ("bzip2", &["-9"]),
        ("pbzip2", &["-p2"]),
        ("pbzip2", &["-p2", "-b1", "-1"]),
    ];
    for (number, (program, way)) in ways.iter().enumerate() {
        let Some(packed) = run(program, &[&["-c"], *way].concat(), &plain) else { continue };
        eprintln!("{program} {way:?}");
        assert_sound(&packed, &plain, 700 + number as u64);
    }
}

#[test]
fn runs_of_every_length_and_empty_streams_are_read() {
    let mut plain = Vec::new();
    for length in (1..=12).chain(250..=270).chain([5_000, 900_001]) {
        plain.resize(plain.len() + length, (length % 5) as u8);
        plain.push(200);
    }
    let Some(packed) = bzip2(&["-1"], &plain) else { return };
    let empty = bzip2(&[], &[]).unwrap();
    assert_sound(&[&empty[..], &packed, &empty].concat(), &plain, 72);
    let zeros = vec![0; 50_000_000];
    assert!(read_all(&opened(&bzip2(&[], &zeros).unwrap())) == zeros);
    let every_byte = (0..=255).cycle().take(100_000).collect::<Vec<u8>>();
    assert_sound(&bzip2(&[], &every_byte).unwrap(), &every_byte, 74);
    assert!(read_all(&opened(&bzip2(&[], b"x").unwrap())) == b"x");
}

#[test]
fn a_wrong_checksum_is_a_finding_and_takes_no_byte_away() {
    let plain = mixed(76, 1_200_000);
    let Some(packed) = bzip2(&["-1"], &plain) else { return };
    let flip = |bit: usize| {
        let mut packed = packed.clone();
        packed[bit / 8] ^= 0x80 >> (bit % 8);
        packed
    };
    let third = block_starts(&packed)[2];
    let contents = opened(&flip(third + 60));
    assert_eq!(read_all(&contents), plain);
    // The block's checksum goes into the one of the stream, too.
    assert_eq!(codes(&contents), ["block-checksum-mismatch", "bzip2-crc-mismatch"]);
    assert_eq!(contents.findings()[0].offset, third as u64 / 8);
    let checksums = contents.checksums();
    assert_eq!(checksums.checked, checksums.matched + 1);
    let contents = opened(&flip(packed.len() * 8 - 12));
    assert_eq!(read_all(&contents), plain);
    assert_eq!(codes(&contents), ["bzip2-crc-mismatch"]);
}

#[test]
fn a_damaged_block_is_lost_and_those_behind_it_are_found() {
    let plain = mixed(77, 2_000_000);
    let Some(mut packed) = bzip2(&["-1"], &plain) else { return };
    let starts = block_starts(&packed);
    let damaged = starts[5] / 8 + 40;
    packed[damaged..damaged + 300].fill(0xff);
    let contents = opened(&packed);
    let pieces = read_around(&contents);
    let [(0, before), (start, behind)] = &pieces[..] else { panic!("{}", pieces.len()) };
    assert!(plain.starts_with(before) && plain.ends_with(behind));
    let lost = plain.len() - before.len() - behind.len();
    assert!((1..500_000).contains(&lost), "{lost} bytes lost");
    assert_eq!(codes(&contents), ["container-damaged"]);
    let finding = contents.findings().remove(0);
    assert_eq!(finding.offset, starts[5] as u64 / 8);
    assert!(matches!(
        finding.kind,
        ContainerFindingKind::Damaged { lost: None, resumes: true, .. }
    ));
    let mut buffer = vec![0; 1_000];
    contents.read_at(start + 10, &mut buffer).unwrap();
    assert_eq!(buffer, behind[10..1_010]);
}

#[test]
fn a_file_that_is_cut_off_keeps_every_whole_block() {
    let plain = mixed(78, 1_200_000);
    let Some(packed) = bzip2(&["-1"], &plain) else { return };
    let starts = block_starts(&packed);
    for cut in [packed.len() - 1, packed.len() - 11, starts[6] / 8 + 500, starts[6] / 8, 4] {
        let contents = opened(&packed[..cut]);
        let read = read_all(&contents);
        assert!(plain.starts_with(&read));
        let blocks = starts.iter().filter(|start| **start / 8 < cut).count();
        assert!(
            read.len() + 110_000 > blocks.saturating_sub(1) * 100_000,
            "{} at {cut}",
            read.len()
        );
        assert_eq!(codes(&contents), ["container-cut"]);
        assert_eq!(contents.progress().end, Some(End::Cut));
    }
    assert_eq!(read_all(&opened(&packed[..packed.len() - 1])), plain);
}

#[test]
fn garbage_and_zeros_behind_the_end_are_told_apart() {
    let plain = mixed(79, 200_000);
    let Some(packed) = bzip2(&[], &plain) else { return };
    for (tail, code) in
        [(vec![0; 100_000], "trailing-zeros"), (b"xyz".to_vec(), "trailing-garbage")]
    {
        let contents = opened(&[&packed[..], &tail].concat());
        assert_eq!(read_all(&contents), plain);
        assert_eq!(codes(&contents), [code]);
        assert_eq!(contents.findings()[0].offset, packed.len() as u64);
    }
}

#[test]
fn after_one_pass_a_read_decodes_one_block() {
    let plain = mixed(80, 8_000_000);
    let Some(packed) = bzip2(&["-1"], &plain) else { return };
    let contents = open(Rc::new(packed.clone()), &Options::default()).unwrap();
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    let progress = contents.progress();
    let blocks = block_starts(&packed).len();
    assert!(
        (blocks - 1..=blocks + 1).contains(&progress.checkpoints),
        "{progress:?}, {blocks} blocks"
    );
    assert!(progress.checkpoint_bytes <= 100 * blocks, "{progress:?}");
}

#[test]
fn mutated_files_neither_panic_nor_hang() {
    let plain = mixed(81, 30_000);
    let Some(first) = bzip2(&["-1"], &plain[..20_000]) else { return };
    let second = bzip2(&["-9"], &plain[20_000..]).unwrap();
    assert_survives_mutations(&[first, second].concat(), &plain, 40_000, 2_000);
}
