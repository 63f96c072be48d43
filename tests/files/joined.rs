//! Logical volumes over several disks, and arrays of md: as Linux's device mapper and md
//! made them (`make/volumes.sh`), held against what the same machine read of them.

use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use vma_inspector::disk_contents::{
    Area, DiskContents, Joined, Share, describe, describe_all, locate,
};
use vma_inspector::file_system::{Stream, open};
use vma_inspector::files::{Locating, Opening, Survey};
use vma_inspector::source::{Gap, GapKind, ReadAt, gaps, read_range};

use crate::made::Made;
use crate::spoilt::Spoilt;
use crate::truth::{at, image};

type Disk = Rc<dyn ReadAt>;

/// The disks of a fixture, each of `size` bytes.
fn disks(name: &str, size: usize) -> Vec<Disk> {
    let all = fs::read(&image(name).path).expect("it was unpacked");
    assert_eq!(all.len() % size, 0);
    all.chunks(size).map(|disk| -> Disk { Rc::new(disk.to_vec()) }).collect()
}

fn lvm() -> Vec<Disk> {
    disks("lvm-disks", 40 << 20)
}

fn md() -> Vec<Disk> {
    disks("md-disks", 10 << 20)
}

/// What the machine read of each volume: bytes, and their SHA-256.
pub fn truth(name: &str) -> BTreeMap<String, (u64, String)> {
    let path = format!("{}/tests/fixtures/{name}.truth", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).expect("a fixture");
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        (words[0].to_owned(), (words[1].parse().expect("a size"), words[2].to_owned()))
    });
    lines.collect()
}

/// All that is put together, with where it is listed.
fn listed(all: &[DiskContents]) -> Vec<(usize, usize, usize, &Joined, &Area)> {
    let mut found = Vec::new();
    for (disk, contents) in all.iter().enumerate() {
        for (number, area) in contents.areas.iter().enumerate() {
            for (inside, volume) in area.volumes.iter().enumerate() {
                let joined = volume.joined.as_ref().expect("it is put together");
                found.push((disk, number, inside, joined, volume));
            }
        }
    }
    found
}

/// SHA-256 of a source, by `sha256sum`; and its size.
fn sum(source: &dyn ReadAt) -> (u64, String) {
    let size = source.size().expect("known");
    let made = Made::new(&format!("joined-{size}-{:p}", std::ptr::from_ref(source)), 1);
    let path = made.folder.join("volume");
    fs::write(&path, read_range(source, 0..size).expect("memory")).expect("written");
    let told = made.output("sha256sum volume");
    (size, String::from_utf8(told).expect("text")[..64].to_owned())
}

/// The bytes of what is listed at a place.
fn bytes_of(disks: &[Disk], disk: usize, area: usize, inside: usize) -> Option<Disk> {
    let mut order = vec![Rc::clone(&disks[disk])];
    order.extend(disks.iter().enumerate().filter(|(at, _)| *at != disk).map(|(_, d)| Rc::clone(d)));
    locate(&order, area, Some(inside)).expect("memory").map(|located| located.source)
}

/// The disks, of which those that `lose` names are not there.
fn by_name(disks: &[Disk], name: &str) -> (Disk, Joined) {
    let all = describe_all(disks).expect("memory");
    let found = listed(&all).into_iter().find(|(.., joined, _)| joined.name == name);
    let (disk, area, inside, joined, _) = found.unwrap_or_else(|| panic!("{name} is listed"));
    (bytes_of(disks, disk, area, inside).expect("it is put together"), joined.clone())
}

fn refusal(disks: &[Disk], name: &str) -> (&'static str, String) {
    let all = describe_all(disks).expect("memory");
    let found = listed(&all).into_iter().find(|(.., joined, _)| joined.name == name);
    let (disk, area, inside, joined, volume) = found.unwrap_or_else(|| panic!("{name} is listed"));
    assert!(volume.found.is_none() && bytes_of(disks, disk, area, inside).is_none());
    let refusal = joined.refusal.as_ref().expect("it is refused");
    (refusal.code(), refusal.about())
}

#[test]
fn logical_volumes_over_several_disks_are_what_the_device_mapper_reads() {
    let disks = lvm();
    let all = describe_all(&disks[..3]).expect("memory");
    let names: Vec<_> = listed(&all).iter().map(|(.., joined, _)| joined.name.clone()).collect();
    // What `lvs` lists, in the order of the metadata.
    let wanted = [
        "spread", "plain", "striped", "unsynced", "mirrored", "old", "raid0", "raid5", "pool",
        "thin", "earlier",
    ];
    assert_eq!(names, wanted);
    assert!(listed(&all).iter().all(|(disk, ..)| *disk == 0), "each stands once, at the first");
    for (name, truth) in truth("lvm-disks") {
        let (source, joined) = by_name(&disks[..3], &name);
        assert_eq!(sum(&*source), truth, "{name}");
        let on: &[usize] = match name.as_str() {
            "plain" => &[0],
            "mirrored" => &[0, 2],
            "old" => &[0, 1, 2],
            _ => &[0, 1, 2],
        };
        assert!(joined.disks == on || name == "old", "{name}: {:?}", joined.disks);
        let found = locate_kind(&*source);
        assert_eq!(found, (Some("ext4".to_owned()), Some(name.clone())));
    }
}

#[test]
fn a_thin_volume_to_which_nothing_was_written_is_zeros() {
    let (source, joined) = by_name(&lvm()[..3], "thin");
    assert_eq!((joined.kind.as_str(), joined.disks.as_slice()), ("thin", &[2][..]));
    let zeros = vec![0; 4 << 20];
    assert_eq!(sum(&*source), sum(&zeros));
}

fn locate_kind(source: &dyn ReadAt) -> (Option<String>, Option<String>) {
    let volume = vma_inspector::file_system::identify(source).expect("memory").volume;
    let volume = volume.expect("it holds something");
    (Some(volume.kind.code().to_owned()), volume.label)
}

#[test]
fn what_is_not_read_is_refused_by_its_name() {
    let disks = lvm();
    for (name, kind) in
        [("raid0", "raid0"), ("raid5", "raid5"), ("pool", "thin-pool"), ("earlier", "snapshot")]
    {
        assert_eq!(refusal(&disks[..3], name), ("kind", kind.to_owned()), "{name}");
    }
}

#[test]
fn a_disk_that_is_not_there_is_named_and_what_does_not_need_it_is_read() {
    let disks = lvm();
    let truth = truth("lvm-disks");
    // Without the third: a copy of each mirror is left.
    let two = &disks[..2];
    for name in ["plain", "mirrored", "old"] {
        assert_eq!(sum(&*by_name(two, name).0), truth[name], "{name}");
    }
    let missing = ("missing", "/dev/vdc".to_owned());
    assert_eq!(refusal(two, "spread"), missing);
    assert_eq!(refusal(two, "striped"), missing);
    // Without the first, its leg of `mirrored` as well; of `old` the first alone counts.
    let others = [Rc::clone(&disks[1]), Rc::clone(&disks[2])];
    assert_eq!(sum(&*by_name(&others, "mirrored").0), truth["mirrored"]);
    let missing = ("missing", "/dev/vda".to_owned());
    for name in ["plain", "spread", "striped", "old"] {
        assert_eq!(refusal(&others, name), missing, "{name}");
    }
    // By itself a disk says that others may have a part in it.
    let alone = describe(&disks[0]).expect("memory");
    assert!(alone.areas[0].share == Share::Unknown && alone.areas[0].volumes.is_empty());
    let all = describe_all(&disks[..3]).expect("memory");
    let shares: Vec<_> = all.iter().map(|contents| contents.areas[0].share).collect();
    assert_eq!(shares, [Share::Own, Share::Elsewhere, Share::Elsewhere]);
}

#[test]
fn the_metadata_that_saw_most_changes_count() {
    let disks = lvm();
    let stale = &disks[3];
    // An older copy of the first disk, which knows of a volume that is gone.
    let alone = describe_all(std::slice::from_ref(stale)).expect("memory");
    let names: Vec<_> = listed(&alone).iter().map(|(.., joined, _)| joined.name.clone()).collect();
    assert_eq!(names, ["spread", "gone"]);
    for order in [[3, 1, 2, 0], [0, 1, 2, 3]] {
        let disks = order.map(|number: usize| Rc::clone(&disks[number]));
        for name in ["spread", "plain"] {
            assert_eq!(sum(&*by_name(&disks, name).0), truth("lvm-disks")[name], "{name}");
        }
    }
    // In its place it is what LVM would take, by the newer metadata of the others.
    let swapped = [3, 1, 2].map(|number: usize| Rc::clone(&disks[number]));
    let all = describe_all(&swapped).expect("memory");
    assert_eq!(listed(&all).len(), 11);
    // Two that are alike cannot be told apart.
    let twice = [0, 0, 1, 2].map(|number: usize| Rc::clone(&disks[number]));
    assert_eq!(refusal(&twice, "plain").0, "missing");
}

/// Where byte 70,000 of a volume's file lies in the volume, and the bytes of the file.
fn file_place(source: &Disk) -> (u64, Vec<u8>) {
    let kind = vma_inspector::file_system::identify(&**source).expect("memory").volume;
    let system = open(source, kind.expect("ext4").kind).expect("it opens");
    let id = at(&*system, "longer");
    let size = system.node(id).expect("a file").size;
    let mut truth = vec![0; usize::try_from(size).expect("small")];
    assert_eq!(system.read_at(id, Stream::Contents, 0, &mut truth), Ok(truth.len()));
    (system.places(id, Stream::Contents, 70_000..71_000).expect("places").pieces[0].start, truth)
}

/// Where `needle` lies in a disk.
fn find(disk: &Disk, needle: &[u8]) -> u64 {
    let all = read_range(&**disk, 0..disk.size().expect("known")).expect("memory");
    let found = all.windows(needle.len()).position(|window| window == needle);
    found.expect("it lies there") as u64
}

#[test]
fn bytes_that_one_copy_has_lost_are_read_of_another() {
    for (fixture, name, first, second) in [
        ("lvm-disks", "mirrored", 0, 2),
        ("lvm-disks", "old", 0, 2),
        ("md-disks", "any:1", 0, 1),
        ("md-disks", "any:3", 4, 5),
    ] {
        let disks = if fixture == "lvm-disks" { lvm()[..3].to_vec() } else { md()[..18].to_vec() };
        let (source, _) = by_name(&disks, name);
        let (place, truth) = file_place(&source);
        let part = &truth[70_000..71_000];
        let lost = find(&disks[first], part);
        let range = lost..lost + 65_536;
        let mut hurt = disks.clone();
        hurt[first] = Spoilt::with_gap(&disks[first], range.clone(), GapKind::Lost);
        let (mirror, _) = by_name(&hurt, name);
        let size = mirror.size().expect("known");
        assert_eq!(gaps(&*mirror, 0..size).count(), 0, "{name}");
        assert!(read_range(&*mirror, 0..size) == read_range(&*source, 0..size), "{name}");
        // On both of them it is lost, and nothing is made up.
        let other = find(&disks[second], part);
        hurt[second] = Spoilt::with_gap(&disks[second], other..other + 4096, GapKind::Lost);
        let (mirror, _) = by_name(&hurt, name);
        let at = place;
        let gap = Gap { start: at, end: at + 4096, kind: GapKind::Lost };
        assert_eq!(gaps(&*mirror, 0..size).collect::<Vec<_>>(), [gap], "{name}");
        let read = read_range(&*mirror, 0..size).expect("memory");
        assert_eq!(read.len() as u64, at, "{name}");
    }
}

#[test]
fn arrays_of_two_copies_are_what_md_reads() {
    let disks = md()[..18].to_vec();
    let truth = truth("md-disks");
    for number in [1, 2, 3, 5, 8, 9] {
        let (source, joined) = by_name(&disks, &format!("any:{number}"));
        assert_eq!(sum(&*source), truth[&format!("md{number}")], "{number}");
        assert_eq!(joined.kind, "RAID 1");
    }
    let all = describe_all(&disks).expect("memory");
    // Version 0.90 has no name.
    let old = listed(&all).into_iter().find(|(disk, ..)| *disk == 6).expect("it is listed");
    assert_eq!(sum(&*bytes_of(&disks, 6, 0, old.2).expect("read")), truth["md4"]);
    assert_eq!(old.3.disks, [6, 7]);
    let striped = refusal(&disks, "any:7");
    assert_eq!(striped, ("kind", "RAID 0".to_owned()));
    let (root, joined) = by_name(&disks, "root");
    assert_eq!((sum(&*root), joined.disks), (truth["root"].clone(), vec![10, 11]));
    assert!(all.iter().all(|contents| contents.areas.iter().all(|area| area.volumes.len() <= 1)));
}

#[test]
fn a_member_that_fell_behind_is_not_read_if_another_one_is_there() {
    let disks = md();
    let (source, _) = by_name(&disks, "any:5");
    let (_, truth) = file_place(&source);
    let lost = find(&disks[8], &truth[..1000]);
    let mut hurt = disks.clone();
    hurt[8] = Spoilt::with_gap(&disks[8], lost..lost + 4096, GapKind::Lost);
    let (source, joined) = by_name(&hurt, "any:5");
    assert_eq!(joined.disks, [8, 9]);
    assert!(gaps(&*source, 0..9 << 20).count() == 1, "the other one holds what was before");
}

#[test]
fn copies_that_may_differ_are_not_mixed() {
    // Both were copied while something was being written: the one without a bitmap may
    // differ anywhere, the other one where its bitmap says so.
    for (name, first) in [("any:8", 18), ("any:9", 20)] {
        let disks = md()[18..].to_vec();
        let first = first - 18;
        let (source, _) = by_name(&disks, name);
        let (_, truth) = file_place(&source);
        let lost = find(&disks[first], &truth[..1000]);
        let mut hurt = disks.clone();
        hurt[first] = Spoilt::with_gap(&disks[first], lost..lost + 4096, GapKind::Lost);
        let (source, _) = by_name(&hurt, name);
        let size = source.size().expect("known");
        eprintln!("{name}: {:?}", gaps(&*source, 0..size).collect::<Vec<_>>());
        assert_eq!(gaps(&*source, 0..size).count(), 1, "{name}");
    }
}

#[test]
fn a_volume_over_several_disks_is_opened_through_one_cache() {
    let disks = lvm()[..3].to_vec();
    let survey = Survey::new(disks.clone());
    let found = survey.attempt().expect("memory").expect("all is quick");
    assert_eq!(Ok(&found), describe_all(&disks).as_ref());
    for (disk, area, inside, joined, volume) in listed(&found) {
        let mut order = vec![Rc::clone(&disks[disk])];
        order.extend(disks.iter().skip(1).map(Rc::clone));
        let place = Locating::new(order, area, Some(inside)).attempt();
        let is_read = volume.found.as_ref().is_some_and(|found| found.volume.is_some());
        match place.and_then(|place| Opening::new(place.expect("quick"), open).attempt()) {
            Ok(Some(opened)) => {
                let id = at(opened.system(), "name");
                let mut buffer = [0; 100];
                let read =
                    opened.attempt(|system| system.read_at(id, Stream::Contents, 0, &mut buffer));
                let count = read.expect("reads").expect("all is quick");
                assert_eq!(&buffer[..count], format!("{}\n", joined.name).as_bytes());
                assert!(is_read && !opened.is_slow());
            }
            Ok(None) => panic!("nothing has to be fetched"),
            Err(_) => assert!(!is_read, "{}", joined.name),
        }
    }
}

/// How many copies there should be of a volume, how many are read, and how many bytes of them
/// may differ.
fn copies(disks: &[Disk], name: &str) -> (u32, u32, u64) {
    let copies = by_name(disks, name).1.copies.expect("it lies on a mirror");
    (copies.all, copies.read, copies.differing)
}

#[test]
fn of_copies_that_are_missing_or_fell_behind_it_is_said_how_many_are_read() {
    let disks = md();
    // What `mdadm --examine` says of the members: `Array State : AA` of all but md5's, of
    // whose the first says `A.`, and the second has fewer events.
    for number in [1, 2, 3] {
        assert_eq!(copies(&disks[..18], &format!("any:{number}")), (2, 2, 0));
    }
    assert_eq!(copies(&disks[..18], "any:5"), (2, 1, 0));
    assert_eq!(copies(&disks[..1], "any:1"), (2, 1, 0));
    // A volume of LVM on an array.
    assert_eq!(copies(&disks[..18], "root"), (2, 2, 0));
    let without: Vec<_> = disks[..11].to_vec();
    assert_eq!(copies(&without, "root"), (2, 1, 0));
    let disks = lvm();
    for name in ["mirrored", "old"] {
        assert_eq!(copies(&disks[..3], name), (2, 2, 0), "{name}");
        assert_eq!(copies(&disks[..2], name), (2, 1, 0), "{name}: its second is on the third");
    }
    assert_eq!(by_name(&disks[..3], "plain").1.copies, None);
}

#[test]
fn where_copies_may_differ_is_said_in_bytes() {
    let disks = md()[18..].to_vec();
    // Without a bitmap all of it: `State : active`, `Array Size : 9216 KiB`.
    assert_eq!(copies(&disks, "any:8"), (2, 2, 9216 << 10));
    // `mdadm --examine-bitmap` of a bitmap that is cut out: `Chunksize : 64 KB`,
    // `Bitmap : 144 bits (chunks), 64 dirty`.
    assert_eq!(copies(&disks, "any:9"), (2, 2, 64 * (64 << 10)));
    // A copy that is alone differs from none.
    assert_eq!(copies(&disks[..1], "any:8"), (2, 1, 0));
}
