//! Bytes that were put into a plain archive or left out of it: nothing is claimed
//! that is not the disk's, and no more is given up than the extents that are hit.

use archive_writer::{Archive, ArchiveBuilder, Content, Device, Kind, Random};

use crate::programs::run;
use crate::support::{claimed_of, scan};

const SIZE: u64 = 9 << 20;

fn builder() -> ArchiveBuilder {
    let content = Content::of_kind(Kind::Mixed, 11);
    ArchiveBuilder::new()
        .config("qemu-server.conf", "cores: 2\n")
        .device(Device::new(1, "drive-scsi0", SIZE, content))
        .slots_per_extent(7)
}

/// Bytes of the disk that are claimed to be right, and those of them that are
/// not.
fn claimed(bytes: Vec<u8>, truth: &[u8]) -> (u64, u64) {
    claimed_of(&scan(bytes), 1, truth)
}

/// Changes the archive at a random place of an extent's data; returns the place.
fn shift(archive: &mut Archive, random: &mut Random) -> (usize, usize, &'static str) {
    let extents: Vec<u64> = archive.layout.extents.iter().map(|extent| extent.offset).collect();
    let number = random.below(extents.len() as u64 - 1) as usize;
    let (start, end) = (extents[number] + 512, extents[number + 1]);
    let at = (start + random.below((end - start).max(1))) as usize;
    let lengths = [1, 7, 512, 4096, 65_536, 3_001];
    let length = lengths[random.below(lengths.len() as u64) as usize];
    let rest = archive.bytes.len() - at;
    match random.below(3) {
        0 => {
            let garbage = random.bytes(length);
            archive.bytes.splice(at..at, garbage);
            (at, length, "put in")
        }
        1 => {
            let length = length.min(rest - 1);
            archive.bytes.drain(at..at + length);
            (at, length, "left out")
        }
        _ => {
            let twice = archive.bytes[at..at + length.min(rest)].to_vec();
            let length = twice.len();
            archive.bytes.splice(at..at, twice);
            (at, length, "repeated")
        }
    }
}

#[test]
fn of_a_sound_archive_everything_is_claimed() {
    assert_eq!(claimed(builder().build().bytes, &builder().image(1)), (SIZE, 0));
}

#[test]
fn zeros_at_the_end_are_no_padding_where_more_was_unpacked_than_packed() {
    const ZEROS: usize = 16 << 10;
    let size = 2 << 20;
    let disk = Device::new(1, "drive-scsi0", size, Content::of_kind(Kind::Dense, 13));
    let builder = ArchiveBuilder::new().device(disk);
    let (mut truth, mut bytes) = (builder.image(1), builder.build().bytes);
    // A writer that stores blocks of zeros.
    truth[size as usize - ZEROS..].fill(0);
    let end = bytes.len();
    bytes[end - ZEROS..].fill(0);
    let pack = |bytes: &[u8]| run("gzip", &["-cn1"], bytes);
    let padded = [&bytes[..], &[0; 8192]].concat();
    let Some((sound, padded)) = pack(&bytes).zip(pack(&padded)) else { return };
    assert_eq!(claimed(padded, &truth), (size, 0));
    // Damage that unpacks to more bytes; only the trailer tells.
    bytes.splice(end - 300_000..end - 300_000, [0x55; 8192]);
    let mut damaged = pack(&bytes).expect("it packed the other");
    let trailer = damaged.len() - 8;
    damaged[trailer..].copy_from_slice(&sound[sound.len() - 8..]);
    assert_eq!(claimed(damaged, &truth).1, 0);
}

#[test]
fn what_is_shifted_is_not_claimed_and_little_else_is_given_up() {
    let truth = builder().image(1);
    for seed in 0..250 {
        let mut archive = builder().build();
        let (at, length, what) = shift(&mut archive, &mut Random::new(seed));
        let (all, wrong) = claimed(archive.bytes, &truth);
        let case = format!("seed {seed}: {length} bytes {what} at {at:#x}");
        assert_eq!(wrong, 0, "{case}: of {all} claimed");
        // Seven clusters an extent; what is left out can hit three extents.
        let hit = 2 + length as u64 / 4096 / 7;
        assert!(all >= SIZE - (hit + 1) * 7 * 65_536, "{case}: only {all} claimed");
    }
}

#[test]
fn a_cut_extent_is_in_doubt_and_what_is_before_is_not() {
    let archive = builder().build();
    let truth = builder().image(1);
    let last = archive.layout.extents.last().expect("there are some").offset as usize;
    let cut = archive.bytes[..archive.bytes.len() - 5_000].to_vec();
    let (all, wrong) = claimed(cut, &truth);
    assert_eq!(wrong, 0);
    assert!((SIZE - 8 * 65_536..SIZE).contains(&all), "{all}");
    // The header behind is broken and shows that it stands where it should.
    let mut broken = archive.bytes.clone();
    broken[last + 30] ^= 1;
    let lost = claimed(broken, &truth);
    assert_eq!(lost.1, 0);
    assert!(lost.0 >= SIZE - 7 * 65_536, "{}", lost.0);
}

/// Two dense disks in extents of one length: a piece of that length that is cut
/// out, or stands twice, leaves every header where the one before announces it.
fn dense() -> ArchiveBuilder {
    let disk = |id: u8, clusters: u64| {
        let content = Content::of_kind(Kind::Dense, u64::from(id));
        Device::new(id, format!("drive-scsi{id}"), clusters * 65_536, content)
    };
    ArchiveBuilder::new().device(disk(1, 35)).device(disk(2, 28)).slots_per_extent(7)
}

/// Of both disks: bytes that are claimed, and those of them that are wrong.
fn claimed_of_both(bytes: &[u8]) -> (u64, u64) {
    let scan = scan(bytes.to_vec());
    let both = [1, 2].map(|device| claimed_of(&scan, device, &dense().image(device)));
    (both[0].0 + both[1].0, both[0].1 + both[1].1)
}

/// A place in the data of an archive with so many bytes behind it.
fn somewhere(archive: &Archive, length: u64, seed: u64) -> u64 {
    let first = archive.extent(0) + 512;
    first + Random::new(seed).below(archive.bytes.len() as u64 - first - length)
}

#[test]
fn a_piece_of_just_an_extent_that_is_cut_out_puts_what_is_beside_it_in_doubt() {
    let (whole, extent) = (63 * 65_536, 512 + 7 * 65_536);
    for seed in 0..60 {
        let mut archive = dense().build();
        let at = somewhere(&archive, extent, seed);
        archive.remove(at, extent);
        let (claimed, wrong) = claimed_of_both(&archive.bytes);
        assert_eq!(wrong, 0, "{at:#x} of {claimed} claimed");
        // The extent that is hit, and the one that is gone.
        assert!(claimed >= whole - 3 * 7 * 65_536, "{at:#x}: only {claimed} claimed");
    }
}

#[test]
fn of_copies_that_differ_both_are_in_doubt_and_the_others_are_not() {
    let (whole, extent) = (63 * 65_536, 512 + 7 * 65_536);
    for seed in 0..60 {
        let mut archive = dense().build();
        let at = somewhere(&archive, extent, seed);
        let piece = archive.bytes[at as usize..(at + extent) as usize].to_vec();
        archive.insert(at + extent, &piece);
        let (claimed, wrong) = claimed_of_both(&archive.bytes);
        assert_eq!(wrong, 0, "{at:#x} of {claimed} claimed");
        assert!(claimed >= whole - 2 * 7 * 65_536, "{at:#x}: only {claimed} claimed");
    }
}

#[test]
fn a_copy_that_is_whole_takes_the_place_of_one_in_doubt() {
    let archive = dense().build();
    let (start, end) = (archive.extent(2), archive.extent(3));
    let mut bytes = archive.bytes.clone();
    // A byte is put into an extent that stands again behind it.
    let again = bytes[start as usize..end as usize].to_vec();
    bytes.splice(end as usize..end as usize, again);
    bytes.insert(start as usize + 5_000, 7);
    assert_eq!(claimed_of_both(&bytes), (63 * 65_536, 0));
}
