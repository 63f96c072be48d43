//! The firmware, and the variables that belong to it.
//!
//! Source: `PVE/QemuServer/OVMF.pm` of qemu-server 9.2.6 (C); where the files are
//! and how long: Debian's packages `ovmf` and `qemu-efi-aarch64`.

use super::machine::{Arch, Machine};

/// A build of the UEFI firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Firmware {
    /// Where Debian keeps it.
    pub(super) code: &'static str,
    /// Bytes of its variables.
    pub(super) variables: u64,
    /// How a file is made as long as that.
    pub(super) cut: &'static str,
}

/// What `efitype=4m` stands for.
pub(super) const OF_4_MIB: Firmware = Firmware {
    code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    variables: 540_672,
    cut: "the firmware takes no file of another length: first run “truncate -s 540672” on it",
};

/// What `efitype=2m` stands for, and so does an EFI disk without one.
pub(super) const OF_2_MIB: Firmware = Firmware {
    code: "/usr/share/OVMF/OVMF_CODE.fd",
    variables: 131_072,
    cut: "the firmware takes no file of another length: first run “truncate -s 131072” on it",
};

/// That of ARM's machines.
pub(super) const OF_AARCH64: Firmware = Firmware {
    code: "/usr/share/AAVMF/AAVMF_CODE.fd",
    variables: 64 << 20,
    cut: "the firmware takes no file of another length: first run “truncate -s 64M” on it",
};

impl Machine {
    /// The UEFI firmware that the variables belong to. Without any, Proxmox VE
    /// starts with new ones; then that which newer systems have.
    pub(super) fn firmware(&self) -> Firmware {
        let efi_type = self.config.option("efidisk0", "efitype");
        match (self.arch, self.config.line("efidisk0"), efi_type) {
            (Arch::Aarch64, _, _) => OF_AARCH64,
            (Arch::X86_64, None, _) | (Arch::X86_64, _, Some("4m")) => OF_4_MIB,
            (Arch::X86_64, Some(_), _) => OF_2_MIB,
        }
    }
}
