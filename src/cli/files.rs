//! Files inside disks: listed, written, copied.

use std::rc::Rc;

use vma_inspector::archive::header::Device;
use vma_inspector::disk_contents::{DiskContents, Share};
use vma_inspector::file_system::{
    Cursor, Entry, Fault, FaultKind, FileType, Name, Node, NodeId, Result as FileResult, open,
};
use vma_inspector::files::{
    Chosen, Contents, Form, Listed, Listing, Locating, Opening, Pack, Step, Survey, Volume,
};
use vma_inspector::image::Doubt;
use vma_inspector::source::ReadAt;

use super::args::{Cat, Cp, How, Ls};
use super::disks::device;
use super::export::scanned;
use super::facts::Scanned;
use super::failure::{Failure, Outcome};
use super::inspected::Inspected;
use super::output::{Sink, give, remark, say};
use super::place::{Named, Place, areas, find};
use super::progress::Progress;
use super::shown::plainly;
use super::waiting::{flush, write_all};
use super::words::{has, size, text, with};

/// Bytes of work towards what is wanted, at a time.
const WORK: u64 = 16 << 20;

/// Asks until nothing has to be fetched first.
fn ask<Made>(
    volume: &Volume,
    mut attempt: impl FnMut() -> FileResult<Option<Made>>,
) -> Result<Made, Failure> {
    loop {
        if let Some(made) = attempt()? {
            return Ok(made);
        }
        while !volume.fetch(WORK)? {}
    }
}

/// Steps until it does not want anything, and gives what became of that.
fn stepped(volume: &Volume, mut step: impl FnMut() -> FileResult<Step>) -> Result<Step, Failure> {
    ask(volume, || Ok(Some(step()?).filter(|step| *step != Step::Wanting)))
}

/// The bytes of a disk, in doubt or not.
fn disk(inspected: &Inspected, device: &Device) -> Option<Rc<dyn ReadAt>> {
    let image = inspected.image(device)?;
    Some(Rc::new(image.with_doubt(Doubt::AsItIs)))
}

/// What is on each disk. What several of them hold together is found out where one of them
/// has a part in something.
fn all_contents<'a>(inspected: &'a Inspected) -> Result<Vec<(&'a Device, DiskContents)>, Failure> {
    let devices = inspected.header().devices().iter();
    let found = |device: &'a Device| Some((device, inspected.disk_contents(device.id)?.clone()));
    let known: Vec<_> = devices.filter_map(found).collect();
    let is_shared =
        |contents: &DiskContents| contents.areas.iter().any(|area| area.share == Share::Unknown);
    if !known.iter().any(|(_, contents)| is_shared(contents)) {
        return Ok(known);
    }
    let devices: Vec<_> = known.into_iter().map(|(device, _)| device).collect();
    let disks = devices.iter().filter_map(|device| disk(inspected, device)).collect();
    let survey = Survey::new(disks);
    let all = fetched(|| Ok(survey.attempt()?), || Ok(survey.fetch(WORK)?))?;
    Ok(devices.into_iter().zip(all).collect())
}

/// A file system by its place in `area` of the disk `device`; what lies on several disks
/// takes `all` of them.
fn opened(
    inspected: &Inspected,
    device: &Device,
    area: &Named<'_>,
    all: &[(&Device, DiskContents)],
) -> Result<Volume, Failure> {
    let first = std::iter::once(device);
    let others = all.iter().map(|(other, _)| *other).filter(|other| other.id != device.id);
    let others = others.filter(|_| area.logical.is_some());
    let disks = first.chain(others).filter_map(|device| disk(inspected, device)).collect();
    let locating = Locating::new(disks, area.index, area.logical);
    let place = fetched(|| Ok(locating.attempt()?), || Ok(locating.fetch(WORK)?))?;
    let opening = Opening::new(place, open);
    fetched(|| Ok(opening.attempt()?), || Ok(opening.fetch(WORK)?))
}

/// What comes of attempts, once all is fetched that it takes.
fn fetched<Made>(
    attempt: impl Fn() -> Result<Option<Made>, Failure>,
    fetch: impl Fn() -> Result<bool, Failure>,
) -> Result<Made, Failure> {
    loop {
        if let Some(made) = attempt()? {
            return Ok(made);
        }
        while !fetch()? {}
    }
}

/// The thing that a path leads to, name by name; symbolic links are not followed.
fn walk(volume: &Volume, path: &[Name]) -> Result<Node, Failure> {
    let mut id = volume.system().root();
    for name in path {
        id = entry(volume, id, name)?.id;
    }
    ask(volume, || volume.attempt(|system| system.node(id)))
}

fn entry(volume: &Volume, folder: NodeId, name: &Name) -> Result<Entry, Failure> {
    let mut cursor = Cursor::default();
    loop {
        let batch = ask(volume, || volume.attempt(|system| system.read_dir(folder, cursor)))?;
        if let Some(found) = batch.entries.into_iter().find(|entry| entry.name == *name) {
            return Ok(found);
        }
        match batch.next {
            Some(next) => cursor = next,
            None => {
                let about = plainly(&String::from_utf8_lossy(&name.0));
                return Err(batch.missing.unwrap_or(Fault::new(FaultKind::NotFound, about)).into());
            }
        }
    }
}

/// What a place means in a backup.
struct Meant<'a> {
    device: &'a Device,
    place: Place,
}

fn meant<'a>(inspected: &'a Inspected, place: &std::ffi::OsStr) -> Result<Meant<'a>, Failure> {
    let place = Place::parse(place);
    let device = device(inspected, Some(&place.disk))?;
    Ok(Meant { device, place })
}

impl<'a> Meant<'a> {
    /// The file system that is meant, and the disks that it lies on.
    fn volume(&self, inspected: &'a Inspected) -> Result<(Volume, Vec<&'a Device>), Failure> {
        let all = all_contents(inspected)?;
        let here = all.iter().find(|(device, _)| device.id == self.device.id);
        let areas = here.map(|(_, contents)| areas(contents)).unwrap_or_default();
        let area = find(&areas, self.place.area.as_deref())?;
        let on = area.area.joined.iter().flat_map(|joined| &joined.disks);
        let mut on: Vec<_> = on.filter_map(|at| Some(all.get(*at)?.0)).collect();
        // Of what lies on one disk nobody says on which.
        if !on.iter().any(|device| device.id == self.device.id) {
            on = vec![self.device];
        }
        Ok((opened(inspected, self.device, area, &all)?, on))
    }
}

/// Lists disks and what is on them, or a folder.
pub(crate) fn ls(asked: &Ls, how: How) -> Result<Outcome, Failure> {
    let inspected = scanned(&asked.backup, how)?;
    let Some(place) = &asked.place else {
        let all = all_contents(&inspected)?;
        for device in inspected.header().devices() {
            say(&disk_lines(device, &all))?;
        }
        return Ok(Outcome::Sound);
    };
    let meant = meant(&inspected, place)?;
    let Some(path) = &meant.place.path else {
        say(&disk_lines(meant.device, &all_contents(&inspected)?))?;
        return Ok(Outcome::Sound);
    };
    let (volume, on) = meant.volume(&inspected)?;
    let node = walk(&volume, path)?;
    if node.file_type != FileType::Directory {
        return Err(Failure::Usage("it is no folder: cat and cp give files".into()));
    }
    let listed = list(&volume, node.id, asked.zero)?;
    Ok(listed.max(told_of_doubt(&inspected, &on)?))
}

/// Says what may be wrong of all that is on some disks, though it can be read.
fn told_of_doubt(inspected: &Inspected, devices: &[&Device]) -> Result<Outcome, Failure> {
    let mut is_doubted = false;
    for device in devices {
        let doubted = inspected.scan.doubt_figures(device.id).bytes;
        if doubted > 0 {
            let named = [("size", size(doubted).into())];
            remark(&format!("{}: {}", plainly(&device.name), with("files.hit-doubt", &named)));
            is_doubted = true;
        }
    }
    let is_unproven = Scanned::new(inspected)?.is_unproven();
    if is_unproven {
        remark(&text("save.not-proven"));
    }
    Ok(if is_unproven || is_doubted { Outcome::Damaged } else { Outcome::Sound })
}

/// A disk, and what is on it. What lies on several disks, or is not put together, says so.
fn disk_lines(device: &Device, all: &[(&Device, DiskContents)]) -> String {
    let mut lines = vec![format!("{}  {}", plainly(&device.name), size(device.size))];
    let contents = all.iter().find(|(known, _)| known.id == device.id);
    for area in contents.map(|(_, contents)| areas(contents)).unwrap_or_default() {
        let volume = area.area.found.as_ref().and_then(|found| found.volume.as_ref());
        let kind = volume.map_or("", |volume| volume.kind.code());
        let label = volume.and_then(|volume| volume.label.as_deref()).map(plainly);
        let files = if area.has_files() { "files" } else { "" };
        let on = together(&area, all);
        let cells = [&plainly(&area.name), kind, &label.unwrap_or_default(), files, &on];
        let cells = cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>();
        lines.push(format!("  {}  {}", cells.join("  "), size(area.area.size)));
    }
    lines.join("\n")
}

/// Which disks an area lies on if these are several, or why it is not put together.
fn together(area: &Named<'_>, all: &[(&Device, DiskContents)]) -> String {
    let Some(joined) = &area.area.joined else { return String::new() };
    if joined.refusal.is_some() {
        return String::from("(not put together)");
    }
    let names = joined.disks.iter().filter_map(|at| Some(plainly(&all.get(*at)?.0.name)));
    let names: Vec<_> = names.collect();
    if names.len() > 1 { format!("on {}", names.join(", ")) } else { String::new() }
}

/// Lists a folder part by part. What of it cannot be had is told, and the rest is listed.
fn list(volume: &Volume, folder: NodeId, zero: bool) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Sound;
    let mut cursor = Cursor::default();
    loop {
        let mut listing = Listing::new(folder, cursor);
        stepped(volume, || listing.step(volume))?;
        let mut lines = String::new();
        for listed in listing.listed() {
            if zero {
                raw_name(&listed.entry.name)?;
            } else {
                lines.push_str(&line(listed));
            }
        }
        say(&lines)?;
        if let Some(fault) = listing.fault() {
            remark(&fault_words(fault));
            outcome = Outcome::Damaged;
        }
        match listing.next() {
            Some(next) => cursor = next,
            None => return Ok(outcome),
        }
    }
}

fn raw_name(name: &Name) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    write_all(&mut out, &name.0)?;
    write_all(&mut out, &[0])?;
    Ok(flush(&mut out)?)
}

/// Type and permissions, size, time of change, name; where a link leads.
fn line(listed: &Listed) -> String {
    let shown = |name: &Name| plainly(&String::from_utf8_lossy(&name.0));
    let name = shown(&listed.entry.name);
    let node = match &listed.node {
        Ok(node) => node,
        Err(fault) => return format!("?  {name}  ({})\n", fault_words(fault)),
    };
    let target = listed.target.as_ref().map(|to| format!(" -> {}", shown(to)));
    let mode = node.attributes.map_or(String::new(), |a| format!("{:04o}", a.mode));
    let letter = match node.file_type {
        FileType::File => '-',
        FileType::Directory => 'd',
        FileType::Link => 'l',
        FileType::Block => 'b',
        FileType::Character => 'c',
        FileType::Fifo => 'p',
        FileType::Socket => 's',
        FileType::Other => '?',
    };
    let size = node.size;
    format!("{letter}{mode:4}  {size:>14}  {name}{}\n", target.unwrap_or_default())
}

/// A fault in the page's words.
fn fault_words(fault: &Fault) -> String {
    let key = format!("file-fault.{}", fault.kind.code());
    let said = if has(&key) { text(&key) } else { fault.kind.code().into() };
    format!("{said} ({})", plainly(&fault.about))
}

/// Writes a file to standard output.
pub(crate) fn cat(asked: &Cat, how: How) -> Result<Outcome, Failure> {
    let inspected = scanned(&asked.backup, how)?;
    let meant = meant(&inspected, &asked.place)?;
    let (volume, on) = meant.volume(&inspected)?;
    let node = walk(&volume, meant.place.path.as_deref().unwrap_or_default())?;
    if node.file_type != FileType::File {
        return Err(Failure::Usage("it is no file: ls lists folders, cp copies them".into()));
    }
    read(&volume, &node, &mut |bytes| give(bytes))?;
    told_of_doubt(&inspected, &on)
}

fn read(
    volume: &Volume,
    node: &Node,
    give: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut contents = Contents::new(node.id, node.size);
    loop {
        let mut bytes = Vec::new();
        let step = stepped(volume, || contents.step(volume, &mut bytes))?;
        give(&bytes)?;
        if step == Step::Done {
            return Ok(());
        }
    }
}

/// Copies a file, or a folder as a tar archive.
pub(crate) fn cp(asked: &Cp, how: How) -> Result<Outcome, Failure> {
    let inspected = scanned(&asked.backup, how)?;
    let meant = meant(&inspected, &asked.place)?;
    let (volume, on) = meant.volume(&inspected)?;
    let path = meant.place.path.clone().unwrap_or_default();
    let node = walk(&volume, &path)?;
    let mut sink = Sink::open(&asked.output.output)?;
    let mut progress = Progress::new(how);
    let copied = match node.file_type {
        FileType::File => {
            let mut done = 0;
            read(&volume, &node, &mut |bytes| {
                done = vma_inspector::source::to_u64(bytes.len()).saturating_add(done);
                progress.show(done, Some(node.size));
                Ok(sink.write(bytes)?)
            })
            .map(|()| Outcome::Sound)
        }
        FileType::Directory => pack(&volume, &node, path, &mut sink, &mut progress),
        _ => Err(Failure::Usage("it is neither a file nor a folder".into())),
    };
    progress.end();
    let outcome = copied?;
    sink.end(None)?;
    Ok(outcome.max(told_of_doubt(&inspected, &on)?))
}

fn pack(
    volume: &Volume,
    node: &Node,
    path: Vec<Name>,
    sink: &mut Sink,
    progress: &mut Progress,
) -> Result<Outcome, Failure> {
    let named = path.last().cloned().into_iter().collect();
    let mut pack = Pack::new(&[Chosen { id: node.id, path: named }], Form::Tar)?;
    loop {
        let mut bytes = Vec::new();
        let step = stepped(volume, || pack.step(volume, &mut bytes))?;
        sink.write(&bytes)?;
        let (done, total) = pack.progress();
        progress.show(done, Some(total));
        if step == Step::Done {
            break;
        }
    }
    let told = vma_inspector::source::to_u64(pack.missed().len());
    let count = told.saturating_add(pack.missed_more());
    if count == 0 {
        return Ok(Outcome::Sound);
    }
    remark(&with("save.left-out", &[("count", count.into())]));
    Ok(Outcome::Damaged)
}
