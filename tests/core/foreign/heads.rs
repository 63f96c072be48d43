//! Disks, what is encrypted, and what Proxmox Backup Server writes. Made by the programs
//! where the tests have them; else the start of what a program wrote once, which is named.

use sha2::{Digest, Sha256};

use super::{Folder, bytes_of, refused, refused_as};
use crate::programs::run;
use vma_inspector::source::Foreign;

#[test]
fn an_image_of_a_disk_is_refused_by_the_name_of_its_format() {
    let folder = Folder::new("disks");
    for (format, options, expected) in [
        ("qcow2", "compat=0.10", Foreign::Qcow2),
        ("qcow2", "cluster_size=2M", Foreign::Qcow2),
        ("qcow", "", Foreign::Qcow2),
        ("vmdk", "subformat=monolithicSparse", Foreign::Vmdk),
        ("vmdk", "subformat=streamOptimized", Foreign::Vmdk),
        ("vmdk", "subformat=twoGbMaxExtentFlat", Foreign::Vmdk),
        ("vhdx", "", Foreign::Vhdx),
        ("vpc", "subformat=dynamic", Foreign::Vhd),
        ("vdi", "", Foreign::Vdi),
    ] {
        let path = folder.path("disk");
        let mut arguments = vec!["create", "-q", "-f", format, &path, "4M"];
        if !options.is_empty() {
            arguments.extend(["-o", options]);
        }
        if run("qemu-img", &arguments, &[]).is_none() {
            return;
        }
        assert_eq!(refused_as(&folder.read("disk")), Some(expected.clone()), "{format} {options}");
        let Some(packed) = run("gzip", &["-c"], &folder.read("disk")) else { return };
        assert_eq!(refused(packed), Some((expected, vec!["gzip"])), "{format} {options}");
    }
}

/// On a busy machine `qemu-img` 7.2 does not make one each time.
#[test]
fn an_encrypted_disk_is_refused_by_its_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut disk = std::fs::read(format!("{folder}/luks1.head")).expect("it can be read");
    disk.resize(4 << 20, 0);
    assert_eq!(refused_as(&disk), Some(Foreign::Luks));
    let Some(packed) = run("gzip", &["-c"], &disk) else { return };
    assert_eq!(refused(packed), Some((Foreign::Luks, vec!["gzip"])));
}

/// Starts of files, with the program that wrote them.
const HEADS: [(&str, &str, Foreign); 9] = [
    (
        "lzip 1.23",
        "4c5a4950010c0030ef6707ffffffff8000000058f09a59c8000000000000002700000000000000",
        Foreign::Lzip,
    ),
    (
        "lrzip 0.651",
        "4c525a490006b80b000000000000000000000000000100000201001003000000000e000300000000
         1f00030a000a00000000b80b000000ffd3e0e903b80bb80b",
        Foreign::Lrzip,
    ),
    (
        "age 1.1.1, to a public key",
        "6167652d656e6372797074696f6e2e6f72672f76310a2d3e205832353531392075546d3334625069
         753779463566654c6f52756337626e566a2b557166653041623169764371364b48326f0a4d36664a",
        Foreign::Age,
    ),
    (
        "age 1.1.1, with --armor",
        "2d2d2d2d2d424547494e2041474520454e435259505445442046494c452d2d2d2d2d0a5957646c4c
         57567559334a35634852706232347562334a6e4c3359784369302b494667794e5455784f5342564e
         6d705a4e3164345a4455314d45783354",
        Foreign::Age,
    ),
    (
        "cryptsetup 2.6.1, LUKS2",
        "4c554b53babe00020000000000004000000000000000000300000000000000000000000000000000",
        Foreign::Luks,
    ),
    (
        "gpg 2.2.40, with a password: all of it",
        "8c0d04090302344a3fc8d0757be6ffd23e0113b29c25c4d1d5d399b7389e91fb79fcdba3afc1014e
         efd9e69b0a513bd61bd1528561457f66332240ef4d90658582cbaa2d24624c752ef85dd362dd7d",
        Foreign::OpenPgp,
    ),
    (
        "gpg 2.2.40, to a key of ECDH: all of it",
        "845e03a0348b297e9c0430120107407dd873f8a5413e79973e528652c4c5a0c79022800447c27d86
         79eef48423bf1c307b8863d7d8cdb95dde173e60c48ab805b6319b7432bc6092ab9da5eeadaf349a
         128028cfdf9b0653ca832e2b2040f65fd244018d5600fc1d14c29a60cc30e7ad5c0f6c37cf27bb99
         01d5bdb4f26bf719eeea4a402b9dc785a049bc6300f88c8733ffc2cb14d3fa050b9630da6980d9bb
         7a7cf860bfd9",
        Foreign::OpenPgp,
    ),
    (
        "gpg 2.2.40, to a key of RSA: all of it",
        "85010c03417b355a0a7a4bb40107ff5736f8c1b3a05b5ae830914650a2733d42c2e13bcd049154d2
         c281a2ead6f3c07d27554e75512d5d48b1f6ac2c68c3dad750b55f4454d89e9528db22b94b7beea4
         3ad847aff62880305f6bbb70821dd0796ad4a344aaa6c11ec643ee0918026609c107e382860d20eb
         e1734fb81ae34fb6a52518ae08b1e9f07bb0604cf46513ce243da7e2b703a69b0d2002a911577b43
         45dc024c0fc1d7e1d317c9a6df9d291f1d361fe7b2b0780f37c5910fb1940c60e2a603f9ab3af842
         b448ba16256d211d7eceda1a3c5405f6c731dcab3684e3ac192d3760ed59aaba67782ac8cdc11a9d
         a4717fce6171eef6cd74329f04c04ca5d844c0230df8cd1c3db9d6178b3ca5d244010f3de1eac6a1
         0ec291c5a75814753d3d151da23b5e360dc856db05edd6a65d7b692b8710315f9be87a231829f19b
         1bc939deffbf1b4e0a62940240ff093312670ec060",
        Foreign::OpenPgp,
    ),
    // technote.txt of RAR: the signature of archives since 5.0.
    ("RAR's own paper", "526172211a0701003392b5e50a01050600050101808000", Foreign::Rar),
];

#[test]
fn the_start_of_what_other_programs_write_is_enough() {
    for (from, head, expected) in HEADS {
        let mut bytes = bytes_of(head);
        assert_eq!(refused_as(&bytes), Some(expected.clone()), "{from}");
        if !from.ends_with("all of it") {
            bytes.extend(std::iter::repeat_n(0xa5, 100_000));
            assert_eq!(refused_as(&bytes), Some(expected), "{from}, and more");
        }
    }
}

#[test]
fn an_iso_image_is_told_by_its_first_volume_descriptor() {
    // As genisoimage 1.1.11 wrote it, behind 32 KiB of zeros.
    let mut bytes = vec![0; 32_768];
    bytes.extend(bytes_of("01434430303101004c494e5558202020202020202020202020202020"));
    bytes.resize(400_000, 0);
    assert_eq!(refused_as(&bytes), Some(Foreign::Iso));
}

#[test]
fn files_of_proxmox_backup_server_are_told_by_the_hashes_of_their_names() {
    // `pbs-datastore/src/file_formats.rs`: the first eight bytes of the SHA-256. An index
    // has a UUID, a time and a hash, and of fixed chunks two sizes, in a header of 4 KiB.
    for (name, size) in [
        ("Proxmox Backup fixed sized chunk index v1.0", 80),
        ("Proxmox Backup dynamic sized chunk index v1.0", 64),
    ] {
        let mut bytes = Sha256::digest(name)[..8].to_vec();
        bytes.resize(size, 0x5a);
        bytes.resize(4096, 0);
        bytes.extend([0xa5; 3200]);
        assert_eq!(refused_as(&bytes), Some(Foreign::PbsIndex), "{name}");
    }
    for name in [
        "Proxmox Backup uncompressed blob v1.0",
        "Proxmox Backup zstd compressed blob v1.0",
        "Proxmox Backup encrypted blob v1.0",
        "Proxmox Backup zstd compressed encrypted blob v1.0",
    ] {
        let mut bytes = Sha256::digest(name)[..8].to_vec();
        bytes.extend([0x5a; 5000]);
        assert_eq!(refused_as(&bytes), Some(Foreign::PbsBlob), "{name}");
    }
    // `pxar/src/format/mod.rs`: PXAR_ENTRY, PXAR_ENTRY_V1, PXAR_FORMAT_VERSION.
    for number in [0xd595_6474_e588_acef_u64, 0x11da_850a_1c1c_ceff, 0x730f_6c75_df16_a40d] {
        let mut bytes = number.to_le_bytes().to_vec();
        bytes.extend([0x5a; 5000]);
        assert_eq!(refused_as(&bytes), Some(Foreign::PbsArchive), "{number:#x}");
    }
}
