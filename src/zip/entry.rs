//! What is known of a thing that is written into a zip archive.

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, whose target are its bytes.
    Link,
}

/// What is known of an entry.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its path, as [`Names`](super::Names) makes them; a directory's ends with a slash.
    pub path: &'a str,
    /// What it is.
    pub kind: Kind,
    /// The lower twelve bits of its mode.
    pub mode: u16,
    /// Owner and group.
    pub owner: Option<(u32, u32)>,
    /// When it was changed, in seconds since 1970 began.
    pub modified: i64,
    /// Whether that is of a wall clock whose zone is not known.
    pub is_local: bool,
    /// Whether it is marked to be left out of lists.
    pub is_hidden: bool,
}
