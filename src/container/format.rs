//! The formats that may wrap an archive, and how each begins.

/// A format that may wrap an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Zstandard, `.zst`: today's default of Proxmox VE.
    Zstd,
    /// lzop, `.lzo`.
    Lzop,
    /// gzip, `.gz`.
    Gzip,
    /// bzip2, `.bz2`.
    Bzip2,
}

impl Container {
    /// The container that `first` bytes of a file announce, if they announce
    /// one. Six bytes are enough.
    ///
    /// Magic numbers: RFC 8878 (frames and skippable frames), lzop's own
    /// source (`\x89LZO\0\r\n\x1a\n`), RFC 1952, and bzip2's `BZh1` to `BZh9`.
    #[must_use]
    pub fn recognise(first: &[u8]) -> Option<Self> {
        match first {
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0x89, b'L', b'Z', b'O', 0, b'\r', ..] => Some(Self::Lzop),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// Its name, as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Lzop => "lzop",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
        }
    }
}
