//! What a file system says of one thing in it.

/// Which thing of a file system: an inode's number, a record's, or what stands for it
/// where there are none. What its bits say is the file system's own business; it stays
/// the same as long as the file system is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, or a reparse point that is one.
    Link,
    /// A block device.
    Block,
    /// A character device.
    Character,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// Something else, that a directory names.
    Other,
}

impl FileType {
    /// What a mode of Unix says, by its bits from the twelfth on; `None` if that is nothing
    /// that Linux knows.
    pub(crate) fn of_mode(mode: u32) -> Option<Self> {
        Some(match mode >> 12 {
            0o01 => Self::Fifo,
            0o02 => Self::Character,
            0o04 => Self::Directory,
            0o06 => Self::Block,
            0o10 => Self::File,
            0o12 => Self::Link,
            0o14 => Self::Socket,
            _ => return None,
        })
    }

    /// What an entry of a directory says, by the number that Linux's file systems have in
    /// common (`FT_*` of its `fs_types.h`); `None` for 0, which says nothing.
    pub(crate) fn of_entry(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::File,
            2 => Self::Directory,
            3 => Self::Character,
            4 => Self::Block,
            5 => Self::Fifo,
            6 => Self::Socket,
            7 => Self::Link,
            _ => return None,
        })
    }
}

/// A time, as the file system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970 began; of a wall clock where the zone is not known.
    pub seconds: i64,
    /// Nanoseconds on top.
    pub nanoseconds: u32,
    /// Whether it is of a wall clock whose zone nobody wrote down, as FAT has it.
    pub is_local: bool,
}

/// Owner and mode of Unix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The lower twelve bits of a mode: permissions, and set-user-ID, set-group-ID, sticky.
    pub mode: u16,
    /// Whom it belongs to.
    pub user: u32,
    /// Which group it belongs to.
    pub group: u32,
}

/// A thing of a file system.
///
/// Many fields: each is a fact that a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which one.
    pub id: NodeId,
    /// What it is.
    pub file_type: FileType,
    /// Bytes of its contents, of a link those of its target. A claim until it is read.
    pub size: u64,
    /// Names that it has, where the file system counts them.
    pub links: Option<u64>,
    /// Owner and mode, where it has such.
    pub attributes: Option<Attributes>,
    /// When its contents changed last.
    pub modified: Option<Time>,
    /// When anything of it changed last.
    pub changed: Option<Time>,
    /// When it was read last.
    pub accessed: Option<Time>,
    /// When it was made.
    pub created: Option<Time>,
    /// Major and minor number of a device.
    pub device: Option<(u32, u32)>,
    /// Whether it is marked to be left out of lists: hidden, or of the system.
    pub is_hidden: bool,
}
