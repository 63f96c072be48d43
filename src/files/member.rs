//! A thing of a file system, as an entry of a tar archive.

use core::ops::Range;
use std::rc::Rc;

use crate::file_system::{
    ExtendedAttribute, Fault, FaultKind, FileSystem, FileType, Name, Node, NodeId, Result, Stream,
};
use crate::source::to_u64;
use crate::tar::{Entry, Kind, Sparse, write};
use crate::zip;

/// The largest number of a device that a header has room for.
const DEVICE_MAX: u32 = (1 << 21) - 1;

/// What is known of a thing that is to be written.
pub(super) struct Member {
    pub(super) path: Vec<u8>,
    pub(super) node: Node,
    pub(super) target: Vec<u8>,
    pub(super) attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Of a file with holes what is stored.
    pub(super) ranges: Option<Rc<[Range<u64>]>>,
    /// Which stream it is of a thing, if it is not the thing.
    pub(super) stream: Option<Name>,
    /// Streams beside its contents, with the bytes of each.
    pub(super) streams: Vec<(Name, u64)>,
    /// What of it cannot be written.
    pub(super) lacking: Vec<Fault>,
}

impl Member {
    /// Asks for all of `id`.
    pub(super) fn ask(system: &dyn FileSystem, id: NodeId, path: &[u8]) -> Result<Self> {
        let node = system.node(id)?;
        let is_link = node.file_type == FileType::Link;
        let target = if is_link { system.read_link(id)? } else { Name(Vec::new()) };
        let mut lacking = Vec::new();
        let attributes = kept(system.extended_attributes(id), "attributes", &mut lacking)?;
        let streams = kept(system.streams(id), "streams", &mut lacking)?;
        let pair = |one: ExtendedAttribute| (one.name.0, one.value);
        let attributes = attributes.flatten().unwrap_or_default().into_iter().map(pair).collect();
        Ok(Self {
            path: path.to_vec(),
            node,
            target: target.0,
            attributes,
            ranges: None,
            stream: None,
            streams: streams.unwrap_or_default(),
            lacking,
        })
    }

    /// Which bytes of the thing it is.
    pub(super) fn bytes(&self) -> Stream<'_> {
        self.stream.as_ref().map_or(Stream::Contents, Stream::Named)
    }

    /// Which kind of entry it is; a fault if there is none for it.
    pub(super) fn kind(&self) -> Result<Kind> {
        let device = |kind| match self.node.device {
            Some((major, minor)) if major <= DEVICE_MAX && minor <= DEVICE_MAX => Ok(kind),
            _ => Err(Fault::unsupported("the numbers of a device")),
        };
        match self.node.file_type {
            FileType::File => Ok(Kind::File),
            FileType::Directory => Ok(Kind::Directory),
            FileType::Link if self.target.is_empty() => Err(Fault::corrupt("a link to nothing")),
            FileType::Link if self.target.contains(&0) => Err(Fault::corrupt("a link's target")),
            FileType::Link => Ok(Kind::Link),
            FileType::Block => device(Kind::Block),
            FileType::Character => device(Kind::Character),
            FileType::Fifo => Ok(Kind::Fifo),
            FileType::Socket => Err(Fault::unsupported("a socket")),
            FileType::Other => Err(Fault::unsupported("what is none of Unix's types")),
        }
    }

    /// What of it stands in an archive, as a file that may have holes.
    fn sparse(&self) -> Option<Sparse<'_>> {
        Some(Sparse { ranges: self.ranges.as_deref()?, size: self.node.size })
    }

    /// Bytes of a file that stand in an archive.
    pub(super) fn stored(&self) -> u64 {
        self.sparse().map_or(self.node.size, |sparse| sparse.stored())
    }

    /// Its path, a directory's with a slash at its end.
    fn full_path(&self, kind: Kind) -> Vec<u8> {
        let mut path = self.path.clone();
        if kind == Kind::Directory {
            path.push(b'/');
        }
        path
    }

    /// Gives what a zip archive knows of it.
    pub(super) fn with_zip_entry(&self, kind: Kind, give: impl FnOnce(&zip::Entry<'_>)) {
        let path = self.full_path(kind);
        let owner = self.node.attributes;
        give(&zip::Entry {
            path: &String::from_utf8_lossy(&path),
            kind: match kind {
                Kind::Directory => zip::Kind::Directory,
                Kind::Link => zip::Kind::Link,
                _ => zip::Kind::File,
            },
            mode: owner.map_or(usual_mode(kind), |owner| owner.mode),
            owner: owner.map(|owner| (owner.user, owner.group)),
            modified: self.node.modified.map_or(0, |time| time.seconds),
            is_local: self.node.modified.is_none_or(|time| time.is_local),
            is_hidden: self.node.is_hidden,
        });
    }

    /// Writes its header.
    pub(super) fn write(&self, kind: Kind, target: &[u8], into: &mut Vec<u8>) {
        let path = self.full_path(kind);
        let owner = self.node.attributes;
        let modified = self.node.modified.map_or((0, 0), |time| (time.seconds, time.nanoseconds));
        let is_other_name = kind == Kind::HardLink;
        let sparse = self.sparse().filter(|_| kind == Kind::File);
        let list = sparse.map_or_else(Vec::new, |sparse| sparse.list());
        let size = self.stored().saturating_add(to_u64(list.len()));
        write(
            &Entry {
                path: &path,
                kind,
                size: if kind == Kind::File { size } else { 0 },
                sparse,
                mode: owner.map_or(usual_mode(kind), |owner| owner.mode),
                user: owner.map_or(0, |owner| owner.user),
                group: owner.map_or(0, |owner| owner.group),
                modified,
                target,
                device: self.node.device.unwrap_or((0, 0)),
                attributes: if is_other_name { &[] } else { &self.attributes },
            },
            into,
        );
        into.extend(list);
    }
}

/// The mode of what has none.
fn usual_mode(kind: Kind) -> u16 {
    match kind {
        Kind::Directory => 0o755,
        Kind::Link => 0o777,
        _ => 0o644,
    }
}

/// What was read, or that it is lacking.
///
/// # Errors
///
/// The source below cannot be read.
fn kept<Value>(read: Result<Value>, what: &str, lacking: &mut Vec<Fault>) -> Result<Option<Value>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
        Err(fault) => {
            lacking.push(Fault { about: format!("{what}: {}", fault.about), ..fault });
            Ok(None)
        }
    }
}
