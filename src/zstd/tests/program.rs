//! What the `zstd` program writes, in every way it can.

use crate::data::mixed;
use crate::frame::{Refused, unpack};
use crate::programs::{has, run, run_on_file};

fn zstd(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("zstd", &[&["-q", "-c"], arguments].concat(), plain)
}

#[test]
fn every_level_unpacks_to_what_went_in() {
    let plain = mixed(1, 1_500_000);
    for level in (-7..=22).filter(|level| *level != 0) {
        let name = match level {
            ..0 => format!("--fast={}", -level),
            _ => format!("-{level}"),
        };
        let Some(packed) = zstd(&["--ultra", &name], &plain) else { return };
        assert!(unpack(&packed).unwrap() == plain, "{name}");
    }
}

#[test]
fn every_way_of_packing_unpacks_to_what_went_in() {
    let plain = mixed(2, 9_000_000);
    let size = format!("--stream-size={}", plain.len());
    let ways: [&[&str]; 17] = [
        &["--rsyncable", "-T2"],
        &["-T2", "-1"],
        &["--threads=1"],
        &["--single-thread"],
        &["--adapt"],
        &["--long"],
        &["--long=30", "-3"],
        &["--long=24", "-12", "-T2", "-B4MiB"],
        &["-B512KiB", "-T2"],
        &["--no-check"],
        &[&size],
        &["--no-compress-literals"],
        &["--compress-literals", "--fast=3"],
        &["--target-compressed-block-size=1400"],
        &["--zstd=wlog=10,clog=10,hlog=10"],
        &["--zstd=wlog=17,mml=3,strat=9"],
        &["--zstd=strat=4,tlen=64,ovlog=9", "-T2"],
    ];
    for way in ways {
        let Some(packed) = zstd(way, &plain) else { return };
        assert!(unpack(&packed).unwrap() == plain, "{way:?}");
    }
    let Some(packed) = run_on_file("zstd", &["-q", "-c", "-19"], "sized", &plain[..300_000]) else {
        return;
    };
    assert!(unpack(&packed).unwrap() == plain[..300_000]);
}

#[test]
fn what_pzstd_writes_unpacks_to_what_went_in() {
    if !has("pzstd", &["--version"]) {
        return;
    }
    let plain = mixed(3, 9_000_000);
    let packed = run("pzstd", &["-q", "-c", "-p", "2"], &plain).unwrap();
    assert!(unpack(&packed).unwrap() == plain);
}

#[test]
fn small_contents_of_every_length_unpack_to_what_went_in() {
    for length in (0..300).step_by(7).chain([1, 2, 3, 4, 5, 255, 256, 257, 1024, 131_072]) {
        let plain: Vec<u8> = mixed(4 + length as u64, length);
        let Some(packed) = zstd(&["-19"], &plain) else { return };
        assert!(unpack(&packed).unwrap() == plain, "{length}");
    }
}

#[test]
fn dictionaries_and_old_formats_are_refused_by_name() {
    let dictionary = [0x28, 0xb5, 0x2f, 0xfd, 0x03, 0x58, 0x78, 0x56, 0x34, 0x12, 1, 0, 0];
    assert_eq!(unpack(&dictionary), Err(Refused::Dictionary(0x1234_5678)));
    for (first, version) in [(0x1e, 1), (0x22, 2), (0x27, 7)] {
        assert_eq!(unpack(&[first, 0xb5, 0x2f, 0xfd, 0, 0]), Err(Refused::Legacy(version)));
    }
    assert_eq!(unpack(&[0x21, 0xb5, 0x2f, 0xfd, 0, 0]), Err(Refused::Header));
}
