//! Which files of a damaged volume are hit: those whose stored bytes lie in what is lost or
//! in doubt, and what cannot be told for the same reason.
//!
//! Everything that folders name is looked at, a bounded number at once and those in the
//! order of their ids: as a rule the order in which inodes or records lie on the disk.
//! What is hit where no file has its bytes hits none: free space, or metadata of which
//! there is a copy. Attributes beside the contents are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::listing::{Listed, listed};
use super::{Step, Volume};
use crate::file_system::{Cursor, Entry, Fault, FaultKind, FileType, Name, Node, NodeId, Result};
use crate::source::GapKind;

/// Things that are told, at most; the rest is counted.
pub const TOLD_MAX: usize = 100_000;

/// Things that are looked at, at most.
const THINGS_MAX: u64 = 20_000_000;

/// Folders that are remembered, at most.
const FOLDERS_MAX: usize = 1_000_000;

/// Folders below one another, at most.
const DEPTH_MAX: usize = 512;

/// Once so many things wait, they are looked at before another folder is listed.
const WAITING_MAX: usize = 20_000;

/// Things that one step looks at, about.
const THINGS_PER_STEP: usize = 1000;

/// As many places every file system names of one range, if there are as many.
const PLACES_TOLD: usize = 4096;

/// The smallest range of a file whose places are asked for by themselves: fewer than
/// [`PLACES_TOLD`] blocks of 512 bytes.
const RANGE_MIN: u64 = 1 << 20;

/// The largest one as a rule, and into how many a file is parted at most.
const RANGE: u64 = 1 << 30;
const RANGES_MAX: u64 = 4096;

/// Something that is hit.
#[derive(Clone, Debug)]
pub struct Damaged {
    /// From the root, with its own name at the end; nothing for the root itself.
    pub path: Vec<Name>,
    /// What it is.
    pub found: Listed,
    /// By how much.
    pub hit: Hurt,
    /// What of it cannot be told: a directory's list, or where a file lies.
    pub fault: Option<Fault>,
}

/// Bytes that a file stores in gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hurt {
    /// In what is lost.
    pub lost: u64,
    /// In what is in doubt.
    pub in_doubt: u64,
    /// Where the scan has not come to.
    pub unknown: u64,
}

/// What was counted on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Things that were looked at.
    pub things: u64,
    /// Folders that were listed.
    pub folders: u64,
    /// Things that are hit.
    pub hit: u64,
    /// Folders whose list is not whole: what they name beside is not known.
    pub cut: u64,
    /// Files of which the file system does not say where they lie.
    pub untold: u64,
    /// Streams beside the contents, of which nothing is looked at.
    pub streams: u64,
}

/// A folder that was come by, with the one that it is in.
struct Folder {
    parent: usize,
    entry: Entry,
    depth: usize,
}

/// A folder that is listed.
struct Open {
    number: usize,
    cursor: Cursor,
    fault: Option<Fault>,
}

/// A file whose places are looked at.
struct Looking {
    parent: usize,
    found: Listed,
    size: u64,
    at: u64,
    range: u64,
    hit: Hurt,
}

/// A walk over all files of a volume.
///
/// Many fields: what waits, where it is, what it has seen, and what it tells.
pub struct Damage {
    folders: Vec<Folder>,
    seen: BTreeSet<u64>,
    /// Folders that wait, by id, each with its number.
    to_list: BTreeMap<u64, usize>,
    /// Things that wait, by id and in the order they came, each with its folder.
    to_look: BTreeMap<(u64, u64), (usize, Entry)>,
    came: u64,
    /// Whether those that wait are looked at before another folder is listed.
    is_looking: bool,
    /// The id that was come to.
    at: u64,
    open: Option<Open>,
    looking: Option<Looking>,
    told: Vec<Damaged>,
    counts: Counts,
    is_cut: bool,
    is_begun: bool,
}

impl Damage {
    /// Over all that is below `root`.
    #[must_use]
    pub fn new(root: NodeId) -> Self {
        let entry =
            Entry { name: Name(Vec::new()), id: root, file_type: Some(FileType::Directory) };
        Self {
            folders: vec![Folder { parent: 0, entry, depth: 0 }],
            seen: BTreeSet::from([root.0]),
            to_list: BTreeMap::from([(root.0, 0)]),
            to_look: BTreeMap::new(),
            came: 0,
            is_looking: false,
            at: 0,
            open: None,
            looking: None,
            told: Vec::new(),
            counts: Counts::default(),
            is_cut: false,
            is_begun: false,
        }
    }

    /// Looks at some more things. All is done at once where no byte of the volume is lost,
    /// in doubt or not yet known.
    ///
    /// # Errors
    ///
    /// The source below cannot be read. What else is wrong is told.
    pub fn step(&mut self, volume: &Volume) -> Result<Step> {
        if !self.is_begun && volume.is_whole() {
            return Ok(Step::Done);
        }
        self.is_begun = true;
        for _ in 0..THINGS_PER_STEP {
            let step = if let Some(looking) = self.looking.take() {
                self.look_on(volume, looking)?
            } else if self.is_looking {
                self.look(volume)?
            } else {
                self.list(volume)?
            };
            if step != Step::GoesOn {
                return Ok(step);
            }
        }
        Ok(Step::GoesOn)
    }

    /// What was found to be hit since the last time.
    pub fn take(&mut self) -> Vec<Damaged> {
        core::mem::take(&mut self.told)
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether there is more than is looked at.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Lists some more of the folder that is open, or opens the next one.
    fn list(&mut self, volume: &Volume) -> Result<Step> {
        let Some(mut open) = self.open.take() else { return Ok(self.open_next()) };
        let Some(id) = self.folders.get(open.number).map(|folder| folder.entry.id) else {
            return Ok(Step::GoesOn);
        };
        let batch = match volume.attempt(|system| system.read_dir(id, open.cursor)) {
            Ok(Some(batch)) => batch,
            Ok(None) => {
                self.open = Some(open);
                return Ok(Step::Wanting);
            }
            Err(fault) => {
                open.fault.get_or_insert(fault);
                return self.close(volume, open);
            }
        };
        for entry in batch.entries {
            self.come_by(open.number, entry);
        }
        let left_out = (batch.left_out > 0)
            .then(|| Fault::corrupt(format!("{} entries of its list", batch.left_out)));
        open.fault = open.fault.or(batch.missing).or(left_out);
        match batch.next {
            Some(next) if next != open.cursor => {
                self.open = Some(Open { cursor: next, ..open });
            }
            Some(_) => {
                open.fault.get_or_insert(Fault::corrupt("a list without an end"));
                return self.close(volume, open);
            }
            None => return self.close(volume, open),
        }
        self.is_looking = self.to_look.len() >= WAITING_MAX;
        Ok(Step::GoesOn)
    }

    /// Opens the folder that comes next on the disk.
    fn open_next(&mut self) -> Step {
        let next = self.to_list.range(self.at..).next().or_else(|| self.to_list.iter().next());
        let Some((&id, &number)) = next else {
            self.is_looking = true;
            return if self.to_look.is_empty() { Step::Done } else { Step::GoesOn };
        };
        self.to_list.remove(&id);
        self.at = id;
        self.open = Some(Open { number, cursor: Cursor::default(), fault: None });
        Step::GoesOn
    }

    /// A folder is listed as far as it can be.
    fn close(&mut self, volume: &Volume, open: Open) -> Result<Step> {
        let Some(fault) = open.fault.clone() else {
            self.counts.folders = self.counts.folders.saturating_add(1);
            self.is_looking = self.to_look.len() >= WAITING_MAX;
            return Ok(Step::GoesOn);
        };
        if matches!(fault.kind, FaultKind::Source(_)) {
            return Err(fault);
        }
        let Some(folder) = self.folders.get(open.number) else { return Ok(Step::GoesOn) };
        let (parent, entry) = (folder.parent, folder.entry.clone());
        let Some(found) = listed(volume, entry)? else {
            self.open = Some(open);
            return Ok(Step::Wanting);
        };
        self.counts.folders = self.counts.folders.saturating_add(1);
        self.counts.cut = self.counts.cut.saturating_add(1);
        self.tell(parent, found, Hurt::default(), Some(fault));
        Ok(Step::GoesOn)
    }

    /// An entry of a folder.
    fn come_by(&mut self, parent: usize, entry: Entry) {
        if entry.file_type == Some(FileType::Directory) {
            self.come_by_folder(parent, entry);
            return;
        }
        self.came = self.came.saturating_add(1);
        if self.came > THINGS_MAX {
            self.is_cut = true;
            return;
        }
        self.to_look.insert((entry.id.0, self.came), (parent, entry));
    }

    /// A folder in another one, which is listed once.
    fn come_by_folder(&mut self, parent: usize, entry: Entry) {
        let depth = self.folders.get(parent).map_or(0, |folder| folder.depth).saturating_add(1);
        if self.seen.contains(&entry.id.0) {
            return;
        }
        if depth > DEPTH_MAX || self.folders.len() >= FOLDERS_MAX {
            self.is_cut = true;
            return;
        }
        self.seen.insert(entry.id.0);
        self.to_list.insert(entry.id.0, self.folders.len());
        self.folders.push(Folder { parent, entry, depth });
    }

    /// Looks at the thing that comes next on the disk.
    fn look(&mut self, volume: &Volume) -> Result<Step> {
        let next = self.to_look.range((self.at, 0)..).next();
        let next = next.or_else(|| self.to_look.iter().next());
        let Some((&key, (parent, entry))) = next else {
            self.is_looking = false;
            return Ok(Step::GoesOn);
        };
        let (parent, entry) = (*parent, entry.clone());
        let Some(found) = listed(volume, entry)? else { return Ok(Step::Wanting) };
        let beside = match &found.node {
            Ok(node) => self.beside(volume, node, &found)?,
            Err(_) => Some(None),
        };
        let Some(beside) = beside else { return Ok(Step::Wanting) };
        self.to_look.remove(&key);
        self.at = key.0;
        self.counts.things = self.counts.things.saturating_add(1);
        match &found.node {
            Ok(node) if node.file_type == FileType::Directory => {
                self.come_by_folder(parent, found.entry);
            }
            Ok(node) if node.file_type == FileType::File => {
                let size = node.size;
                let range = RANGE.max(size / RANGES_MAX);
                let hit = Hurt::default();
                self.looking = Some(Looking { parent, found, size, at: 0, range, hit });
            }
            Ok(_) => self.tell(parent, found, Hurt::default(), beside),
            Err(fault) => {
                let fault = fault.clone();
                self.tell(parent, found, Hurt::default(), Some(fault));
            }
        }
        Ok(Step::GoesOn)
    }

    /// Why a link's target cannot be had; streams beside a file are counted. `None` if
    /// something has to be fetched first.
    fn beside(
        &mut self,
        volume: &Volume,
        node: &Node,
        found: &Listed,
    ) -> Result<Option<Option<Fault>>> {
        let asked = match node.file_type {
            FileType::Link if found.target.is_none() => {
                volume.attempt(|system| system.read_link(node.id)).map(|made| made.map(|_| 0))
            }
            FileType::File => volume
                .attempt(|system| system.streams(node.id))
                .map(|made| made.map(|streams| streams.len())),
            _ => Ok(Some(0)),
        };
        match asked {
            Ok(None) => Ok(None),
            Ok(Some(streams)) => {
                let streams = u64::try_from(streams).unwrap_or(u64::MAX);
                self.counts.streams = self.counts.streams.saturating_add(streams);
                Ok(Some(None))
            }
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
            Err(fault) => Ok(Some(Some(fault))),
        }
    }

    /// Looks at where the next part of a file lies.
    fn look_on(&mut self, volume: &Volume, mut looking: Looking) -> Result<Step> {
        if looking.at >= looking.size {
            self.tell(looking.parent, looking.found, looking.hit, None);
            return Ok(Step::GoesOn);
        }
        let end = looking.at.saturating_add(looking.range).min(looking.size);
        let places = match volume.places(looking.found.entry.id, looking.at..end) {
            Ok(Some(places)) => places,
            Ok(None) => {
                self.looking = Some(looking);
                return Ok(Step::Wanting);
            }
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            Err(fault) => {
                self.tell(looking.parent, looking.found, looking.hit, Some(fault));
                return Ok(Step::GoesOn);
            }
        };
        if places.len() >= PLACES_TOLD && looking.range > RANGE_MIN {
            // There may be more of them than were named.
            looking.range = (looking.range / 2).max(RANGE_MIN);
            self.looking = Some(looking);
            return Ok(Step::GoesOn);
        }
        for gap in places.into_iter().flat_map(|place| volume.gaps(place)) {
            let length = gap.end.saturating_sub(gap.start);
            let count = match gap.kind {
                GapKind::Lost => &mut looking.hit.lost,
                GapKind::InDoubt => &mut looking.hit.in_doubt,
                GapKind::NotYetKnown => &mut looking.hit.unknown,
            };
            *count = count.saturating_add(length);
        }
        looking.at = end;
        self.looking = Some(looking);
        Ok(Step::GoesOn)
    }

    /// Tells of a thing if it is hit.
    fn tell(&mut self, parent: usize, found: Listed, hit: Hurt, fault: Option<Fault>) {
        let is_unread =
            |fault: &Fault| matches!(fault.kind, FaultKind::Unsupported | FaultKind::TooLarge);
        let is_folder = found.entry.file_type == Some(FileType::Directory);
        if hit == Hurt::default() && !is_folder && fault.as_ref().is_some_and(is_unread) {
            self.counts.untold = self.counts.untold.saturating_add(1);
            return;
        }
        if hit == Hurt::default() && fault.is_none() {
            return;
        }
        self.counts.hit = self.counts.hit.saturating_add(1);
        if self.counts.hit > u64::try_from(TOLD_MAX).unwrap_or(u64::MAX) {
            self.is_cut = true;
            return;
        }
        let mut path = self.path(parent);
        if !found.entry.name.0.is_empty() {
            path.push(found.entry.name.clone());
        }
        self.told.push(Damaged { path, found, hit, fault });
    }

    /// The path of a folder.
    fn path(&self, number: usize) -> Vec<Name> {
        let mut path = Vec::new();
        let mut at = number;
        while let Some(folder) = self.folders.get(at).filter(|_| at > 0) {
            path.push(folder.entry.name.clone());
            at = folder.parent;
        }
        path.reverse();
        path
    }
}
