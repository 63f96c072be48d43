//! The boot loader whose code stands in the first sector of a disk.

/// One that gives itself away by a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the name of what it stands for")]
pub enum BootLoader {
    Grub,
    Isolinux,
    Lilo,
    Syslinux,
    Windows,
}

impl BootLoader {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Grub => "grub",
            Self::Isolinux => "isolinux",
            Self::Lilo => "lilo",
            Self::Syslinux => "syslinux",
            Self::Windows => "windows",
        }
    }

    /// That of the first sector of a disk, as far as its texts tell: those of GRUB's
    /// `boot.S`, LILO, SYSLINUX, and Windows' own record.
    #[must_use]
    pub fn of(sector: &[u8]) -> Option<Self> {
        let code = sector.get(..CODE.min(sector.len())).unwrap_or(&[]);
        let holds = |text: &[u8]| code.windows(text.len()).any(|bytes| bytes == text);
        let table: [(Self, &[&[u8]]); 5] = [
            (Self::Grub, &[b"GRUB ", b"Geom", b"Read"]),
            (Self::Lilo, &[b"LILO"]),
            (Self::Isolinux, &[b"isolinux.bin missing"]),
            (Self::Syslinux, &[b"Missing operating system.\r\n"]),
            (Self::Windows, &[b"Invalid partition table", b"Missing operating system"]),
        ];
        let found = table.iter().find(|(_, texts)| texts.iter().all(|text| holds(text)));
        found.map(|(loader, _)| *loader)
    }
}

/// Bytes of code, before the entries of a partition table.
const CODE: usize = 446;
