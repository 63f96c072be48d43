//! Files in a tar, unpacked by GNU tar and by another program, and held against the
//! folder that they came from.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use vma_inspector::file_system::{FaultKind, FileSystem, FileType, Name, Stream};
use vma_inspector::files::{Chosen, Contents, Form, Missed, Pack, Step, Volume};
use vma_inspector::source::{GapKind, ReadAt};

use crate::made::Made;
use crate::sample::{Sample, bytes};
use crate::spoilt::Spoilt;
use crate::tree::{Tree, assert_same, entries, of_folder};
use crate::truth::image;
use crate::volumes::waiting;
use crate::whole_disk::{START, archived, disk_with, opened, scanned};

/// All that stands in the root, but for what `mke2fs` puts there.
pub fn everything(system: &dyn FileSystem) -> Vec<Chosen> {
    let (all, _) = entries(system, system.root()).expect("a list");
    let own = all.into_iter().filter(|entry| entry.name.0 != b"lost+found");
    own.map(|entry| Chosen { id: entry.id, path: vec![entry.name] }).collect()
}

/// Writes a tar into `path`; what was left out.
fn pack(volume: &Volume, chosen: &[Chosen], path: &Path) -> Result<Vec<Missed>, FaultKind> {
    pack_as(Form::Tar, volume, chosen, path)
}

/// Writes an archive into `path`; what was left out.
pub fn pack_as(
    form: Form,
    volume: &Volume,
    chosen: &[Chosen],
    path: &Path,
) -> Result<Vec<Missed>, FaultKind> {
    let mut file = File::create(path).expect("a file is made");
    let mut pack = Pack::new(chosen, form).map_err(|fault| fault.kind)?;
    let mut made = Vec::new();
    for _ in 0..1_000_000 {
        let step = pack.step(volume, &mut made).map_err(|fault| fault.kind)?;
        assert!(made.len() <= 20 << 20, "{} bytes in one step", made.len());
        file.write_all(&made).expect("written");
        made.clear();
        match step {
            Step::Wanting => while !volume.fetch(1 << 20).expect("reads") {},
            Step::GoesOn => {}
            Step::Done => return Ok(pack.missed().to_vec()),
        }
    }
    panic!("the archive has no end");
}

/// What GNU tar makes of `a.tar`, in a folder of its own.
fn unpacked(made: &Made, name: &str) -> Tree {
    made.run(&format!(
        "mkdir {name}; tar -x -p --numeric-owner --xattrs --xattrs-include='*' -f a.tar -C {name}"
    ));
    of_folder(&made.folder.join(name))
}

fn attributes(made: &Made, folder: &str) -> String {
    let told = made.output(&format!("cd {folder}; getfattr -h -R -d -m - -e hex . | sort"));
    String::from_utf8(told).expect("UTF-8")
}

/// What every `mke2fs -d` keeps of `tree`: of times the lower 32 bits of seconds.
fn known(mut tree: Tree) -> Tree {
    for thing in tree.values_mut() {
        thing.modified = thing.modified.map(|(seconds, _)| (i64::from(seconds as i32), 0));
    }
    tree
}

#[test]
fn gnu_tar_unpacks_everything_that_unix_knows_as_it_was() {
    for is_packed in [false, true] {
        let made = Made::new(&format!("packed-{is_packed}"), 100);
        Sample::UNIX.fill(&made.source);
        made.run(
            "cd $S; setfattr -n user.comment -v 'a remark' size-60 empty; \
             setfattr -n user.a=b%c -v x size-61; \
             setfattr -n user.ä -v \"$(head -c 300 /dev/zero | tr '\\0' u)\" size-61; \
             cp size-1500000 large; for i in 1 2 3 4 5 6; do cat size-1500000 >> large; done; \
             touch -d '2040-01-01' large; chmod 0600 large; ln large many/second; \
             touch -d '1901-12-14 UTC' size-59; touch -d '2100-01-01 UTC' size-61; \
             mke2fs -q -t ext4 -I 256 -d $S $F",
        );
        let disk = scanned(archived(disk_with(&made), &made, is_packed));
        let system = waiting(disk);
        let chosen = everything(&system);
        let missed = pack(&system.volume, &chosen, &made.folder.join("a.tar")).expect("packs");
        assert_eq!(missed, []);
        assert_eq!(system.volume.is_slow(), is_packed);
        let expected = known(of_folder(&made.source));
        assert_same(&expected, &unpacked(&made, "out"));
        assert_eq!(attributes(&made, "out"), attributes(&made, "$S"));
    }
}

#[test]
fn nanoseconds_and_times_before_1970_are_kept() {
    let made = image("xfs-sound");
    let system = waiting(Rc::new(disk_with(&made)));
    let missed = pack(&system.volume, &everything(&system), &made.folder.join("a.tar"));
    let missed = missed.expect("packs");
    let (mut expected, _) = crate::truth::truth("xfs-sound");
    for one in &missed {
        // A socket has no place in a tar.
        let removed = expected.remove(one.path.as_bytes());
        assert!(removed.is_some(), "{one:?}");
    }
    let mut found = unpacked(&made, "out");
    let told = found.remove(b"VMA-INSPECTOR-LEFT-OUT.txt".as_slice());
    assert_eq!(told.is_some(), !missed.is_empty());
    // What is left out may have been another name of something.
    expected.values_mut().for_each(|thing| thing.links = None);
    assert!(expected.values().any(|thing| thing.modified.is_some_and(|(_, nano)| nano > 0)));
    assert_same(&expected, &found);
}

#[test]
fn another_program_reads_the_same_names_and_bytes() {
    let made = Made::new("packed-python", 60);
    Sample { links: true, many: 300, ..Sample::default() }.fill(&made.source);
    made.run("mke2fs -q -t ext4 -d $S $F");
    let system = waiting(Rc::new(disk_with(&made)));
    let chosen = everything(&system);
    pack(&system.volume, &chosen, &made.folder.join("a.tar")).expect("packs");
    // Python's own reader.
    made.run(
        "mkdir out; cd out; python3 -c 'import tarfile; tarfile.open(\"../a.tar\").extractall()'",
    );
    let expected = known(of_folder(&made.source));
    let mut found = of_folder(&made.folder.join("out"));
    // It leaves a link the time of now.
    for thing in found.values_mut().filter(|thing| thing.file_type == FileType::Link) {
        thing.modified = None;
    }
    assert_same(&expected, &found);
}

/// The disk of an ext4 with files of 1.5 and of 10 MB, and where the bytes of one lie.
fn with_files(name: &str, path: &str) -> (Made, Rc<dyn ReadAt>, u64) {
    let made = Made::new(&format!("packed-{name}"), 60);
    fs::create_dir(made.source.join("folder")).expect("made");
    fs::write(made.source.join("folder/small"), bytes(1, 1_500_000)).expect("written");
    fs::write(made.source.join("large"), bytes(2, 10_000_000)).expect("written");
    fs::write(made.source.join("sound"), bytes(3, 5000)).expect("written");
    made.run("mke2fs -q -t ext4 -d $S $F");
    let system = made.open();
    let id = crate::truth::at(&*system, path);
    let place =
        system.places(id, Stream::Contents, 0..1 << 30).expect("places").pieces[0].start + START;
    let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
    (made, disk, place)
}

#[test]
fn a_file_of_which_bytes_are_lost_or_in_doubt_is_left_out_and_told_of() {
    for (kind, code) in [(GapKind::Lost, FaultKind::Lost), (GapKind::InDoubt, FaultKind::InDoubt)] {
        for path in ["folder/small", "large"] {
            let (made, disk, place) = with_files(path.split('/').next().expect("one"), path);
            let from = place + 700_000;
            let system = waiting(Spoilt::with_gap(&disk, from..from + 10, kind));
            let missed = pack(&system.volume, &everything(&system), &made.folder.join("a.tar"));
            let missed = missed.expect("packs");
            assert_eq!(missed.len(), 1);
            assert_eq!((missed[0].path.as_str(), &missed[0].fault.kind), (path, &code));
            let mut expected = known(of_folder(&made.source));
            expected.remove(path.as_bytes()).expect("it was there");
            let mut found = unpacked(&made, "out");
            assert!(found.remove(b"VMA-INSPECTOR-LEFT-OUT.txt".as_slice()).is_some());
            assert_same(&expected, &found);
            let told = fs::read_to_string(made.folder.join("out/VMA-INSPECTOR-LEFT-OUT.txt"));
            let told = told.expect("a text");
            assert!(told.contains(path) && told.contains(code.code()), "{told}");
        }
    }
}

#[test]
fn one_file_of_which_bytes_are_lost_fails_and_gives_none_of_them() {
    let (_, disk, place) = with_files("one", "large");
    let truth = bytes(2, 10_000_000);
    let system =
        waiting(Spoilt::with_gap(&disk, place + 5_000_000..place + 5_000_001, GapKind::Lost));
    let id = crate::truth::at(&system, "large");
    let mut contents = Contents::new(id, 10_000_000);
    let mut made = Vec::new();
    let fault = loop {
        match contents.step(&system.volume, &mut made) {
            Ok(Step::GoesOn) => {}
            Ok(step) => panic!("{step:?}"),
            Err(fault) => break fault,
        }
    };
    assert_eq!(fault.kind, FaultKind::Lost);
    assert!(made.len() <= 5_000_000 && made == truth[..made.len()]);
    let (volume, _) = opened(disk, 0, None);
    let (mut contents, mut made) = (Contents::new(id, 10_000_000), Vec::new());
    while contents.step(&volume, &mut made).expect("reads") != Step::Done {}
    assert!(made == truth);
    let mut longer = Contents::new(id, 10_000_001);
    let ends = loop {
        match longer.step(&volume, &mut Vec::new()) {
            Ok(_) => {}
            Err(fault) => break fault.kind,
        }
    };
    assert_eq!(ends, FaultKind::Corrupt);
}

#[test]
fn no_name_leads_out_of_the_archive() {
    let (_, disk, _) = with_files("names", "large");
    let system = waiting(disk);
    let id = crate::truth::at(&system, "sound");
    for path in [&["..", "x"][..], &["/etc"], &["a", ""], &["a\0b"], &["."], &[]] {
        let path: Vec<_> = path.iter().map(|name| Name(name.as_bytes().to_vec())).collect();
        let made = Pack::new(&[Chosen { id, path }], Form::Tar);
        let fault = match made {
            Err(fault) => fault,
            Ok(mut pack) => {
                pack.step(&system.volume, &mut Vec::new()).expect_err("a file without a name")
            }
        };
        assert_eq!(fault.kind, FaultKind::Corrupt);
    }
}

#[test]
fn a_folder_that_leads_back_to_itself_is_packed_once() {
    let made = Made::new("packed-circle", 20);
    made.run(
        "mkdir -p $S/outer/inner; echo leaf > $S/outer/inner/leaf; mke2fs -q -t ext2 -d $S $F",
    );
    let outer = crate::truth::at(&*made.open(), "outer").0;
    made.run(&format!("debugfs -w -R 'link <{outer}> outer/inner/again' $F"));
    let system = waiting(Rc::new(disk_with(&made)));
    let missed = pack(&system.volume, &everything(&system), &made.folder.join("a.tar"));
    let missed = missed.expect("packs");
    assert_eq!(missed.len(), 1, "{missed:?}");
    assert_eq!(missed[0].path, "outer/inner/again");
    let mut found = unpacked(&made, "out");
    found.remove(b"VMA-INSPECTOR-LEFT-OUT.txt".as_slice()).expect("it is told");
    assert_same(&known(of_folder(&made.source)), &found);
}

#[test]
fn sizes_from_8_gib_on_are_listed_by_gnu_tar() {
    let mut header = Vec::new();
    let size = 9_u64 << 30;
    let entry = vma_inspector::tar::Entry {
        path: b"large",
        kind: vma_inspector::tar::Kind::File,
        size,
        sparse: None,
        mode: 0o640,
        user: 3_000_000,
        group: u32::MAX - 1,
        modified: (1 << 33, 0),
        target: b"",
        device: (0, 0),
        attributes: &[],
    };
    vma_inspector::tar::write(&entry, &mut header);
    let made = Made::new("packed-large", 1);
    let file = File::create(made.folder.join("a.tar")).expect("made");
    (&file).write_all(&header).expect("written");
    file.set_len(header.len() as u64 + size + 1024).expect("sparse");
    let told = made.output("TZ=UTC tar --numeric-owner --full-time -tvf a.tar");
    let told = String::from_utf8(told).expect("UTF-8");
    let words: Vec<_> = told.split_whitespace().collect();
    assert_eq!(words[..3], ["-rw-r-----", "3000000/4294967294", "9663676416"]);
    assert_eq!(words[3..6], ["2242-03-16", "12:56:32", "large"]);
}

#[test]
fn a_time_before_1970_is_unpacked_as_it_was() {
    // GNU tar 1.34 lists it a second late, and unpacks it as it is.
    for (name, modified) in
        [("a", (-2, 500_000_000)), ("b", (-1, 1)), ("c", (-7, 0)), ("d", (0, 5))]
    {
        let made = Made::new(&format!("packed-old-{name}"), 1);
        let mut bytes = Vec::new();
        let entry = vma_inspector::tar::Entry {
            path: name.as_bytes(),
            kind: vma_inspector::tar::Kind::File,
            size: 0,
            sparse: None,
            mode: 0o640,
            user: 0,
            group: 0,
            modified,
            target: b"",
            device: (0, 0),
            attributes: &[],
        };
        vma_inspector::tar::write(&entry, &mut bytes);
        bytes.extend(vma_inspector::tar::END);
        fs::write(made.folder.join("a.tar"), &bytes).expect("written");
        assert_eq!(unpacked(&made, "out")[name.as_bytes()].modified, Some(modified));
    }
}
