//! What a partition is for: the byte of an MBR, or the GUID of a GPT.

use uuid::{Uuid, uuid};

/// What a partition is for, as a table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A byte of an MBR.
    Mbr(u8),
    /// A GUID of a GPT.
    Gpt(Uuid),
}

impl Purpose {
    /// As it is written: two hex digits, or a GUID in lower case.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Mbr(byte) => format!("{byte:02x}"),
            Self::Gpt(uuid) => uuid.to_string(),
        }
    }

    /// What it tells of what is in the partition; `None` for what tells nothing more
    /// than what is found there.
    #[must_use]
    pub fn use_of(self) -> Option<Use> {
        match self {
            Self::Mbr(byte) => of_mbr(byte),
            Self::Gpt(uuid) => of_gpt(uuid),
        }
    }
}

/// What a partition is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the name of what it stands for")]
pub enum Use {
    Apple,
    BiosBoot,
    Bsd,
    EfiSystem,
    Extended,
    Gpt,
    Linux,
    LinuxBoot,
    LinuxHome,
    LinuxLvm,
    LinuxRaid,
    LinuxRoot,
    LinuxSwap,
    MicrosoftReserved,
    VmwareVmfs,
    WindowsDynamic,
    WindowsRecovery,
    Zfs,
}

impl Use {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::BiosBoot => "bios-boot",
            Self::Bsd => "bsd",
            Self::EfiSystem => "efi-system",
            Self::Extended => "extended",
            Self::Gpt => "gpt",
            Self::Linux => "linux",
            Self::LinuxBoot => "linux-boot",
            Self::LinuxHome => "linux-home",
            Self::LinuxLvm => "linux-lvm",
            Self::LinuxRaid => "linux-raid",
            Self::LinuxRoot => "linux-root",
            Self::LinuxSwap => "linux-swap",
            Self::MicrosoftReserved => "microsoft-reserved",
            Self::VmwareVmfs => "vmware-vmfs",
            Self::WindowsDynamic => "windows-dynamic",
            Self::WindowsRecovery => "windows-recovery",
            Self::Zfs => "zfs",
        }
    }

    /// Whether only Windows makes such partitions.
    #[must_use]
    pub fn is_of_windows(self) -> bool {
        matches!(self, Self::MicrosoftReserved | Self::WindowsDynamic | Self::WindowsRecovery)
    }

    /// Whether it is one of a system of Linux, and not merely what all its programs take.
    #[must_use]
    pub fn is_of_linux(self) -> bool {
        matches!(
            self,
            Self::LinuxBoot
                | Self::LinuxHome
                | Self::LinuxLvm
                | Self::LinuxRaid
                | Self::LinuxRoot
                | Self::LinuxSwap
        )
    }
}

/// What a kind tells: see [`Purpose::use_of`].
fn of_mbr(kind: u8) -> Option<Use> {
    Some(match kind {
        0x05 | 0x0f | 0x85 => Use::Extended,
        0x27 => Use::WindowsRecovery,
        0x42 => Use::WindowsDynamic,
        0x82 => Use::LinuxSwap,
        0x83 => Use::Linux,
        0x8e => Use::LinuxLvm,
        0xfd => Use::LinuxRaid,
        0xa5 | 0xa6 | 0xa9 => Use::Bsd,
        0xaf => Use::Apple,
        0xee => Use::Gpt,
        0xef => Use::EfiSystem,
        0xfb => Use::VmwareVmfs,
        _ => return None,
    })
}

/// What a type tells: see [`Purpose::use_of`]. The GUIDs are those of the UEFI
/// Specification, of Microsoft's `CREATE_PARTITION_PARAMETERS`, and of the UAPI group's
/// "Discoverable Partitions Specification".
fn of_gpt(guid: Uuid) -> Option<Use> {
    const TABLE: [(Uuid, Use); 17] = [
        (uuid!("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"), Use::EfiSystem),
        (uuid!("21686148-6449-6e6f-744e-656564454649"), Use::BiosBoot),
        (uuid!("e3c9e316-0b5c-4db8-817d-f92df00215ae"), Use::MicrosoftReserved),
        (uuid!("de94bba4-06d1-4d40-a16a-bfd50179d6ac"), Use::WindowsRecovery),
        (uuid!("5808c8aa-7e8f-42e0-85d2-e1e90434cfb3"), Use::WindowsDynamic),
        (uuid!("af9b60a0-1431-4f62-bc68-3311714a69ad"), Use::WindowsDynamic),
        (uuid!("0fc63daf-8483-4772-8e79-3d69d8477de4"), Use::Linux),
        (uuid!("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"), Use::LinuxRoot),
        (uuid!("b921b045-1df0-41c3-af44-4c6f280d3fae"), Use::LinuxRoot),
        (uuid!("933ac7e1-2eb4-4f13-b844-0e14e2aef915"), Use::LinuxHome),
        (uuid!("bc13c2ff-59e6-4262-a352-b275fd6f7172"), Use::LinuxBoot),
        (uuid!("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"), Use::LinuxSwap),
        (uuid!("e6d6d379-f507-44c2-a23c-238f2a3df928"), Use::LinuxLvm),
        (uuid!("a19d880f-05fc-4d3b-a006-743f0f84911e"), Use::LinuxRaid),
        (uuid!("7c3457ef-0000-11aa-aa11-00306543ecac"), Use::Apple),
        (uuid!("6a898cc3-1dd2-11b2-99a6-080020736631"), Use::Zfs),
        (uuid!("516e7cba-6ecf-11d6-8ff8-00022d09712b"), Use::Bsd),
    ];
    TABLE.iter().find(|(known, _)| *known == guid).map(|(_, used)| *used)
}
