//! A disk as a file of another format, and the map of what is lost of it.

use std::path::Path;

use vma_inspector::container::Options;
use vma_inspector::export::disk::{
    Disk, DiskFormat, DiskStream, Identity, StreamFormat, damage_map, lost_map,
};
use vma_inspector::image::{Doubt, Fill};
use vma_inspector::source::ReadAt;

use super::args::{Doubted, Export, How, Lost, Map};
use super::disks::device;
use super::facts::Scanned;
use super::failure::{Failure, Outcome};
use super::in_passing::{InPassing, gathered};
use super::inspected::{Input, Inspected};
use super::output::{Sink, remark, say};
use super::progress::Progress;
use super::words::{size, text, with};
use super::writing::Writing;

impl From<Doubted> for Doubt {
    fn from(doubted: Doubted) -> Self {
        match doubted {
            Doubted::AsItIs => Self::AsItIs,
            Doubted::AsLost => Self::AsLost,
        }
    }
}

impl From<Lost> for Fill {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Zeros => Self::Zeros,
            Lost::Marks => Self::Pattern,
        }
    }
}

/// Opens a backup that is gone back in, and scans it.
pub(crate) fn scanned(path: &Path, how: How) -> Result<Inspected, Failure> {
    scanned_with(path, Options::default(), how)
}

/// The same, with `options` of how its container is read.
pub(crate) fn scanned_with(path: &Path, options: Options, how: How) -> Result<Inspected, Failure> {
    let mut inspected = opened(path, options)?;
    inspected.scan(how)?;
    Ok(inspected)
}

fn opened(path: &Path, options: Options) -> Result<Inspected, Failure> {
    let input = Input::open(path)?;
    if matches!(input, Input::Pipe(_)) {
        let why = "this needs the backup as a file: what comes through a pipe is read only once";
        return Err(Failure::Usage(why.into()));
    }
    Ok(Inspected::open_with(input, options)?)
}

/// Makes the file.
pub(crate) fn export(asked: &Export, how: How) -> Result<Outcome, Failure> {
    let mut inspected = opened(&asked.backup, Options::default())?;
    // Where it is known beforehand; the extents may tell more.
    let in_passing = device(&inspected, asked.disk.as_deref()).ok().cloned();
    let in_passing = in_passing.and_then(|device| {
        let file = gathered(&inspected, &device, &asked.format)?;
        (asked.output.output != Path::new("-")).then_some((device, file))
    });
    let Some((device, file)) = in_passing else {
        inspected.scan(how)?;
        let sink = Sink::open(&asked.output.output)?;
        return export_known(&inspected, asked, how, sink);
    };
    let mut writing = Writing::begin(Sink::open(&asked.output.output)?, how.threads() > 0);
    let mut copying = InPassing::new(&inspected, &device, file, &mut writing);
    let scanned = inspected.scan_with(how, &mut copying);
    let length = copying.end(&inspected);
    let (sink, written) = writing.end();
    let mut sink = ended(sink, written.and(scanned.map_err(Failure::from)))?;
    sink.set_length(length.unwrap_or_default())?;
    match length {
        Some(_) => {
            sink.end(None)?;
            told(&inspected, asked, 0, 0)
        }
        None => export_known(&inspected, asked, how, sink),
    }
}

/// Makes the file of a backup that is scanned.
fn export_known(
    inspected: &Inspected,
    asked: &Export,
    how: How,
    sink: Sink,
) -> Result<Outcome, Failure> {
    let known = device(inspected, asked.disk.as_deref())?;
    let doubt = Doubt::from(asked.doubt);
    let image = inspected.image(known).ok_or_else(|| Failure::Usage("no such disk".into()))?;
    let image = image.with_doubt(doubt);
    // What is kept of the container is forgotten, so that its checksums are compared again.
    inspected.archive.contents().outermost().begin_anew();
    let filled = image.clone().filled(asked.lost.into());
    let mut identity = Identity::new(inspected.scan.header(), known);
    if let Some(name) = asked.output.output.file_name().filter(|name| *name != "-") {
        identity = identity.named(&name.to_string_lossy());
    }
    let mut stream = stream(&Disk::new(filled, identity), &asked.format)?;
    let is_twice = !sink.is_file() && stream.size().is_none();
    let mut writing = Writing::begin(sink, how.threads() > 0);
    let mut progress = Progress::new(how);
    let made = write(&mut *stream, is_twice, &mut writing, &mut progress);
    progress.end();
    let (sink, written) = writing.end();
    ended(sink, written.and(made))?.end(stream.head())?;
    let lost = image.lost_bytes(0..u64::MAX);
    let doubted = inspected.scan.doubt_figures(known.id).bytes;
    told(inspected, asked, lost, doubted)
}

/// What was written to; where something failed, nothing is left of it.
fn ended(sink: Option<Sink>, written: Result<(), Failure>) -> Result<Sink, Failure> {
    written?;
    sink.ok_or_else(|| std::io::Error::other("writing broke off").into())
}

fn stream(disk: &Disk, format: &str) -> Result<Box<dyn DiskStream>, Failure> {
    let file = DiskFormat::ALL.into_iter().find(|known| known.code() == format);
    let compressed = StreamFormat::ALL.into_iter().find(|known| known.code() == format);
    let made = match (file, compressed) {
        (Some(format), _) => disk.file_stream(format),
        (None, Some(format)) => disk.stream(format),
        (None, None) => return Err(Failure::Usage("no such format".into())),
    };
    made.map_err(|refusal| Failure::Usage(refusal.to_string()))
}

/// All of the stream. Where nothing can be overwritten later, a stream that would have to
/// be is run through `twice`.
fn write(
    stream: &mut dyn DiskStream,
    twice: bool,
    writing: &mut Writing,
    progress: &mut Progress,
) -> Result<(), Failure> {
    if twice {
        let mut made = Vec::new();
        while stream.next(&mut made)? {
            made.clear();
            progress.show(stream.progress().done, Some(stream.progress().total));
        }
        stream.restart();
    }
    loop {
        let mut made = Vec::new();
        let goes_on = stream.next(&mut made)?;
        progress.show(stream.progress().done, Some(stream.progress().total));
        if !writing.add(made) || !goes_on {
            return Ok(());
        }
    }
}

/// Says what of the file is not as it was on the disk.
fn told(inspected: &Inspected, asked: &Export, lost: u64, doubt: u64) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Sound;
    if lost > 0 {
        remark(&with("save.gaps", &[("size", size(lost).into())]));
        outcome = Outcome::Damaged;
    }
    if doubt > 0 {
        let key = match (asked.doubt, asked.lost) {
            (Doubted::AsItIs, _) => "save.in-doubt",
            (Doubted::AsLost, Lost::Zeros) => "save.in-doubt-as-lost",
            (Doubted::AsLost, Lost::Marks) => "save.in-doubt-as-marks",
        };
        remark(&with(key, &[("size", size(doubt).into())]));
        outcome = Outcome::Damaged;
    }
    if Scanned::new(inspected)?.is_unproven() {
        remark(&text("save.not-proven"));
        outcome = Outcome::Damaged;
    }
    Ok(outcome)
}

/// The map.
pub(crate) fn map(asked: &Map, how: How) -> Result<Outcome, Failure> {
    let inspected = scanned(&asked.backup, how)?;
    let known = device(&inspected, asked.disk.as_deref())?;
    let image = inspected.image(known).ok_or_else(|| Failure::Usage("no such disk".into()))?;
    let damaged = damage_map(&image, asked.doubt.into());
    let outcome = if damaged.is_some() { Outcome::Damaged } else { Outcome::Sound };
    let whole = || lost_map(image.runs(0..u64::MAX), image.size().unwrap_or_default());
    say(&damaged.unwrap_or_else(whole))?;
    Ok(outcome)
}
