//! Every format through other programs' readers than QEMU's: libyal's libraries,
//! as Debian has them for Python, and 7-Zip.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::export::disk::files::{
    Case, MIB, drain, few_clusters, made, path_of, run, small_cases, write,
};
use crate::programs;
use crate::programs::has;
use archive_writer::{ArchiveBuilder, Content, Device, Kind};
use vma_inspector::export::disk::{DiskFormat, StreamFormat};
use vma_inspector::source::ReadAt;

/// Opens each file by the name it has, as `vmdkmount` and `img_cat` do, and
/// prints how long the disk is, and its hash.
const LIBYAL: &str = r#"
import hashlib, sys
import pyqcow, pyvhdi, pyvmdk
def opened(path):
    if path.endswith(".vmdk"):
        disk = pyvmdk.handle()
        disk.open(path)
        disk.open_extent_data_files()
        return disk
    disk = pyqcow.file() if path.endswith(".qcow2") else pyvhdi.file()
    disk.open(path)
    return disk
for path in sys.argv[1:]:
    disk = opened(path)
    digest = hashlib.sha256()
    size = left = disk.get_media_size()
    while left:
        chunk = disk.read_buffer(min(left, 1 << 20))
        assert chunk, path
        digest.update(chunk)
        left -= len(chunk)
    print(size, digest.hexdigest())
"#;

fn has_libyal() -> bool {
    has("/usr/bin/python3", &["-c", "import pyqcow, pyvhdi, pyvmdk"])
}

fn libyal(path: &Path) -> String {
    run("/usr/bin/python3", &["-c", LIBYAL, path.to_str().expect("UTF-8")])
}

/// Length and hash of the disk, worked out without its file.
fn expected(case: &Case) -> String {
    let mut bytes = vec![0; case.image.size().expect("known") as usize];
    case.image.read_at(0, &mut bytes).expect("reads");
    bytes.resize(case.virtual_size() as usize, 0);
    let digest = vma_inspector::source::hex(&Sha256::digest(&bytes));
    format!("{} {digest}\n", bytes.len())
}

/// The disk in every format but raw, each in a file of the name that it is told.
fn saved(case: &Case) -> Vec<(&'static str, PathBuf)> {
    let mut paths = Vec::new();
    for format in DiskFormat::ALL.into_iter().filter(|&format| format != DiskFormat::Raw) {
        let path = path_of(case.name, format.extension());
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        let file = case.disk.named(name).file(format).expect("fits");
        assert_eq!(write(&file, case.name, format.extension()), path);
        paths.push((format.code(), path));
    }
    for format in StreamFormat::ALL {
        let path = path_of(&format!("{}-{}", case.name, format.code()), format.extension());
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        let bytes = made(&case.disk.named(name), format).expect("fits");
        fs::write(&path, bytes).expect("writes");
        paths.push((format.code(), path));
    }
    paths
}

/// The disks of the fixtures, whatever wraps them.
pub fn fixtures() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut cases = Vec::new();
    for name in ["c-configs.vma", "d-zero.vma", "f1-gpt-ext4.vma.zst"] {
        let bytes = fs::read(folder.join(name)).expect("is a fixture");
        let bytes = match name.ends_with(".zst") {
            true => programs::run("zstd", &["-dc"], &bytes).expect("zstd is there"),
            false => bytes,
        };
        cases.extend(Case::all_of(name, bytes));
    }
    cases
}

/// Text in which no three letters stand twice, so that deflate finds nothing to
/// point back to: a de Bruijn sequence, made of Lyndon words.
fn without_repetition(length: usize) -> Vec<u8> {
    let letters = b"abcdefghijklmnopqrstuvwxyz0123456789+/-_.";
    let (mut text, mut word) = (Vec::new(), vec![0]);
    while text.len() < length {
        if 3 % word.len() == 0 {
            text.extend(word.iter().map(|&letter: &usize| letters[letter]));
        }
        word = word.iter().copied().cycle().take(3).collect();
        while word.last() == Some(&(letters.len() - 1)) {
            word.pop();
        }
        *word.last_mut().expect("the sequence is longer than that") += 1;
    }
    text.truncate(length);
    text
}

/// A disk whose blocks of deflate hold literals alone, and one that holds them
/// beside others.
pub fn of_literals() -> Vec<Case> {
    let whole = without_repetition(65_536).repeat(3);
    let mut mixed = without_repetition(65_536).repeat(4);
    for (at, byte) in mixed.iter_mut().enumerate() {
        if at / 5_000 % 3 == 1 {
            *byte = b'a' + (at % 7) as u8;
        }
    }
    // Few literals and one distance.
    let one: Vec<u8> = (0..65_536_u32).map(|at| if at < 200 { at as u8 } else { 7 }).collect();
    [("literals", whole), ("literals-and-more", mixed), ("one-distance", one)]
        .map(|(name, bytes)| {
            let archive = ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
            Case::of(name, archive, Some(bytes))
        })
        .into()
}

#[test]
fn libyal_reads_every_format_that_it_knows_as_the_disk() {
    if !has_libyal() {
        return;
    }
    for case in small_cases().into_iter().chain(fixtures()).chain(of_literals()) {
        let expected = expected(&case);
        for (format, path) in saved(&case) {
            // libyal has no reader of VDI.
            if format != "vdi" {
                assert_eq!(libyal(&path), expected, "{}: {format}", case.name);
            }
            fs::remove_file(path).expect("was written");
        }
    }
}

#[test]
fn seven_zip_reads_every_format_as_the_disk() {
    if !has("7zz", &["i"]) {
        return;
    }
    for case in small_cases().into_iter().chain(fixtures()).chain(of_literals()) {
        let expected = expected(&case);
        let files = saved(&case);
        for (format, path) in &files {
            let kind = match path.extension().and_then(|kind| kind.to_str()).expect("has one") {
                "qcow2" => "-tqcow",
                "vmdk" => "-tvmdk",
                "vhd" => "-tvhd",
                "vhdx" => "-tvhdx",
                other => {
                    assert_eq!(other, "vdi");
                    "-tvdi"
                }
            };
            // 7-Zip opens no VHDX whose disk ends within 4 KiB.
            if kind == "-tvhdx" && !case.virtual_size().is_multiple_of(4096) {
                continue;
            }
            let name = path.to_str().expect("UTF-8");
            let bytes = programs::run("7zz", &["x", "-so", kind, name], b"").expect("is there");
            let digest = vma_inspector::source::hex(&Sha256::digest(&bytes));
            assert_eq!(format!("{} {digest}\n", bytes.len()), expected, "{}: {format}", case.name);
        }
        for (_, path) in files {
            fs::remove_file(path).expect("was written");
        }
    }
}

/// Beside a disk that is saved under another name than its descriptor said,
/// libvmdk read the disk of that name, without a word.
#[test]
fn a_vmdk_is_its_own_disk_whatever_lies_beside_it() {
    if !has_libyal() {
        return;
    }
    let folder = path_of("beside", "d");
    fs::create_dir_all(&folder).expect("can be made");
    let case = |fill: u8| {
        let bytes = vec![fill; 2 * 65_536];
        let archive = ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
        Case::of("beside", archive, Some(bytes))
    };
    let save = |case: &Case, name: &str| {
        let file = case.disk.named(name).file(DiskFormat::Vmdk).expect("fits");
        let mut bytes = vec![0; file.size().expect("known") as usize];
        file.read_at(0, &mut bytes).expect("reads");
        fs::write(folder.join(name), bytes).expect("writes");
    };
    let (wanted, other) = (case(1), case(2));
    save(&other, "drive-scsi0.vmdk");
    for name in ["vzdump-qemu-100-drive-scsi0.vmdk", "B\u{fc}ro \u{4e2d} (1).vmdk"] {
        save(&wanted, name);
        assert_eq!(libyal(&folder.join(name)), expected(&wanted), "{name}");
    }
    fs::remove_dir_all(folder).expect("was made");
}

#[test]
fn compressed_clusters_start_at_even_offsets_and_the_l1_table_stands_in_front() {
    let case = Case::of("even", few_clusters(2048 * MIB, &[0, 1, 2, 9_000, 20_000]).build(), None);
    let mut cases = vec![case];
    cases.extend(of_literals());
    for case in cases {
        let file = made(&case.disk, StreamFormat::Qcow2Deflate).expect("fits");
        let be64 = |at: u64| {
            let field = &file[at as usize..at as usize + 8];
            u64::from_be_bytes(field.try_into().expect("eight bytes"))
        };
        let l1 = be64(40);
        assert_eq!(l1, 65_536, "{}: behind the header", case.name);
        let slots = case.virtual_size().div_ceil(512 * MIB);
        let mut compressed = 0;
        for table in (0..slots).map(|slot| be64(l1 + 8 * slot) & 0x00ff_ffff_ffff_fe00) {
            for slot in (0..8192).filter(|_| table != 0) {
                let entry = be64(table + 8 * slot);
                if entry >> 62 & 1 == 1 {
                    compressed += 1;
                    assert_eq!(entry & 1, 0, "{}: {entry:#x}", case.name);
                }
            }
        }
        assert!(compressed > 0 || case.name == "even", "{}", case.name);
    }
}

#[test]
fn the_front_of_a_compressed_qcow2_comes_last_and_holds_its_l1_table() {
    let clusters = |number: u32| Content::of_kind(Kind::Mixed, 5).cluster(number);
    let device = Device::new(1, "drive-scsi0", 3 * MIB, Content::from_fn(clusters));
    let case = Case::of("front", ArchiveBuilder::new().device(device).build(), None);
    let mut stream = case.disk.stream(StreamFormat::Qcow2Deflate).expect("fits");
    let first = drain(&mut *stream);
    let head = stream.head().expect("a file of one pass has one").to_vec();
    assert!(head.len() > 65_536 && head.len() <= first.len());
    assert!(first[..head.len()].iter().all(|&byte| byte == 0));
}
