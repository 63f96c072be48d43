//! Streams beside a file's contents, as files of their own beside it in an archive.

use std::collections::BTreeSet;

use super::member::Member;
use crate::file_system::{Fault, FaultKind, FileType, Name, Node, Result};
use crate::zip::{Names, digest};

/// What stands between the name of a file and that of a stream of it. A colon, which stands
/// there on Windows, is none that all systems take.
const BETWEEN: &[u8] = b".stream.";

/// What the names of streams start with in which NTFS keeps what is its own: `$Bad` is as
/// large as the volume, and `$J`, of what was changed, many GiB of which little is stored.
const OWN: &[u8] = b"$";

/// The streams in which a sound NTFS keeps what is its own, with the name of the file that
/// each stands beside: nothing of a user's, and nothing that is missed.
const OF_NTFS: [(&[u8], &[u8]); 9] = [
    (b"$BadClus", b"$Bad"),
    (b"$Secure", b"$SDS"),
    (b"$UpCase", b"$Info"),
    (b"$UsnJrnl", b"$J"),
    (b"$UsnJrnl", b"$Max"),
    (b"$Repair", b"$Config"),
    (b"$Repair", b"$Corrupt"),
    (b"$Repair", b"$Verify"),
    (b"$Tops", b"$T"),
];

/// Bytes that a name may have on Linux.
const NAME_MAX: usize = 255;

/// Paths that are remembered, at most.
const PATHS_MAX: usize = 500_000;

/// Paths in an archive that the one of a stream may be the same as: few have such a name.
#[derive(Default)]
pub(super) struct Beside(BTreeSet<u64>);

impl Beside {
    /// Whether nothing that was written before has the path of something that is to be.
    pub(super) fn is_new(&mut self, path: &[u8]) -> bool {
        let is_like_one = path.windows(BETWEEN.len()).any(|part| part == BETWEEN);
        !is_like_one || self.0.len() >= PATHS_MAX || self.0.insert(key(path))
    }

    /// The path of a stream of what stands at `path`.
    ///
    /// # Errors
    ///
    /// It is one of the file system's own; or no system takes its path, or something else has
    /// that, or may have it.
    pub(super) fn path(&mut self, path: &[u8], stream: &Name) -> Result<Vec<u8>> {
        if stream.0.starts_with(OWN) {
            return Err(Fault::unsupported("a stream of the file system's own"));
        }
        let name = Names::default().make(&stream.0).unwrap_or_default();
        let path = [path, BETWEEN, name.as_bytes()].concat();
        if last_of(&path).len() > NAME_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "the name of a stream"));
        }
        if self.0.len() >= PATHS_MAX || !self.0.insert(key(&path)) {
            return Err(Fault::corrupt("a name that stands there twice"));
        }
        Ok(path)
    }
}

/// Whether a stream of what stands at `path` is one of NTFS's own.
pub(super) fn is_of_ntfs(path: &[u8], stream: &Name) -> bool {
    OF_NTFS.contains(&(last_of(path), &stream.0))
}

/// The last part of a path.
fn last_of(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

/// Some systems do not tell large letters from small ones.
fn key(path: &[u8]) -> u64 {
    digest(String::from_utf8_lossy(path).to_lowercase().as_bytes())
}

impl Member {
    /// A stream of `size` bytes of this, at a path of its own.
    pub(super) fn stream(&self, name: Name, size: u64, path: Vec<u8>) -> Self {
        let attributes = self.node.attributes;
        Self {
            path,
            node: Node { file_type: FileType::File, size, links: None, attributes, ..self.node },
            target: Vec::new(),
            attributes: Vec::new(),
            ranges: None,
            stream: Some(name),
            streams: Vec::new(),
            lacking: Vec::new(),
        }
    }
}
