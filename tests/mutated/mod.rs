//! Small archives and containers, changed by a seed, as lists of edits that
//! another program can repeat; and what the core says of each.

use std::fmt::Write;
use std::rc::Rc;

use archive_writer::{
    Archive as Written, ArchiveBuilder, Content, Device, Order, Random, fix_extent_md5,
    fix_header_md5, md5,
};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::scan::Scan;
use vma_inspector::source::hex;

/// A change to bytes.
pub enum Edit {
    /// These bytes stand at this place.
    Set(usize, Vec<u8>),
    /// So many bytes are taken out here.
    Take(usize, usize),
    /// It ends here.
    Cut(usize),
}

impl Edit {
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Set(at, new) => bytes[*at..*at + new.len()].copy_from_slice(new),
            Self::Take(at, count) => drop(bytes.drain(*at..*at + *count)),
            Self::Cut(at) => bytes.truncate(*at),
        }
    }
}

/// Two disks and a vmstate; five kinds of clusters; 60 KB.
pub fn base() -> Written {
    let content = |seed: u64| {
        Content::from_fn(move |number| {
            let mut random = Random::of_part(seed, number.into());
            match number % 4 {
                0 => Some(random.bytes(4096)),
                1 => Some([vec![0; 8192], random.bytes(100)].concat()),
                2 => Some(b"the same words again and again ".repeat(100)),
                _ => None,
            }
        })
    };
    ArchiveBuilder::new()
        .config("qemu-server.conf", "cores: 2\n")
        .config("qemu-server.fw", "[OPTIONS]\n")
        .device(Device::new(1, "drive-scsi0", 9 * 65_536, content(1)))
        .device(Device::new(2, "drive-efidisk0", 69_632, content(2)))
        .device(Device::vmstate(3, 1 << 20, 3, content(3)))
        .order(Order::Interleaved(3))
        .slots_per_extent(4)
        .build()
}

/// Overwrites, takes out or cuts bytes, and in half of the cases makes the
/// checksums right again, so that the fields behind them are reached.
pub fn edits_of_archive(archive: &Written, seed: u64) -> Vec<Edit> {
    let mut random = Random::new(seed);
    let mut bytes = archive.bytes.clone();
    let mut edits = Vec::new();
    let extents: Vec<u64> = archive.layout.extents.iter().map(|extent| extent.offset).collect();
    for _ in 0..=random.below(4) {
        let len = bytes.len() as u64;
        let near_header = extents[random.below(extents.len() as u64) as usize] + random.below(512);
        let at = match random.below(3) {
            0 => random.below(archive.layout.header.size),
            1 => near_header,
            _ => random.below(len),
        };
        edit(&mut bytes, &mut edits, at.min(len - 1) as usize, &mut random);
    }
    if random.below(2) == 0 {
        let before = bytes.clone();
        let end = bytes.len() as u64;
        for offset in extents.into_iter().filter(|at| at + 512 <= end) {
            fix_extent_md5(&mut bytes, offset);
        }
        if end > archive.layout.header.size {
            bytes[56..60].copy_from_slice(&(archive.layout.header.size as u32).to_be_bytes());
            fix_header_md5(&mut bytes);
        }
        for at in (0..bytes.len()).step_by(8) {
            let to = (at + 8).min(bytes.len());
            if before[at..to] != bytes[at..to] {
                edits.push(Edit::Set(at, bytes[at..to].to_vec()));
            }
        }
    }
    edits
}

/// The same for a container, whose checksums nobody makes right.
pub fn edits_of_container(packed: &[u8], seed: u64) -> Vec<Edit> {
    let mut random = Random::new(seed);
    let mut bytes = packed.to_vec();
    let mut edits = Vec::new();
    for _ in 0..=random.below(3) {
        let len = bytes.len() as u64;
        let within = if random.below(3) == 0 { len.min(64) } else { len };
        edit(&mut bytes, &mut edits, random.below(within) as usize, &mut random);
    }
    edits
}

fn edit(bytes: &mut Vec<u8>, edits: &mut Vec<Edit>, at: usize, random: &mut Random) {
    let length = (1 + random.below(16) as usize).min(bytes.len() - at);
    let edit = match random.below(6) {
        0..=2 => Edit::Set(at, random.bytes(length)),
        3 => Edit::Set(at, vec![[0, 0xff][random.below(2) as usize]; length]),
        4 if length < bytes.len() => Edit::Take(at, length),
        _ => Edit::Cut(at.max(1)),
    };
    edit.apply(bytes);
    edits.push(edit);
}

/// All that the core finds out about an archive, as the MD5 of a text.
pub fn verdict(bytes: Vec<u8>) -> String {
    let archive = match Archive::open(Rc::new(bytes), &Options::default()) {
        Ok(archive) => archive,
        Err(error) => return error.code().to_owned(),
    };
    let mut scan = Scan::new(&archive);
    loop {
        match scan.step() {
            Ok(progress) if progress.done => break,
            Ok(_) => {}
            Err(error) => return error.code().to_owned(),
        }
    }
    hex(&md5(told(&archive, &scan).as_bytes()))
}

fn told(archive: &Archive, scan: &Scan) -> String {
    let mut text = String::new();
    for finding in scan.found().findings().iter() {
        let _ = writeln!(text, "{finding}");
    }
    for finding in archive.contents().findings() {
        let _ = writeln!(text, "{finding}");
    }
    for device in scan.header().devices() {
        let figures = scan.found().device(device).expect("a device has figures");
        // JavaScript rounds sizes beyond 2^53.
        let numbers = [figures.image_size, figures.stored_bytes, figures.missing_bytes]
            .map(|number| number as f64 as u128);
        let _ = writeln!(text, "{} {numbers:?}", device.id);
    }
    text
}
