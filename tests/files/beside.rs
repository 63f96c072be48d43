//! What things have beside their contents, in a tar: extended attributes as Linux told them,
//! and streams of NTFS as files of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::rc::Rc;

use vma_inspector::files::Form;

use crate::made::Made;
use crate::packed::{everything, pack_as};
use crate::truth::{Attributes, image, truth};
use crate::volumes::waiting;
use crate::whole_disk::disk_with;

/// Attributes in a tar as Python's reader tells them: path, name and value in hex.
const TOLD: &str = r#"
import sys, tarfile
for one in tarfile.open(sys.argv[1]):
    for key, value in one.pax_headers.items():
        if key.startswith("SCHILY.xattr."):
            name = key[13:].replace("%3D", "=").replace("%25", "%")
            path, value = (text.encode("utf-8", "surrogateescape").hex() for text in (one.name, value))
            print(path, name.encode("utf-8", "surrogateescape").hex(), value + "-")
"#;

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits");
    (0..text.len() / 2 * 2).step_by(2).map(digit).collect()
}

fn told(made: &Made) -> Attributes {
    fs::write(made.folder.join("told.py"), TOLD).expect("written");
    let text = String::from_utf8(made.output("python3 told.py a.tar")).expect("UTF-8");
    let mut all = Attributes::new();
    for line in text.lines() {
        let [path, name, value] =
            line.split(' ').map(unhex).collect::<Vec<_>>().try_into().expect("three");
        all.entry(path).or_default().insert(name, value);
    }
    all
}

/// A tar of all in a file system; the lines of what it says that it lacks.
fn packed(made: &Made, form: Form) -> Vec<String> {
    let system = waiting(Rc::new(disk_with(made)));
    let missed = pack_as(form, &system.volume, &everything(&system), &made.folder.join("a.tar"));
    let missed = missed.expect("packs").into_iter();
    missed.map(|one| format!("{}\t{}", one.path, one.fault)).collect()
}

#[test]
fn a_tar_has_the_attributes_that_linux_told() {
    for name in ["ext4-linux", "xfs-sound", "btrfs-linux"] {
        let made = image(name);
        let _ = packed(&made, Form::Tar);
        let (tree, mut expected) = truth(name);
        // Of a file with several names, the one that was written first has them.
        let linked = |path: &Vec<u8>| tree[path].links.is_some_and(|links| links > 1);
        // XFS keeps ACLs under names of its own, and Linux tells of them under both.
        for pairs in expected.values_mut() {
            pairs.retain(|name, _| !name.starts_with(b"trusted.SGI_ACL_"));
        }
        // A socket has no place in a tar.
        let mut found = told(&made);
        assert!(expected.len() > 3, "{name}");
        let values = |all: &Attributes| -> BTreeSet<_> {
            all.iter().filter(|(path, _)| linked(path)).map(|(_, pairs)| pairs.clone()).collect()
        };
        assert!(values(&found) == values(&expected), "{name}");
        found.retain(|path, _| !linked(path));
        expected.retain(|path, _| !linked(path));
        let names = |all: &Attributes| -> BTreeSet<(String, Vec<String>)> {
            let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
            all.iter().map(|(path, pairs)| (text(path), pairs.keys().map(text).collect())).collect()
        };
        let lacks: Vec<_> =
            names(&expected).symmetric_difference(&names(&found)).cloned().collect();
        assert!(lacks.is_empty(), "{name}: {lacks:?}");
        assert!(found == expected, "{name}: the values");
    }
}

#[test]
fn what_a_system_keeps_for_itself_is_unpacked_as_it_was() {
    let made = Made::new("beside-linux", 20);
    // cap_net_raw of version 2; an ACL that lets user 1000 read and write.
    made.run(
        "cd $S; echo 1 > ping; echo 2 > kept; mkdir inner; \
         setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 ping; \
         setfattr -n security.selinux -v system_u:object_r:etc_t:s0 kept; \
         setfattr -n trusted.overlay.opaque -v y inner; \
         setfattr -n system.posix_acl_access -v \
         0x0200000001000600ffffffff02000600e803000004000400ffffffff10000600ffffffff20000400ffffffff \
         kept; mke2fs -q -t ext4 -I 256 -d $S $F",
    );
    assert_eq!(packed(&made, Form::Tar), Vec::<String>::new());
    made.run("mkdir out; tar -x --xattrs --xattrs-include='*' -f a.tar -C out");
    let attributes = |folder: &str| {
        let told = made.output(&format!("cd {folder}; getfattr -h -R -d -m - -e hex . | sort"));
        String::from_utf8(told).expect("UTF-8")
    };
    let expected = attributes("$S");
    assert_eq!(expected.lines().filter(|line| line.contains("=0x")).count(), 4, "{expected}");
    assert_eq!(attributes("out"), expected);
}

/// All of `folder` whose name says that it is a stream, by path.
fn streams(made: &Made, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let found =
        made.output(&format!("cd {folder}; find . -type f -name '*.stream.*' -printf '%P\\n'"));
    let found = String::from_utf8(found).expect("UTF-8");
    let read = |path: &str| fs::read(made.folder.join(folder).join(path)).expect("it is read");
    found.lines().map(|path| (path.to_owned(), read(path))).collect()
}

#[test]
fn streams_of_ntfs_are_files_beside_what_has_them() {
    for (form, unpack) in [
        (Form::Tar, "mkdir out; tar -x -f a.tar -C out"),
        (Form::Zip, "python3 -c 'import zipfile; zipfile.ZipFile(\"a.tar\").extractall(\"out\")'"),
    ] {
        let made = image("ntfs-windows");
        let lines = packed(&made, form);
        made.run(unpack);
        let (tree, attributes) = truth("ntfs-windows");
        let mut found = streams(&made, "out");
        let (mut count, mut again) = (0, 0);
        for (path, pairs) in &attributes {
            let path = std::str::from_utf8(path).expect("UTF-8");
            for (name, value) in pairs {
                let name = std::str::from_utf8(name).expect("UTF-8");
                let Some(name) = name.strip_prefix("user.") else { continue };
                let beside = format!("{path}.stream.{name}");
                match found.remove(&beside) {
                    Some(bytes) => {
                        assert_eq!(&bytes, value, "{beside}");
                        let line = format!(
                            "{path}:{name}\tfile-unsupported: its name, which is {beside} here"
                        );
                        assert!(lines.contains(&line), "{line}\n{lines:?}");
                        count += 1;
                    }
                    // Another name of what was written before.
                    None => {
                        assert!(tree[path.as_bytes()].links > Some(1), "{beside}");
                        again += 1;
                    }
                }
            }
        }
        assert!(found.is_empty(), "{:?}", found.keys());
        assert_eq!((count, again), if form == Form::Tar { (43, 3) } else { (46, 0) });
    }
}

#[test]
fn no_stream_takes_the_place_of_a_file() {
    let made = Made::new("beside-name", 20);
    made.run(
        "mkntfs -F -q -Q $F 2>&1; echo whole > a; echo stream > b; echo other > c; \
         ntfscp -f $F a a.txt; ntfscp -f -N Zone.Identifier $F b a.txt; \
         ntfscp -f -N 'two: *' $F b a.txt; \
         ntfscp -f $F c a.txt.stream.zone.identifier",
    );
    let lines = packed(&made, Form::Tar);
    let told = String::from_utf8(made.output("tar -tf a.tar")).expect("UTF-8");
    let own = told.lines().filter(|line| line.starts_with("a.txt"));
    let own: Vec<_> = own.map(str::to_lowercase).collect();
    assert_eq!(own.iter().collect::<BTreeSet<_>>().len(), own.len(), "{own:?}");
    made.run("mkdir out; tar -x -f a.tar -C out");
    let read = |name: &str| fs::read_to_string(made.folder.join("out").join(name));
    assert_eq!(read("a.txt").expect("it is there"), "whole\n");
    assert_eq!(read("a.txt.stream.zone.identifier").expect("it is there"), "other\n");
    assert_eq!(read("a.txt.stream.two_ _").expect("it is there"), "stream\n");
    let line = "a.txt:Zone.Identifier\tfile-corrupt: a name that stands there twice";
    assert!(lines.iter().any(|one| one == line), "{lines:?}");
}

#[test]
fn of_a_sound_ntfs_none_of_its_own_streams_is_missed() {
    let made = Made::new("beside-own", 20);
    made.run(
        "mkntfs -F -q -Q $F 2>&1; echo whole > a; ntfscp -f $F a a.txt; \
         ntfscp -f -N '$SDS' $F a a.txt",
    );
    let info = made.output("ntfsinfo -i 9 $F; ntfsinfo -i 8 $F");
    let info = String::from_utf8_lossy(&info).into_owned();
    assert!(info.contains("'$SDS'") && info.contains("'$Bad'"), "{info}");
    let lines = packed(&made, Form::Tar);
    let names = String::from_utf8(made.output("tar -tf a.tar")).expect("UTF-8");
    assert!(names.lines().any(|line| line == "$Secure"), "{names}");
    // One that only has such a name is told.
    assert_eq!(lines, ["a.txt:$SDS\tfile-unsupported: a stream of the file system's own"]);
}
