//! A machine that starts from the disk of a backup, without extracting it.

use std::fs;
use std::process::Command;

use archive_writer::{ArchiveBuilder, CLUSTER, Device};

use super::serve::{Folder, Served};

/// Bytes of a sector.
const SECTOR: usize = 512;

/// Where on the disk the text is that the guest says: in another cluster than the guest.
const TEXT_AT: usize = 5 * CLUSTER + 7 * SECTOR;

/// A guest in one sector, which a BIOS puts to 7c00h: it reads another one by the BIOS (`int 13h`, `ah` = 42h), writes
/// its text to the first serial port, and ends QEMU by the port of `isa-debug-exit`.
fn boot_sector(lba: u64) -> Vec<u8> {
    let mut code = vec![
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xfc, // cld
        0xbe, 0x26, 0x7c, // mov si, packet
        0xb4, 0x42, // mov ah, 42h
        0xcd, 0x13, // int 13h
        0x72, 0x13, // jc failed
        0xbe, 0x00, 0x80, // mov si, 8000h
        0xac, // next: lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x06, // jz end
        0xba, 0xf8, 0x03, // mov dx, 3f8h
        0xee, // out dx, al
        0xeb, 0xf5, // jmp next
        0xb0, 0x10, 0xe6, 0xf4, 0xf4, // end: mov al, 10h; out f4h, al; hlt
        0xb0, 0x20, 0xe6, 0xf4, 0xf4, // failed: mov al, 20h; out f4h, al; hlt
        0x10, 0x00, 0x01, 0x00, // packet: 16 bytes, one sector,
        0x00, 0x80, 0x00, 0x00, // to 0000:8000,
    ];
    code.extend(lba.to_le_bytes());
    code.resize(SECTOR - 2, 0);
    code.extend([0x55, 0xaa]);
    code
}

/// `isa-debug-exit` makes this of what was written to its port.
const fn exit_code(written: i32) -> Option<i32> {
    Some(written << 1 | 1)
}

#[test]
fn a_guest_starts_from_a_disk_that_is_served() {
    let text = b"The disk of this backup was never extracted.\n";
    let mut disk = vec![0; 8 << 20];
    disk[..SECTOR].copy_from_slice(&boot_sector((TEXT_AT / SECTOR) as u64));
    disk[TEXT_AT..TEXT_AT + text.len()].copy_from_slice(text);
    let archive = ArchiveBuilder::new().device(Device::from_bytes(1, "drive-scsi0", disk)).build();
    let folder = Folder::new("boot");
    let plain = folder.file("b.vma");
    fs::write(&plain, &archive.bytes).unwrap();
    let packed = folder.file("b.vma.zst");
    let zstd = Command::new("zstd").arg("-q").arg(&plain).arg("-o").arg(&packed).status();
    assert!(zstd.unwrap().success());
    for backup in [plain, packed] {
        let served = Served::start(&backup, folder.file("s"), &[]);
        let drive = format!("format=raw,if=ide,snapshot=on,file={}", served.address);
        let guest = Command::new("timeout")
            .args(["120", "qemu-system-x86_64", "-machine", "pc,accel=tcg", "-m", "32"])
            .args(["-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"])
            .args(["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04", "-drive", &drive])
            .output()
            .unwrap();
        assert_eq!(guest.status.code(), exit_code(0x10), "{guest:?}");
        assert_eq!(guest.stdout, text);
        assert_eq!(served.end("-TERM"), (Some(0), String::new()));
    }
}
