//! Files in a zip, read by Info-ZIP, 7-Zip and Python, and held against the folder that they
//! came from.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use vma_inspector::file_system::{FaultKind, Stream};
use vma_inspector::files::{Chosen, Form, Missed, Volume};
use vma_inspector::source::{GapKind, ReadAt};
use vma_inspector::zip::{Entry, Kind, Zip};

use crate::made::Made;
use crate::packed::{everything, pack_as};
use crate::sample::{Sample, bytes};
use crate::spoilt::Spoilt;
use crate::volumes::waiting;
use crate::whole_disk::{START, archived, disk_with, scanned};

/// Writes a zip into `path`; what was left out.
fn pack(volume: &Volume, chosen: &[Chosen], path: &Path) -> Vec<Missed> {
    pack_as(Form::Zip, volume, chosen, path).expect("packs")
}

/// Has all readers check `a.zip`, each of which fails at what it does not like.
fn checked(made: &Made) {
    made.run("unzip -tqq a.zip; 7zz t -bd a.zip");
    // It reads the local headers too, and compares each sum.
    made.run(
        "python3 -c \"import zipfile; z = zipfile.ZipFile('a.zip'); assert z.testzip() is None\"",
    );
}

/// What is known of all below a folder: kind, mode, size, time, target, and the sum of bytes.
fn facts(made: &Made, folder: &str) -> String {
    let told = made.output(&format!(
        "cd {folder}; find . -mindepth 1 \\( -type d -printf '%y %m %Ts %P\\n' \\) -o \
         \\( -type l -printf '%y %l %P\\n' \\) -o -printf '%y %m %s %Ts %P\\n' | sort; \
         find . -type f -print0 | sort -z | xargs -0 sha256sum --"
    ));
    String::from_utf8(told).expect("UTF-8")
}

#[test]
fn info_zip_unpacks_files_folders_and_links_as_they_were() {
    for is_packed in [false, true] {
        let made = Made::new(&format!("zipped-{is_packed}"), 100);
        Sample { links: true, holes: true, many: 300, devices: false }.fill(&made.source);
        made.run(
            "cd $S; cp size-1500000 large; for i in 1 2 3 4 5 6; do cat size-1500000 >> large; \
             done; chmod 0600 large; chmod 4755 size-1; chmod 0500 empty; \
             chown 70000:80000 size-60; touch -d '1999-12-31 23:59:58 UTC' size-61; \
             touch -d '1975-06-07 UTC' size-59; touch -d '2024-02-29 12:00:01 UTC' many; \
             mke2fs -q -t ext4 -I 256 -d $S $F",
        );
        let disk = scanned(archived(disk_with(&made), &made, is_packed));
        let system = waiting(disk);
        let missed = pack(&system.volume, &everything(&system), &made.folder.join("a.zip"));
        assert_eq!(missed, []);
        assert_eq!(system.volume.is_slow(), is_packed);
        checked(&made);
        made.run("mkdir out; unzip -q -X -K a.zip -d out");
        assert_eq!(facts(&made, "out"), facts(&made, "$S"));
        let owner = made.output("stat -c %u:%g out/size-60");
        assert_eq!(owner, b"70000:80000\n");
        // Python reads the time of MS-DOS, which has no odd seconds.
        let time = made.output(
            "python3 -c \"import zipfile; z = zipfile.ZipFile('a.zip'); \
             print(z.getinfo('size-61').date_time, z.getinfo('many/').date_time)\"",
        );
        let expected = "(1999, 12, 31, 23, 59, 58) (2024, 2, 29, 12, 0, 0)\n";
        assert_eq!(String::from_utf8_lossy(&time), expected);
    }
}

#[test]
fn what_cannot_be_had_or_has_no_place_in_a_zip_is_left_out_and_told_of() {
    let made = Made::new("zipped-lost", 60);
    fs::write(made.source.join("small"), bytes(1, 1_500_000)).expect("written");
    fs::write(made.source.join("large"), bytes(2, 10_000_000)).expect("written");
    fs::write(made.source.join("sound"), bytes(3, 5000)).expect("written");
    made.run("mkfifo $S/pipe; mke2fs -q -t ext4 -d $S $F");
    let system = made.open();
    let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
    for path in ["small", "large"] {
        let places = system
            .places(crate::truth::at(&*system, path), Stream::Contents, 0..1 << 30)
            .expect("places")
            .pieces;
        let lost = START + places[0].start + 700_000;
        let spoilt = waiting(Spoilt::with_gap(&disk, lost..lost + 10, GapKind::Lost));
        let missed = pack(&spoilt.volume, &everything(&spoilt), &made.folder.join("a.zip"));
        let told: Vec<_> = missed.iter().map(|one| (one.path.as_str(), &one.fault.kind)).collect();
        assert!(told.contains(&(path, &FaultKind::Lost)), "{told:?}");
        assert!(told.contains(&("pipe", &FaultKind::Unsupported)), "{told:?}");
        checked(&made);
        let names = made.output("unzip -Z1 a.zip | sort");
        let other = if path == "small" { "large" } else { "small" };
        let expected = format!("VMA-INSPECTOR-LEFT-OUT.txt\n{other}\nsound\n");
        assert_eq!(String::from_utf8_lossy(&names), expected);
        let told = made.output("unzip -p a.zip VMA-INSPECTOR-LEFT-OUT.txt");
        assert!(String::from_utf8_lossy(&told).contains(&format!("{path}\tfile-lost")));
    }
}

#[test]
fn names_that_windows_does_not_take_are_others_and_that_is_told() {
    let made = Made::new("zipped-names", 20);
    made.run(
        "cd $S; mkdir 'a:b' nul; for f in 'a:b/x?' 'a:b/x*' Same same 'end.' 'nul/in' '.hidden' \
         \"$(printf 'bad\\377')\" 'back\\slash'; do printf '%s' \"$f\" > \"$f\"; done; \
         mke2fs -q -t ext4 -d $S $F",
    );
    let system = waiting(Rc::new(disk_with(&made)));
    let missed = pack(&system.volume, &everything(&system), &made.folder.join("a.zip"));
    assert!(missed.iter().all(|one| one.fault.kind == FaultKind::Unsupported));
    checked(&made);
    let listed = made.output(
        "python3 -c \"import zipfile; z = zipfile.ZipFile('a.zip'); \
         print('\\n'.join(sorted(n for n in z.namelist() if 'VMA' not in n)))\"",
    );
    let listed = String::from_utf8(listed).expect("UTF-8");
    let names: Vec<_> = listed.lines().collect();
    assert_eq!(names.len(), 11, "{names:?}");
    for name in &names {
        let parts = name.trim_end_matches('/').split('/');
        for part in parts {
            assert!(!part.contains([':', '?', '*', '\\']) && !part.ends_with(['.', ' ']), "{part}");
            assert_ne!(part, "nul");
        }
    }
    let lower: std::collections::BTreeSet<_> =
        names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(lower.len(), names.len(), "{names:?}");
    assert!(names.contains(&".hidden") && names.contains(&"_nul/in"), "{names:?}");
    // Of Same and same one has the name that it had.
    assert!(names.contains(&"Same") != names.contains(&"same"), "{names:?}");
}

/// A file of which nothing else is known.
fn file(path: &str) -> Entry<'_> {
    Entry {
        path,
        kind: Kind::File,
        mode: 0o644,
        owner: None,
        modified: 1_709_208_000,
        is_local: false,
        is_hidden: false,
    }
}

#[test]
fn sizes_in_64_bits_and_more_entries_than_16_bits_count_are_read_by_others() {
    let made = Made::new("zipped-many", 1);
    let (mut zip, mut out) = (Zip::default(), Vec::new());
    let contents = bytes(5, 200_000);
    // As large as that says, it would be written in 64 bits: so it is.
    zip.begin(&file("large"), 5 << 30, &mut out);
    for part in contents.chunks(70_000) {
        zip.add(part, &mut out);
    }
    zip.end(&mut out);
    for number in 0..70_000 {
        zip.whole(&file(&format!("n{number}")), b"", &mut out);
    }
    while !zip.close(&mut out) {}
    fs::write(made.folder.join("a.zip"), &out).expect("written");
    checked(&made);
    let told = made.output(
        "python3 -c \"import zipfile, hashlib; z = zipfile.ZipFile('a.zip'); \
         print(len(z.namelist()), z.getinfo('large').extract_version)\"; \
         unzip -p a.zip large | sha256sum",
    );
    fs::write(made.folder.join("large"), &contents).expect("written");
    let sum = made.output("sha256sum < large");
    assert_eq!(
        String::from_utf8_lossy(&told),
        format!("70001 45\n{}", String::from_utf8_lossy(&sum))
    );
}

#[test]
fn a_program_that_cannot_seek_reads_what_is_streamed() {
    let made = Made::new("zipped-stream", 1);
    let (mut zip, mut out) = (Zip::default(), Vec::new());
    let contents = bytes(6, 300_000);
    zip.begin(&file("streamed"), 300_000, &mut out);
    zip.add(&contents, &mut out);
    zip.end(&mut out);
    zip.whole(&file("behind"), b"behind", &mut out);
    while !zip.close(&mut out) {}
    fs::write(made.folder.join("a.zip"), &out).expect("written");
    fs::write(made.folder.join("expected"), [contents.as_slice(), b"behind"].concat())
        .expect("written");
    // `funzip` reads the first member alone, from a pipe.
    made.run("cat a.zip | funzip > first; head -c 300000 expected | cmp - first");
    checked(&made);
}
