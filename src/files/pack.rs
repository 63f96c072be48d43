//! Files and folders in one archive.
//!
//! A file of which anything cannot be had is left out, and told of: small ones are read
//! before their header is written, larger ones are read twice where that is quick, and
//! elsewhere only what is known of their gaps speaks before. So it is only in what has to
//! be unpacked that a large file may turn out to be broken when its header is written;
//! then all of it ends with that fault. No byte is ever made up.

use std::collections::{BTreeMap, BTreeSet};

use super::in_order::Found;
use super::left_out::{LeftOut, Missed, about, name_among};
use super::member::Member;
use super::output::{Form, Output};
use super::path::{Chosen, below, joined, renamed, top};
use super::reading::{How, Looking, Reading, known_gap};
use super::stored::{Stored, WORTH};
use super::streams::{Beside, is_of_ntfs};
use super::todo::{Seen, Todo};
use super::{Step, Volume};
use crate::file_system::{Batch, Cursor, Fault, FaultKind, FileType, Name, NodeId, Result};
use crate::tar::Kind;

/// Bytes that a step reads, and things that it writes, about.
const WORK_PER_STEP: u64 = 1 << 20;
const THINGS_PER_STEP: usize = 500;

/// What the list of a part of a folder counts as, in bytes that are read.
const LIST_WORK: u64 = WORK_PER_STEP / 8;

/// Bytes of paths that are gathered before they are put in order, and what each takes
/// beside its path, about.
const FOUND_MAX: usize = 16 << 20;
const FOUND_OWN: usize = 64;

/// Folders below one another, at most.
const DEPTH_MAX: usize = 512;

/// Things that are written, at most.
const THINGS_MAX: u64 = 20_000_000;

/// Files with several names of which the first is remembered, at most.
const LINKED_MAX: usize = 500_000;

/// An archive of files, made from front to back.
///
/// Many fields: what is to come, what was written, and what is counted.
pub struct Pack {
    waiting: Vec<Todo>,
    reading: Option<Reading>,
    output: Output,
    folders: BTreeSet<u64>,
    linked: BTreeMap<u64, Vec<u8>>,
    beside: Beside,
    tops: Vec<Vec<u8>>,
    left_out: LeftOut,
    things: u64,
    work: u64,
    done: u64,
    total: u64,
    is_closing: bool,
    is_closed: bool,
}

impl Pack {
    /// Of `chosen`, in this order.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](FaultKind::Corrupt) if a path would lead elsewhere.
    pub fn new(chosen: &[Chosen], form: Form) -> Result<Self> {
        let output = Output::new(form);
        let mut waiting = Vec::new();
        let (mut tops, mut folders) = (Vec::new(), BTreeMap::new());
        let (mut left_out, mut beside) = (LeftOut::default(), Beside::default());
        for one in chosen {
            if !one.path.iter().all(Name::is_plain) {
                return Err(Fault::corrupt("a path that leads elsewhere"));
            }
            let is_again = one.path.is_empty() && !waiting.is_empty();
            let path = top(&output, &mut folders, &one.path);
            let path = path.filter(|path| !is_again && beside.is_new(path));
            let Some(path) = path else {
                return Err(Fault::corrupt("a path that stands there twice"));
            };
            tops.extend(path.split(|&byte| byte == b'/').next().map(<[u8]>::to_vec));
            if path != joined(&one.path) {
                left_out.add(&joined(&one.path), renamed(&path));
            }
            waiting.push(Todo::Thing { id: one.id, path, depth: 0 });
        }
        waiting.reverse();
        Ok(Self {
            waiting,
            reading: None,
            output,
            folders: BTreeSet::new(),
            linked: BTreeMap::new(),
            beside,
            tops,
            left_out,
            things: 0,
            work: 0,
            done: 0,
            total: 0,
            is_closing: false,
            is_closed: false,
        })
    }

    /// Adds the next bytes of the archive to `into`, about 1 MiB, 8 MiB at most.
    ///
    /// # Errors
    ///
    /// The source below cannot be read; a file turned out to be broken when its header was
    /// written; or there is more than is written.
    pub fn step(&mut self, volume: &Volume, into: &mut Vec<u8>) -> Result<Step> {
        self.work = 0;
        for _ in 0..THINGS_PER_STEP {
            if self.work >= WORK_PER_STEP {
                break;
            }
            let step = if let Some(reading) = self.reading.take() {
                self.read(volume, reading, into)?
            } else if let Some(todo) = self.waiting.pop() {
                self.take(volume, todo, into)?
            } else {
                return Ok(self.close(into));
            };
            if step == Step::Wanting {
                return Ok(step);
            }
        }
        Ok(Step::GoesOn)
    }

    /// What is left out so far; ten thousand are told at most.
    #[must_use]
    pub fn missed(&self) -> &[Missed] {
        self.left_out.told()
    }

    /// Things that are left out beside those that are told.
    #[must_use]
    pub fn missed_more(&self) -> u64 {
        self.left_out.more()
    }

    /// Bytes of files that were written, and of those that were come by.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.done, self.total)
    }

    /// The file that is being read, and how far.
    #[must_use]
    pub fn reading(&self) -> Option<(NodeId, u64)> {
        let contents = &self.reading.as_ref()?.contents;
        Some((contents.id(), contents.at()))
    }

    fn take(&mut self, volume: &Volume, todo: Todo, into: &mut Vec<u8>) -> Result<Step> {
        match todo {
            Todo::Thing { id, path, depth } => self.thing(volume, (id, path, depth), into),
            Todo::Folder { .. } => self.folder(volume, todo),
            Todo::Stream(member) => self.file(volume, *member, into),
            Todo::Look(looking) => self.look(volume, looking, into),
            Todo::Found(mut found) => {
                let step = found.step(volume)?;
                if step != Step::Done {
                    self.waiting.push(Todo::Found(found));
                    return Ok(step);
                }
                let things = found.into_last_first().map(|Found { id, path, depth, .. }| {
                    Todo::Thing { id, path, depth: depth.saturating_add(1) }
                });
                self.waiting.extend(things);
                Ok(Step::GoesOn)
            }
        }
    }

    /// Something that was come by.
    fn thing(
        &mut self,
        volume: &Volume,
        (id, path, depth): (NodeId, Vec<u8>, usize),
        into: &mut Vec<u8>,
    ) -> Result<Step> {
        let member = match volume.attempt(|system| Member::ask(system, id, &path)) {
            Ok(Some(member)) => member,
            Ok(None) => {
                self.waiting.push(Todo::Thing { id, path, depth });
                return Ok(Step::Wanting);
            }
            Err(fault) => return self.leave_out(&path, fault),
        };
        self.things = self.things.saturating_add(1);
        if self.things > THINGS_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "things in one archive"));
        }
        let kind = match member.kind() {
            Ok(kind) => kind,
            Err(fault) => return self.leave_out(&path, fault),
        };
        if let Err(fault) = self.output.takes(kind) {
            if fault.kind == FaultKind::TooLarge {
                return Err(fault);
            }
            return self.leave_out(&path, fault);
        }
        self.add_streams(&member);
        if kind == Kind::Directory {
            return self.enter(member, depth, into);
        }
        if path.is_empty() {
            return Err(Fault::corrupt("a path that leads elsewhere"));
        }
        if kind == Kind::File {
            return self.file(volume, member, into);
        }
        let target = member.target.clone();
        self.put(&member, kind, &target, into);
        Ok(Step::GoesOn)
    }

    /// What stands beside the contents of a thing comes behind it, under names of their own.
    fn add_streams(&mut self, member: &Member) {
        if self.first_name(member).is_some() {
            return;
        }
        let is_of_user = |name: &Name| !is_of_ntfs(&member.path, name);
        for (name, size) in member.streams.iter().rev().filter(|(name, _)| is_of_user(name)) {
            let told = [member.path.as_slice(), b":", &name.0].concat();
            match self.beside.path(&member.path, name) {
                Ok(path) => {
                    self.left_out.add(&told, renamed(&path));
                    if !path.contains(&b'/') {
                        self.tops.push(path.clone());
                    }
                    let stream = member.stream(name.clone(), *size, path);
                    self.waiting.push(Todo::Stream(Box::new(stream)));
                }
                Err(fault) => self.left_out.add(&told, fault),
            }
        }
    }

    /// Leaves something out.
    ///
    /// # Errors
    ///
    /// The source below cannot be read.
    fn leave_out(&mut self, path: &[u8], fault: Fault) -> Result<Step> {
        if matches!(fault.kind, FaultKind::Source(_)) {
            return Err(fault);
        }
        self.left_out.add(path, fault);
        Ok(Step::GoesOn)
    }

    /// A directory: its entries come next.
    fn enter(&mut self, member: Member, depth: usize, into: &mut Vec<u8>) -> Result<Step> {
        let (id, path) = (member.node.id, member.path.clone());
        if depth > DEPTH_MAX {
            return self.leave_out(&path, Fault::new(FaultKind::TooLarge, "folders in folders"));
        }
        if !self.folders.insert(id.0) {
            return self.leave_out(&path, Fault::corrupt("a folder that stands elsewhere too"));
        }
        if !path.is_empty() {
            self.put(&member, Kind::Directory, b"", into);
        }
        let seen = Seen { names: self.output.names(), found: Vec::new(), bytes: 0 };
        let cursor = Cursor::default();
        self.waiting.push(Todo::Folder { id, path, depth, cursor, seen });
        Ok(Step::GoesOn)
    }

    /// A part of a directory. What is in it is read in the order of the disk, once all of it
    /// is listed.
    fn folder(&mut self, volume: &Volume, todo: Todo) -> Result<Step> {
        let Todo::Folder { id, path, depth, cursor, mut seen } = todo else {
            return Ok(Step::GoesOn);
        };
        let batch = match volume.attempt(|system| system.read_dir(id, cursor)) {
            Ok(Some(batch)) => batch,
            Ok(None) => {
                self.waiting.push(Todo::Folder { id, path, depth, cursor, seen });
                return Ok(Step::Wanting);
            }
            Err(fault) => {
                self.waiting.push(seen.take(volume));
                return self.leave_out(&path, about("its list", fault));
            }
        };
        let Batch { entries, next, left_out, missing } = batch;
        if let Some(fault) = missing {
            self.leave_out(&path, about("its list", fault))?;
        }
        if left_out > 0 {
            let fault = Fault::corrupt(format!("{left_out} entries of its list"));
            self.leave_out(&path, fault)?;
        }
        for entry in entries {
            // What comes under a name that a link has would be written where that leads.
            let given = entry.name.is_plain().then(|| seen.names.give(&entry.name)).flatten();
            let given = given.filter(|name| self.beside.is_new(&below(&path, name)));
            let Some(name) = given else {
                let fault = Fault::corrupt("a name that stands there twice");
                self.leave_out(&below(&path, &entry.name.0), fault)?;
                continue;
            };
            if name != entry.name.0 {
                self.leave_out(&below(&path, &entry.name.0), renamed(&name))?;
            }
            let path = below(&path, &name);
            if path == name {
                self.tops.push(path.clone());
            }
            seen.bytes = seen.bytes.saturating_add(path.len()).saturating_add(FOUND_OWN);
            let is_folder = entry.file_type == Some(FileType::Directory);
            seen.found.push(Found { id: entry.id, path, depth, is_folder, place: 0 });
        }
        self.work = self.work.saturating_add(LIST_WORK);
        match next {
            Some(next) if next != cursor => {
                let found = (seen.bytes >= FOUND_MAX).then(|| seen.take(volume));
                self.waiting.push(Todo::Folder { id, path, depth, cursor: next, seen });
                self.waiting.extend(found);
                return Ok(Step::GoesOn);
            }
            Some(_) => drop(self.leave_out(&path, Fault::corrupt("a list without an end"))?),
            None => {}
        }
        self.waiting.push(seen.take(volume));
        Ok(Step::GoesOn)
    }

    /// A file: how it is read.
    fn file(&mut self, volume: &Volume, member: Member, into: &mut Vec<u8>) -> Result<Step> {
        let size = member.node.size;
        if let Some(first) = self.first_name(&member).cloned() {
            self.put(&member, Kind::HardLink, &first, into);
            return Ok(Step::GoesOn);
        }
        if size < WORTH || !self.output.has_holes() {
            return self.begin_reading(volume, member, into);
        }
        self.waiting.push(Todo::Look(Box::new(Looking { member, stored: Stored::new(size) })));
        Ok(Step::GoesOn)
    }

    /// Looks on what of a file is stored.
    fn look(
        &mut self,
        volume: &Volume,
        mut looking: Box<Looking>,
        into: &mut Vec<u8>,
    ) -> Result<Step> {
        let step = looking.stored.step(volume, looking.member.node.id, looking.member.bytes())?;
        if step != Step::Done {
            self.waiting.push(Todo::Look(looking));
            return Ok(step);
        }
        let Looking { mut member, stored } = *looking;
        member.ranges = stored.ranges();
        self.begin_reading(volume, member, into)
    }

    fn begin_reading(
        &mut self,
        volume: &Volume,
        member: Member,
        into: &mut Vec<u8>,
    ) -> Result<Step> {
        let reading = Reading::new(member);
        self.total = self.total.saturating_add(reading.member.stored());
        if matches!(reading.how, How::Check) && volume.is_slow() {
            return self.begin(volume, reading, into);
        }
        self.reading = Some(reading);
        Ok(Step::GoesOn)
    }

    /// Reads on in a file.
    fn read(&mut self, volume: &Volume, mut reading: Reading, into: &mut Vec<u8>) -> Result<Step> {
        let (before, _) = reading.contents.progress();
        let mut passed = Vec::new();
        let room = match &mut reading.how {
            How::Whole(bytes) => bytes,
            How::Check | How::Copy => &mut passed,
        };
        let step = match reading.contents.step(volume, room) {
            Ok(step) => step,
            Err(fault) if matches!(reading.how, How::Copy) => {
                let path = String::from_utf8_lossy(&reading.member.path).into_owned();
                return Err(about(&path, fault));
            }
            Err(fault) => {
                self.total = self.total.saturating_sub(reading.member.stored());
                return self.leave_out(&reading.member.path, fault);
            }
        };
        if matches!(reading.how, How::Copy) {
            self.output.add(&passed, into);
        }
        let (at, _) = reading.contents.progress();
        self.work = self.work.saturating_add(at.saturating_sub(before));
        match (step, &mut reading.how) {
            (Step::Wanting, How::Check) => {
                volume.give_up();
                return self.begin(volume, reading, into);
            }
            (Step::Done, How::Check) => return self.begin_copy(reading, into),
            (Step::Done, How::Whole(bytes)) => {
                let bytes = core::mem::take(bytes);
                self.tell_lacking(&reading.member);
                self.output.whole(&reading.member, &bytes, into);
                self.done = self.done.saturating_add(at);
                self.remember(&reading);
                return Ok(Step::GoesOn);
            }
            (Step::Done, How::Copy) => {
                self.done = self.done.saturating_add(at.saturating_sub(before));
                self.output.end(reading.member.stored(), into);
                self.remember(&reading);
                return Ok(Step::GoesOn);
            }
            (_, How::Copy) => self.done = self.done.saturating_add(at.saturating_sub(before)),
            _ => {}
        }
        self.reading = Some(reading);
        Ok(step)
    }

    /// Begins to write a file that is not read twice, if no gap is known of it.
    fn begin(&mut self, volume: &Volume, reading: Reading, into: &mut Vec<u8>) -> Result<Step> {
        let fault = match known_gap(volume, &reading.member) {
            Ok(Some(None)) => return self.begin_copy(reading, into),
            Ok(Some(Some(fault))) | Err(fault) => fault,
            Ok(None) => {
                self.reading = Some(Reading { how: How::Check, ..reading });
                return Ok(Step::Wanting);
            }
        };
        self.total = self.total.saturating_sub(reading.member.stored());
        self.leave_out(&reading.member.path, fault)
    }

    fn begin_copy(&mut self, reading: Reading, into: &mut Vec<u8>) -> Result<Step> {
        self.tell_lacking(&reading.member);
        self.output.begin(&reading.member, into);
        self.reading = Some(reading.copied());
        Ok(Step::GoesOn)
    }

    /// The name under which a file was written before.
    fn first_name(&self, member: &Member) -> Option<&Vec<u8>> {
        let is_whole = self.output.has_links() && member.stream.is_none();
        is_whole.then(|| self.linked.get(&member.node.id.0)).flatten()
    }

    /// A file that has other names is not written again for them.
    fn remember(&mut self, reading: &Reading) {
        let has_names = reading.member.node.links.is_some_and(|links| links > 1);
        if has_names && self.linked.len() < LINKED_MAX {
            self.linked.insert(reading.member.node.id.0, reading.member.path.clone());
        }
    }

    /// Writes what has no bytes.
    fn put(&mut self, member: &Member, kind: Kind, target: &[u8], into: &mut Vec<u8>) {
        self.tell_lacking(member);
        self.output.put(member, kind, target, into);
    }

    /// Tells what of it there is no room for.
    fn tell_lacking(&mut self, member: &Member) {
        for fault in &member.lacking {
            self.left_out.add(&member.path, fault.clone());
        }
    }

    /// Writes what is left out, and the end.
    fn close(&mut self, into: &mut Vec<u8>) -> Step {
        if self.is_closed {
            return Step::Done;
        }
        if !core::mem::replace(&mut self.is_closing, true) && !self.left_out.is_empty() {
            self.output.text(&name_among(&self.tops), &self.left_out.text(), into);
        }
        self.is_closed = self.output.close(into);
        if self.is_closed { Step::Done } else { Step::GoesOn }
    }
}
