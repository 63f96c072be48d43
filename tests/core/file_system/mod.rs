//! File systems as their own programs make them, held against what `blkid` says.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use crate::programs::has;
use vma_inspector::file_system::{Identified, Kind, Proof, Volume, identify};
use vma_inspector::source::FileSource;

/// A file in a folder of its own, gone with it.
pub struct Made {
    pub folder: PathBuf,
    pub path: PathBuf,
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Made {
    /// An empty file of `mib` MiB, named for a test.
    pub fn new(name: &str, mib: u64) -> Self {
        let folder = std::env::temp_dir().join(format!("vma-made-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let path = folder.join("disk");
        let file = File::create(&path).expect("the folder was made");
        file.set_len(mib << 20).expect("a sparse file");
        Self { folder, path }
    }

    /// Runs a command of a shell with `$F` for the file; whether it went well.
    pub fn run(&self, command: &str) -> bool {
        let path = "/usr/sbin:/sbin:/usr/bin:/bin";
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).env("PATH", path).env("F", &self.path);
        shell.current_dir(&self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        shell.status().is_ok_and(|status| status.success())
    }

    pub fn source(&self) -> Rc<FileSource> {
        Rc::new(FileSource::new(File::open(&self.path).expect("it is there")).expect("a file"))
    }

    fn identified(&self) -> Identified {
        identify(&*self.source()).expect("a file can be read")
    }

    /// What `blkid` says, by name.
    fn blkid(&self) -> BTreeMap<String, String> {
        blkid(&self.path)
    }
}

fn blkid(path: &Path) -> BTreeMap<String, String> {
    let output = Command::new("/usr/sbin/blkid").args(["-p", "-o", "export"]).arg(path).output();
    let output = output.expect("blkid is of Debian's base system");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace('\\', ""))).collect()
}

/// What `blkid` calls a kind.
fn blkid_type(kind: Kind) -> &'static str {
    match kind {
        Kind::LvmPhysical => "LVM2_member",
        Kind::MdRaid => "linux_raid_member",
        Kind::Luks1 | Kind::Luks2 => "crypto_LUKS",
        Kind::BitLocker => "BitLocker",
        Kind::Fat12 | Kind::Fat16 | Kind::Fat32 => "vfat",
        Kind::HfsPlus => "hfsplus",
        other => other.code(),
    }
}

/// How to make each: a name, the MiB that it gets, the command, the kind, the label,
/// and whether a checksum speaks for it.
const TABLE: [(&str, u64, &str, Kind, &str, Proof); 19] = [
    ("ext2", 8, "mkfs.ext2 -q -L old $F", Kind::Ext2, "old", Proof::Plausible),
    ("ext3", 16, "mkfs.ext3 -q -L three $F", Kind::Ext3, "three", Proof::Plausible),
    (
        "ext4",
        16,
        "mkfs.ext4 -q -O metadata_csum,64bit -L root $F",
        Kind::Ext4,
        "root",
        Proof::Agrees,
    ),
    (
        "ext4-1k",
        16,
        "mkfs.ext4 -q -b 1024 -O ^metadata_csum -L b $F",
        Kind::Ext4,
        "b",
        Proof::Plausible,
    ),
    ("xfs", 320, "mkfs.xfs -q -L data $F", Kind::Xfs, "data", Proof::Agrees),
    ("xfs4", 320, "mkfs.xfs -q -m crc=0 -L four $F", Kind::Xfs, "four", Proof::Plausible),
    ("xfs-4k", 320, "mkfs.xfs -q -s size=4096 -L wide $F", Kind::Xfs, "wide", Proof::Agrees),
    ("btrfs", 128, "mkfs.btrfs -q -L pool $F", Kind::Btrfs, "pool", Proof::Agrees),
    ("btrfs-x", 128, "mkfs.btrfs -q --csum xxhash -L x $F", Kind::Btrfs, "x", Proof::Plausible),
    ("ntfs", 16, "mkntfs -Q -q -F -L 'Wölkchen 1' $F", Kind::Ntfs, "Wölkchen 1", Proof::Agrees),
    ("ntfs-64k", 32, "mkntfs -Q -q -F -c 65536 -L big $F", Kind::Ntfs, "big", Proof::Agrees),
    ("fat12", 4, "mkfs.fat -F 12 -n FLOPPY $F", Kind::Fat12, "FLOPPY", Proof::Plausible),
    ("fat16", 32, "mkfs.fat -F 16 -n SIXTEEN $F", Kind::Fat16, "SIXTEEN", Proof::Plausible),
    ("fat32", 64, "mkfs.fat -F 32 -n EFI $F", Kind::Fat32, "EFI", Proof::Plausible),
    (
        "exfat",
        32,
        "mkfs.exfat -q -L Bilder $F || mkfs.exfat -L Bilder $F",
        Kind::ExFat,
        "Bilder",
        Proof::Agrees,
    ),
    ("swap", 8, "mkswap -L away $F", Kind::Swap, "away", Proof::Plausible),
    ("f2fs", 128, "mkfs.f2fs -q -l flash $F", Kind::F2fs, "flash", Proof::Plausible),
    ("udf", 16, "mkudffs -l Disc -b 2048 $F", Kind::Udf, "Disc", Proof::Agrees),
    (
        "iso",
        1,
        "mkdir d && xorriso -outdev stdio:new -volid DISC -map d / && mv new $F",
        Kind::Iso9660,
        "DISC",
        Proof::Plausible,
    ),
];

#[test]
fn each_is_told_with_label_and_uuid_as_blkid_tells_it() {
    for (name, mib, command, kind, label, proof) in TABLE {
        let made = Made::new(name, mib);
        let program = command.split(' ').find(|word| word.contains("mk") && *word != "mkdir");
        let program = if name == "iso" { "xorriso" } else { program.unwrap_or("sh") };
        if !has("sh", &["-c", &format!("PATH=$PATH:/sbin:/usr/sbin command -v {program}")]) {
            continue;
        }
        assert!(made.run(command), "{name}: {command}");
        let found = made.identified();
        let volume = found.volume.unwrap_or_else(|| panic!("{name} is not told"));
        let said = made.blkid();
        let of_blkid = said.get("TYPE").map(String::as_str);
        assert_eq!((volume.kind, volume.label.as_deref()), (kind, Some(label)), "{name}");
        assert_eq!(Some(blkid_type(kind)), of_blkid, "{name}");
        // Other letters it writes in carets.
        if label.is_ascii() {
            assert_eq!(volume.label.as_ref(), said.get("LABEL"), "{name}");
        }
        // Of discs blkid makes one up from dates.
        if !matches!(kind, Kind::Iso9660 | Kind::Udf) {
            assert_eq!(volume.uuid.as_ref(), said.get("UUID"), "{name}");
        }
        assert_eq!((volume.proof, volume.in_doubt), (proof, false), "{name}");
        assert_eq!(found.others, [], "{name}");
        let size = volume.size.unwrap_or(0);
        assert!(
            size <= mib << 20
                && (size >= (mib << 20) * 9 / 10 || matches!(kind, Kind::Iso9660 | Kind::Udf)),
            "{name}: {size}"
        );
        assert!(volume.used.is_none_or(|used| used <= size), "{name}");
    }
}

#[test]
fn squashfs_is_told_by_its_bytes() {
    let made = Made::new("squashfs", 1);
    if !has("mksquashfs", &["-version"]) {
        return;
    }
    assert!(made.run("mkdir d && rm $F && mksquashfs d $F -quiet"));
    let volume = made.identified().volume.expect("told");
    assert_eq!((volume.kind, blkid_type(volume.kind)), (Kind::Squashfs, "squashfs"));
    assert_eq!(made.blkid().get("TYPE").map(String::as_str), Some("squashfs"));
}

#[test]
fn a_used_ext4_says_how_full_it_is_and_where_it_was_mounted() {
    let made = Made::new("used", 16);
    if !has("sh", &["-c", "command -v /sbin/mkfs.ext4"]) {
        return;
    }
    // 4 MiB of data, and the structures of 16 MiB; `debugfs` sets the folder.
    assert!(made.run("mkdir d && head -c 4194304 /dev/urandom > d/f && mkfs.ext4 -q -d d $F"));
    assert!(made.run("debugfs -w -R 'set_super_value last_mounted /srv' $F"));
    let volume = made.identified().volume.expect("told");
    assert_eq!(volume.mounted.as_deref(), Some("/srv"));
    let used = volume.used.expect("counted");
    assert!((4 << 20..8 << 20).contains(&used), "{used}");
}

#[test]
fn what_is_left_over_below_a_newer_one_does_not_take_its_place() {
    let made = Made::new("stale", 16);
    if !has("sh", &["-c", "command -v /sbin/mkfs.ext4"]) {
        return;
    }
    // The header of LUKS in front of an ext4 of which the superblock is left, as
    // `luksFormat` leaves it if it is told not to wipe.
    assert!(made.run("mkfs.ext4 -q -O metadata_csum -L old $F"));
    let header = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/luks1.head"));
    let mut disk = fs::read(&made.path).expect("it is there");
    disk[..592].copy_from_slice(&header.expect("a fixture")[..592]);
    let found = identify(&disk).expect("memory");
    let kinds = |volumes: &[Volume]| volumes.iter().map(|v| v.kind).collect::<Vec<_>>();
    assert_eq!(found.volume.map(|v| v.kind), Some(Kind::Luks1));
    assert_eq!(kinds(&found.others), [Kind::Ext4]);
    // With a wrong checksum it is told as wrong, and after what is sound.
    let mut wrong = fs::read(&made.path).expect("it is there");
    wrong[1024 + 0x78] ^= 1;
    let found = identify(&wrong).expect("memory").volume.expect("told");
    assert_eq!((found.kind, found.proof), (Kind::Ext4, Proof::Disagrees));
}

#[test]
fn a_hibernated_system_is_told_from_swap_space() {
    let made = Made::new("hibernated", 8);
    assert!(made.run("mkswap $F"), "mkswap is of Debian's base system");
    let mut disk = fs::read(&made.path).expect("it is there");
    // As `swsusp` marks it: kernel/power/swap.c, HIBERNATE_SIG.
    disk[4086..4096].copy_from_slice(b"S1SUSPEND\0");
    let found = identify(&disk).expect("memory").volume.expect("told");
    assert_eq!(found.kind, Kind::Hibernated);
}
