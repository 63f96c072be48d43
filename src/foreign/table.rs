//! The table of first bytes.

use core::ops::Range;

use super::proof;
use crate::source::Foreign;

/// When a file is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Before anything is searched for in it.
    Start,
    /// After a search: it may hold a whole archive, byte for byte and in one piece.
    AfterSearch,
}

/// A line of the table: bytes that stand at some offset, and what has to be true of
/// the file beyond that.
struct Line {
    at: usize,
    magic: &'static [u8],
    turn: Turn,
    proof: fn(&[u8]) -> bool,
    found: Foreign,
}

const fn early(magic: &'static [u8], found: Foreign, proof: fn(&[u8]) -> bool) -> Line {
    Line { at: 0, magic, turn: Turn::Start, proof, found }
}

/// Of a format that keeps what is in it as it is and in one piece.
const fn late(magic: &'static [u8], found: Foreign, proof: fn(&[u8]) -> bool) -> Line {
    Line { at: 0, magic, turn: Turn::AfterSearch, proof, found }
}

/// The magic is long enough.
fn enough(_: &[u8]) -> bool {
    true
}

/// First bytes, each with where the fact is from.
const TABLE: &[Line] = &[
    // "The .xz File Format" 1.2.1, section 2.1.1.
    early(b"\xfd7zXZ\0", Foreign::Xz, proof::xz),
    // "LZMA file format" of XZ Utils (doc/lzma-file-format.txt): there is no magic.
    early(b"", Foreign::Lzma, proof::lzma),
    // Lzip's manual, "File format".
    early(b"LZIP\x01", Foreign::Lzip, proof::lzip),
    // Lrzip's doc/magic.header.txt.
    early(b"LRZI\0", Foreign::Lrzip, proof::lrzip),
    // "LZ4 Frame Format" 1.6.
    early(b"\x04\x22\x4d\x18", Foreign::Lz4, proof::lz4),
    early(b"\x02\x21\x4c\x18", Foreign::Lz4Legacy, proof::lz4_legacy),
    // RFC 1950; there is no magic.
    early(b"\x78", Foreign::Zlib, proof::zlib),
    // 7zFormat.txt of the LZMA SDK, "SignatureHeader".
    early(b"7z\xbc\xaf\x27\x1c", Foreign::SevenZip, proof::seven_zip),
    late(b"7z\xbc\xaf\x27\x1c", Foreign::SevenZip, proof::seven_zip_stored),
    // APPNOTE.TXT of PKWARE, 4.3.7. What is stored in it stands there in one piece.
    early(b"PK\x03\x04", Foreign::Zip, proof::zip_packed),
    late(b"PK\x03\x04", Foreign::Zip, proof::zip_stored),
    // technote.txt of RAR, "RAR signature"; before 5.0 it ended sooner.
    late(b"Rar!\x1a\x07\x01\0", Foreign::Rar, enough),
    late(b"Rar!\x1a\x07\0", Foreign::Rar, enough),
    // RFC 4880, sections 4.2 and 6.2.
    early(b"-----BEGIN PGP MESSAGE-----", Foreign::OpenPgp, proof::text),
    early(b"", Foreign::OpenPgp, proof::open_pgp),
    // age-encryption.org/v1, "Header" and "ASCII armor".
    early(b"age-encryption.org/v1\n-> ", Foreign::Age, proof::text),
    early(b"-----BEGIN AGE ENCRYPTED FILE-----", Foreign::Age, proof::text),
    // "LUKS1 On-Disk Format Specification" and "LUKS2 On-Disk Format Specification".
    early(b"LUKS\xba\xbe\0\x01", Foreign::Luks, proof::luks1),
    early(b"LUKS\xba\xbe\0\x02", Foreign::Luks, proof::luks2),
    // docs/interop/qcow2.rst of QEMU; version 1 is what was before.
    early(b"QFI\xfb", Foreign::Qcow2, proof::qcow2),
    // "Virtual Disk Format 5.0" of VMware; COWD is ESX's of before.
    early(b"KDMV", Foreign::Vmdk, proof::vmdk),
    early(b"COWD\x01\0\0\0", Foreign::Vmdk, proof::cowd),
    early(b"# Disk DescriptorFile", Foreign::Vmdk, proof::text),
    // [MS-VHDX] 2.2.1; "Virtual Hard Disk Image Format Specification" 1.0.
    early(b"vhdxfile", Foreign::Vhdx, proof::vhdx),
    early(b"conectix", Foreign::Vhd, proof::vhd),
    // VDICore.h of VirtualBox: a text of 64 bytes, then this.
    Line {
        at: 0x40,
        magic: b"\x7f\x10\xda\xbe",
        turn: Turn::Start,
        proof: proof::vdi,
        found: Foreign::Vdi,
    },
    // file_formats.rs of proxmox-backup: each is the start of the SHA-256 of a text.
    early(b"\x2f\x7f\x41\xed\x91\xfd\x0f\xcd", Foreign::PbsIndex, proof::pbs_index),
    early(b"\x1c\x91\x4e\xa5\x19\xba\xb3\xcd", Foreign::PbsIndex, proof::pbs_index),
    late(b"\x42\xab\x38\x07\xbe\x83\x70\xa1", Foreign::PbsBlob, enough),
    late(b"\x31\xb9\x58\x42\x6f\xb6\xa3\x7f", Foreign::PbsBlob, enough),
    late(b"\x7b\x67\x85\xbe\x22\x2d\x4c\xf0", Foreign::PbsBlob, enough),
    late(b"\xe6\x59\x1b\xbf\x0b\xbf\xd8\x0b", Foreign::PbsBlob, enough),
    // format/mod.rs of pxar: an entry, one of the first version, the version's number.
    late(b"\xef\xac\x88\xe5\x74\x64\x95\xd5", Foreign::PbsArchive, enough),
    late(b"\xff\xce\x1c\x1c\x0a\x85\xda\x11", Foreign::PbsArchive, enough),
    late(b"\x0d\xa4\x16\xdf\x75\x6c\x0f\x73", Foreign::PbsArchive, enough),
];

/// Where the first volume descriptor of ISO 9660 begins (ECMA-119, 8.1).
pub(super) const ISO: Range<u64> = 0x8000..0x8006;

/// Whether these bytes are the start of a volume descriptor.
pub(super) fn is_iso(bytes: &[u8]) -> bool {
    bytes.get(1..) == Some(b"CD001")
}

/// What starts with `first`, by those lines that have this `turn`.
pub(super) fn look_up(first: &[u8], turn: Turn) -> Option<Foreign> {
    let is_it = |line: &&Line| {
        let there = first.get(line.at..).is_some_and(|rest| rest.starts_with(line.magic));
        line.turn == turn && there && (line.proof)(first)
    };
    TABLE.iter().find(is_it).map(|line| line.found.clone())
}

/// The first bytes that are known, each with the offset it stands at: for those who
/// want to know what becomes of a file that has them by chance.
pub fn magics() -> impl Iterator<Item = (usize, &'static [u8])> {
    TABLE.iter().map(|line| (line.at, line.magic)).filter(|(_, magic)| !magic.is_empty())
}
