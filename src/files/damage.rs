//! Which files of a damaged volume are hit: those whose stored bytes lie in what is lost or
//! in doubt, and what cannot be told for the same reason.
//!
//! Everything that folders name is looked at, a bounded number at once and those in the
//! order of their ids: as a rule the order in which inodes or records lie on the disk.
//! What is hit where no file has its bytes hits none: free space, or metadata of which
//! there is a copy. Streams and attributes beside the contents count as the file's.

use std::collections::{BTreeMap, BTreeSet};

use super::listing::{Listed, listed};
use super::{Step, Volume};
use crate::file_system::{
    Cursor, Entry, Fault, FaultKind, FileType, Name, Node, NodeId, Result, Stream,
};
use crate::source::{Gap, GapKind};

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

/// To look for some thousand runs of one file takes as long as to look at so many things.
const THINGS_PER_RUNS: usize = 100;

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
    /// Things of which it cannot be told where all of their bytes lie.
    pub untold: u64,
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

/// A thing whose places are looked at.
struct Looking {
    parent: usize,
    found: Listed,
    /// What is left to be looked at: streams by their names, and contents.
    left: Vec<(Option<Name>, u64)>,
    /// Up to where the last of them was.
    at: u64,
    hit: Hurt,
    fault: Option<Fault>,
}

impl Hurt {
    fn add(&mut self, gap: &Gap) {
        let count = match gap.kind {
            GapKind::Lost => &mut self.lost,
            GapKind::InDoubt => &mut self.in_doubt,
            GapKind::NotYetKnown => &mut self.unknown,
        };
        *count = count.saturating_add(gap.end.saturating_sub(gap.start));
    }
}

impl Looking {
    /// The contents or the stream that was looked at is done, or cannot be told.
    fn end(&mut self, fault: Option<Fault>) {
        self.left.pop();
        self.at = 0;
        self.fault = self.fault.take().or(fault);
    }
}

/// What of a thing is to be looked at, by the names of streams, of which contents have none,
/// and their sizes; and why something else of it cannot be had.
type Parts = (Vec<(Option<Name>, u64)>, Option<Fault>);

/// The streams of a thing, and why a link's target or attributes cannot be had. `None` if
/// something has to be fetched first.
fn beside(volume: &Volume, node: &Node, found: &Listed) -> Result<Option<Parts>> {
    let is_link = node.file_type == FileType::Link && found.target.is_none();
    let asked = volume.attempt(|system| {
        if is_link {
            system.read_link(node.id)?;
        }
        system.extended_attributes(node.id)?;
        system.streams(node.id)
    });
    match asked {
        Ok(None) => Ok(None),
        Ok(Some(streams)) => {
            let named = streams.into_iter().map(|(name, size)| (Some(name), size));
            Ok(Some((named.collect(), None)))
        }
        Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
        Err(fault) => Ok(Some((Vec::new(), Some(fault)))),
    }
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
        let mut done = 0_usize;
        while done < THINGS_PER_STEP {
            let was_looking = self.looking.is_some();
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
            let goes_on = was_looking && self.looking.is_some();
            done = done.saturating_add(if goes_on { THINGS_PER_RUNS } else { 1 });
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
        let Some(folder) = self.folders.get(open.number) else { return Ok(Step::GoesOn) };
        let (parent, entry) = (folder.parent, folder.entry.clone());
        let Some(fault) = open.fault.clone() else {
            self.counts.folders = self.counts.folders.saturating_add(1);
            // Its list is whole: what else it has is looked at as of a file.
            let entry = Entry { file_type: Some(FileType::Directory), ..entry };
            self.to_look.insert((entry.id.0, 0), (parent, entry));
            self.is_looking = self.to_look.len() >= WAITING_MAX;
            return Ok(Step::GoesOn);
        };
        if matches!(fault.kind, FaultKind::Source(_)) {
            return Err(fault);
        }
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
        let is_listed = entry.file_type == Some(FileType::Directory);
        let Some(found) = listed(volume, entry)? else { return Ok(Step::Wanting) };
        let beside = match &found.node {
            Ok(node) => beside(volume, node, &found)?,
            Err(fault) => Some((Vec::new(), Some(fault.clone()))),
        };
        let Some((mut left, fault)) = beside else { return Ok(Step::Wanting) };
        self.to_look.remove(&key);
        self.at = key.0;
        let found_type = found.node.as_ref().ok().map(|node| node.file_type);
        if found_type == Some(FileType::Directory) && !is_listed {
            self.come_by_folder(parent, found.entry);
            return Ok(Step::GoesOn);
        }
        if !is_listed {
            self.counts.things = self.counts.things.saturating_add(1);
        }
        let contents = found.node.as_ref().ok().filter(|node| node.file_type == FileType::File);
        left.extend(contents.map(|node| (None, node.size)));
        let hit = Hurt::default();
        self.looking = Some(Looking { parent, found, left, at: 0, hit, fault });
        Ok(Step::GoesOn)
    }

    /// Looks at where the next part of a thing lies.
    fn look_on(&mut self, volume: &Volume, mut looking: Looking) -> Result<Step> {
        let Some((name, size)) = looking.left.last() else {
            let is_unread = looking.fault.as_ref().is_some_and(|fault| {
                matches!(fault.kind, FaultKind::Unsupported | FaultKind::TooLarge)
            });
            if looking.hit == Hurt::default() && is_unread {
                self.counts.untold = self.counts.untold.saturating_add(1);
            } else {
                self.tell(looking.parent, looking.found, looking.hit, looking.fault);
            }
            return Ok(Step::GoesOn);
        };
        let (id, range) = (looking.found.entry.id, looking.at..*size);
        let stream = name.as_ref().map_or(Stream::Contents, Stream::Named);
        match volume.attempt(|system| system.places(id, stream, range)) {
            Ok(None) => {
                self.looking = Some(looking);
                return Ok(Step::Wanting);
            }
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            Ok(Some(places)) if places.next.is_none_or(|next| next > looking.at) => {
                for gap in places.pieces.into_iter().flat_map(|place| volume.gaps(place)) {
                    looking.hit.add(&gap);
                }
                match places.next {
                    Some(next) => looking.at = next,
                    None => looking.end(None),
                }
            }
            Ok(Some(_)) => looking.end(Some(Fault::corrupt("where its bytes are stored"))),
            Err(fault) => looking.end(Some(fault)),
        }
        self.looking = Some(looking);
        Ok(Step::GoesOn)
    }

    /// Tells of a thing if it is hit.
    fn tell(&mut self, parent: usize, found: Listed, hit: Hurt, fault: Option<Fault>) {
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
