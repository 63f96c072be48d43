//! Sound archives, by Proxmox's own program and by the writer, packed by the real
//! programs.

use std::collections::BTreeMap;

use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order};

use crate::{plain, programs};

/// A sound archive in a container.
pub struct Base {
    pub name: &'static str,
    pub container: &'static str,
    /// Empty if the program that packs it is not there.
    pub packed: Vec<u8>,
    /// Bytes of the archive, unpacked.
    pub length: u64,
    /// Whether a checksum is over the data.
    pub is_summed: bool,
    pub disks: BTreeMap<u8, Vec<u8>>,
}

/// What packs: the name here, the program, its arguments, and whether it adds
/// checksums.
const PACKERS: [(&str, &str, &[&str], bool); 8] = [
    ("zst", "zstd", &["-q", "-c", "-3"], true),
    ("zst, unsummed", "zstd", &["-q", "-c", "-1", "--no-check"], false),
    ("gz -1", "gzip", &["-c", "-1"], true),
    ("gz -9", "gzip", &["-c", "-9"], true),
    ("bz2 -1", "bzip2", &["-c", "-1"], true),
    ("bz2 -9", "bzip2", &["-c", "-9"], true),
    ("lzo", "lzop", &["-c"], true),
    ("lzo -9", "lzop", &["-c", "-9"], true),
];

/// What packs in several parts, or otherwise than Proxmox does.
const OTHER_PACKERS: [(&str, &str, &[&str], bool); 6] = [
    ("gz, pigz", "pigz", &["-c", "-p2", "-b", "128"], true),
    ("gz, rsyncable", "gzip", &["-c", "-1", "--rsyncable"], true),
    ("bz2, pbzip2", "pbzip2", &["-c", "-p2", "-b1"], true),
    ("zst, threads", "zstd", &["-q", "-c", "-3", "--threads=2", "-B524288"], true),
    ("zst, rsyncable", "zstd", &["-q", "-c", "-3", "--threads=2", "--rsyncable"], true),
    ("zst, long", "zstd", &["-q", "-c", "-9", "--long=27"], true),
];

/// Bytes of an archive that are packed by themselves, one after the other.
const PART: usize = 300_000;

/// What packs such parts.
const PART_PACKERS: [(&str, &str, &[&str], bool); 3] = [
    ("gz, members", "gzip", &["-c"], true),
    ("bz2, streams", "bzip2", &["-c", "-2"], true),
    ("zst, frames", "zstd", &["-q", "-c", "-3"], true),
];

/// The same archives, packed in other ways.
pub fn other_bases() -> Vec<Base> {
    let mut bases = Vec::new();
    for (name, archive) in archives() {
        let disks = plain::disks(&archive);
        let length = archive.len() as u64;
        let whole = OTHER_PACKERS.map(|packer| (packer, archive.len()));
        for ((container, program, arguments, is_summed), part) in
            whole.into_iter().chain(PART_PACKERS.map(|packer| (packer, PART)))
        {
            let parts = archive.chunks(part);
            let packed = parts.map(|part| programs::run(program, arguments, part));
            let packed = packed.collect::<Option<Vec<_>>>().unwrap_or_default().concat();
            let disks = disks.clone();
            bases.push(Base { name, container, packed, length, is_summed, disks });
        }
        let (container, is_summed) = ("plain", false);
        bases.push(Base { name, container, packed: archive, length, is_summed, disks });
    }
    bases
}

/// All of them; those whose packer is not there are empty.
pub fn bases() -> Vec<Base> {
    let mut bases = Vec::new();
    for (name, archive) in archives() {
        let disks = plain::disks(&archive);
        let length = archive.len() as u64;
        for (container, program, arguments, is_summed) in PACKERS {
            let packed = programs::run(program, arguments, &archive).unwrap_or_default();
            let disks = disks.clone();
            bases.push(Base { name, container, packed, length, is_summed, disks });
        }
        let (container, is_summed) = ("plain", false);
        bases.push(Base { name, container, packed: archive, length, is_summed, disks });
    }
    bases
}

fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let fixture = |name: &str| {
        let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).expect("it is in the repository")
    };
    let mut archives = vec![("c-configs", fixture("c-configs.vma"))];
    let packed = fixture("f1-gpt-ext4.vma.zst");
    let unpacked = programs::run("zstd", &["-q", "-d", "-c"], &packed);
    archives.extend(unpacked.map(|unpacked| ("f1-gpt-ext4", unpacked)));
    for (name, builder) in written() {
        let archive = builder.build().bytes;
        for (id, disk) in plain::disks(&archive) {
            assert_eq!(disk, builder.image(id), "the two readers of {name} agree");
        }
        archives.push((name, archive));
    }
    archives
}

fn written() -> Vec<(&'static str, ArchiveBuilder)> {
    let disk = |id: u8, kibibytes: u64, kind: Kind| {
        let content = Content::of_kind(kind, u64::from(id));
        Device::new(id, format!("drive-scsi{id}"), kibibytes << 10, content)
    };
    let new = || ArchiveBuilder::new().config("qemu-server.conf", "cores: 2\n");
    let two = || new().device(disk(1, 600, Kind::Mixed)).device(disk(2, 400, Kind::Dense));
    let sparse = || new().device(disk(1, 700, Kind::Sparse)).device(disk(3, 528, Kind::Mixed));
    let dense = || new().device(disk(1, 1280, Kind::Dense));
    vec![
        ("two disks", two().slots_per_extent(4)),
        ("by turns", sparse().slots_per_extent(3).order(Order::Interleaved(2))),
        ("out of order", sparse().slots_per_extent(5).order(Order::Shuffled(3))),
        ("dense", dense().slots_per_extent(5)),
    ]
}
