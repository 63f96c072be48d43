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
