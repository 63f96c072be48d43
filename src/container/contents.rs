//! The bytes inside a container, readable at any offset.

use core::ops::Range;
use std::rc::Rc;

use super::ahead::Workers;
use super::blockwise::Blocks;
use super::bzip2::Bzip2;
use super::finding::ContainerFinding;
use super::format::Container;
use super::gzip::Gzip;
use super::log::{Checksums, Covered, End, Log};
use super::loss::landmark::Landmark;
use super::lzop::Lzop;
use super::nested::{Below, Whole};
use super::options::{Options, WINDOW_LIMIT};
use super::progress::{Progress, VerifyProgress};
use super::sequential::Stream;
use super::zstd::Zstd;
use crate::source::{Error, Gap, ReadAt, Reader, Writer};

/// The bytes inside a container, or of a source without one.
///
/// A read decodes forward as far as it has to, which can be far: a caller who
/// must not wait [approaches](ReadAt::approach) step by step first. Bytes that
/// nobody can have are [gaps](ReadAt::gap); behind damage with nothing sound
/// after it, the contents end.
///
/// Where a container is packed in another one, these are the contents of the inner
/// one, and [`outer`](Self::outer) those of the one around it. Where the outer one has
/// lost something, or doubts it, these end.
pub struct Contents {
    layer: Layer,
    /// The contents of the container around this one, and how far they are used up.
    outer: Option<(Rc<Self>, Below)>,
}

enum Layer {
    Plain(Rc<dyn ReadAt>),
    Zstd(Box<Stream<Zstd>>),
    Lzop(Box<Blocks<Lzop>>),
    Gzip(Box<Stream<Gzip>>),
    Bzip2(Box<Blocks<Bzip2>>),
}

impl Contents {
    /// The contents of `source`, read as what `container` says.
    pub(super) fn new(
        source: Rc<dyn ReadAt>,
        options: &Options,
        container: Option<Container>,
    ) -> Self {
        let options = &Options { window_max: options.window_max.min(WINDOW_LIMIT), ..*options };
        let layer = match container {
            None => Layer::Plain(source),
            Some(Container::Zstd) => Layer::Zstd(Box::new(Stream::new(source, options))),
            Some(Container::Lzop) => Layer::Lzop(Box::new(Blocks::new(source, options))),
            Some(Container::Gzip) => Layer::Gzip(Box::new(Stream::new(source, options))),
            Some(Container::Bzip2) => Layer::Bzip2(Box::new(Blocks::new(source, options))),
        };
        Self { layer, outer: None }
    }

    /// The contents of a container that is packed in another one.
    pub(super) fn nested(outer: Rc<Self>, options: &Options, container: Container) -> Self {
        let source: Rc<dyn ReadAt> = Rc::<Self>::clone(&outer);
        let whole = Rc::new(Whole(Rc::clone(&source)));
        let contents = Self::new(whole, options, Some(container));
        Self { outer: Some((outer, Below::new(source))), ..contents }
    }

    /// The contents of the container around this one, if there is one.
    #[must_use]
    pub fn outer(&self) -> Option<&Rc<Self>> {
        self.outer.as_ref().map(|(outer, _)| outer)
    }

    /// What is read through, the file's own container first.
    #[must_use]
    pub fn layers(&self) -> Vec<&Self> {
        let mut layers = self.outer().map(|outer| outer.layers()).unwrap_or_default();
        layers.push(self);
        layers
    }

    /// What is wrong with all that is read through, in order, each with the number of
    /// its layer, and with its offset in these contents, as near as is known.
    #[must_use]
    pub fn all_findings(&self) -> Vec<(usize, ContainerFinding)> {
        let Some((outer, below)) = &self.outer else {
            return self.findings().into_iter().map(|finding| (0, finding)).collect();
        };
        let layer = self.layers().len().saturating_sub(1);
        let mut all = outer.all_findings();
        for (_, finding) in &mut all {
            finding.contents_offset = below.here(finding.contents_offset);
        }
        all.extend(self.findings().into_iter().map(|finding| (layer, finding)));
        all
    }

    /// The contents of the file's own container: what a program that unpacks the file
    /// once puts out.
    #[must_use]
    pub fn outermost(&self) -> &Self {
        self.outer().map_or(self, |outer| outer.outermost())
    }

    /// What wraps the contents; `None` if nothing does.
    #[must_use]
    pub fn container(&self) -> Option<Container> {
        match &self.layer {
            Layer::Plain(_) => None,
            Layer::Zstd(_) => Some(Container::Zstd),
            Layer::Lzop(_) => Some(Container::Lzop),
            Layer::Gzip(_) => Some(Container::Gzip),
            Layer::Bzip2(_) => Some(Container::Bzip2),
        }
    }

    /// Whether a far read means decoding everything before, and so that one
    /// pass over the contents decodes all of them.
    #[must_use]
    pub fn decodes_in_order(&self) -> bool {
        let is_in_order = matches!(self.layer, Layer::Zstd(_) | Layer::Gzip(_) | Layer::Bzip2(_));
        is_in_order || self.outer.is_some()
    }

    /// Takes note, as a pass comes by, that what comes next will be asked for once more:
    /// where everything before would have to be decoded again, a checkpoint is left.
    pub fn seek(&self) {
        match &self.layer {
            Layer::Zstd(stream) => stream.seek(),
            Layer::Gzip(stream) => stream.seek(),
            Layer::Plain(_) | Layer::Lzop(_) | Layer::Bzip2(_) => {}
        }
    }

    /// How far the work has come. All of it is done if nothing wraps the
    /// contents.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let progress = self.progress_of_layer();
        match self.cut() {
            None => progress,
            Some(_) => Progress { end: Some(End::Damaged), ..progress },
        }
    }

    fn progress_of_layer(&self) -> Progress {
        match &self.layer {
            Layer::Plain(source) => Progress::whole(source.size().unwrap_or(0)),
            Layer::Zstd(stream) => stream.progress(),
            Layer::Lzop(lzop) => lzop.progress(),
            Layer::Gzip(stream) => stream.progress(),
            Layer::Bzip2(stream) => stream.progress(),
        }
    }

    /// What is wrong with the container as far as is known, in the order it
    /// came up.
    #[must_use]
    pub fn findings(&self) -> Vec<ContainerFinding> {
        self.with_log(|log| log.findings().to_vec()).unwrap_or_default()
    }

    /// Findings that came up and are not kept: there are too many of them.
    #[must_use]
    pub fn findings_left_out(&self) -> u64 {
        self.with_log(Log::left_out).unwrap_or(0)
    }

    /// The checksums over contents, as far as they were checked.
    #[must_use]
    pub fn checksums(&self) -> Checksums {
        self.with_log(Log::checksums).unwrap_or_default()
    }

    /// The contents of blocks whose own checksums do not agree, in ascending
    /// order and apart from each other: of lzop, as far as blocks were decoded.
    #[must_use]
    pub fn wrong_ranges(&self) -> Vec<Range<u64>> {
        match &self.layer {
            Layer::Plain(_) | Layer::Zstd(_) | Layer::Gzip(_) => Vec::new(),
            Layer::Lzop(lzop) => lzop.wrong(),
            Layer::Bzip2(bzip2) => bzip2.wrong(),
        }
    }

    /// Decodes what nobody has read yet and compares it with its checksums, of an
    /// outer container first, in the order of the file and by about `work_max` bytes: of lzop, each block
    /// that was only stepped over. Every other container is compared on the way
    /// to its end. Until this is done, nothing is known to be sound.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn verify_step(&self, work_max: u64) -> Result<VerifyProgress, Error> {
        if let Some(outer) = self.outer() {
            let progress = outer.verify_step(work_max)?;
            if !progress.done {
                return Ok(progress);
            }
        }
        if let Layer::Lzop(lzop) = &self.layer {
            let progress = lzop.verify_step(work_max);
            let Some(cut) = self.cut() else { return progress };
            // Nothing of it can be read from there on.
            let all = VerifyProgress { done_bytes: cut, total_bytes: cut, done: true };
            return Ok(progress.ok().filter(|progress| progress.done_bytes < cut).unwrap_or(all));
        }
        let done = self.approach(u64::MAX..u64::MAX, work_max)?;
        let bytes = self.progress().contents;
        Ok(VerifyProgress { done_bytes: bytes, total_bytes: bytes, done })
    }

    /// Compares what was passed so far and only stepped over with its checksums, and goes no
    /// further: for a source that cannot be come back to.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn verify_passed(&self) -> Result<(), Error> {
        if let Layer::Lzop(lzop) = &self.layer { lzop.verify_passed() } else { Ok(()) }
    }

    /// Takes note that `wrong` is not what went in, as a layer above has found out,
    /// and puts in doubt what derives from it, by about `work_max` bytes of work;
    /// returns whether that is done. Its end must have been
    /// [approached](ReadAt::approach). Only in what is decoded in order does
    /// anything derive from what comes before.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn distrust_step(&self, wrong: &Range<u64>, work_max: u64) -> Result<bool, Error> {
        match &self.layer {
            Layer::Plain(_) | Layer::Lzop(_) | Layer::Bzip2(_) => Ok(true),
            Layer::Zstd(stream) => stream.distrust_step(wrong, work_max),
            Layer::Gzip(stream) => stream.distrust_step(wrong, work_max),
        }
    }

    /// Files of lzop that follow each other in the source, as far as is known: all
    /// of them are read here, and lzop warns of the second.
    #[must_use]
    pub fn lzop_parts(&self) -> u64 {
        if let Layer::Lzop(lzop) = &self.layer { lzop.parts() } else { 0 }
    }

    /// What the checksums over a whole frame, member or stream say of the
    /// contents, in order, as far as those are known. Nothing where there are
    /// none: in lzop, whose blocks each have their own.
    #[must_use]
    pub fn covered(&self) -> Vec<Covered> {
        match &self.layer {
            Layer::Plain(_) => Vec::new(),
            Layer::Zstd(stream) => stream.covered(),
            Layer::Lzop(lzop) => lzop.covered(),
            Layer::Gzip(stream) => stream.covered(),
            Layer::Bzip2(bzip2) => bzip2.covered(),
        }
    }

    /// Appends what makes every byte reachable without another pass over the
    /// container: its checkpoints. `None` if it is not sound, or its end was not
    /// reached, or it is packed in another one.
    pub(crate) fn write_checkpoints(&self, bytes: &mut Writer) -> Option<()> {
        match &self.layer {
            _ if self.outer.is_some() => None,
            Layer::Plain(_) => None,
            Layer::Zstd(stream) => stream.write_checkpoints(bytes),
            Layer::Lzop(lzop) => lzop.write_checkpoints(bytes),
            Layer::Gzip(stream) => stream.write_checkpoints(bytes),
            Layer::Bzip2(stream) => stream.write_checkpoints(bytes),
        }
    }

    /// Takes what [`write_checkpoints`](Self::write_checkpoints) appended for the
    /// same container; `None` if the bytes hold something else.
    pub(crate) fn take_checkpoints(&self, bytes: &mut Reader<'_>) -> Option<()> {
        match &self.layer {
            _ if self.outer.is_some() => None,
            Layer::Plain(_) => None,
            Layer::Zstd(stream) => stream.take_checkpoints(bytes),
            Layer::Lzop(lzop) => lzop.take_checkpoints(bytes),
            Layer::Gzip(stream) => stream.take_checkpoints(bytes),
            Layer::Bzip2(stream) => stream.take_checkpoints(bytes),
        }
    }

    /// Forgets what was kept of a container whose only checksum is over all of it: a
    /// save that passes over it compares it again.
    pub fn begin_anew(&self) {
        match &self.layer {
            Layer::Zstd(stream) => stream.begin_anew(),
            Layer::Gzip(stream) => stream.begin_anew(),
            Layer::Plain(_) | Layer::Lzop(_) | Layer::Bzip2(_) => {}
        }
    }

    fn with_log<T>(&self, use_log: impl FnOnce(&Log) -> T) -> Option<T> {
        match &self.layer {
            Layer::Plain(_) => None,
            Layer::Zstd(stream) => Some(use_log(&stream.log())),
            Layer::Lzop(lzop) => Some(use_log(&lzop.log())),
            Layer::Gzip(stream) => Some(use_log(&stream.log())),
            Layer::Bzip2(stream) => Some(use_log(&stream.log())),
        }
    }

    /// Has `workers` do what can be done ahead of who reads, where that is of use: in a
    /// container that is packed in no other. What is read and found does not depend on it.
    pub fn work_ahead(&self, workers: Workers) {
        match &self.layer {
            _ if self.outer.is_some() || workers.hands() == 0 => {}
            Layer::Zstd(stream) => stream.work_ahead(workers),
            Layer::Lzop(lzop) => lzop.work_ahead(workers),
            Layer::Bzip2(bzip2) => bzip2.work_ahead(workers),
            Layer::Plain(_) | Layer::Gzip(_) => {}
        }
    }

    /// Takes note of what has to stand somewhere ahead, in place of what was
    /// told before: a container that loses its place finds out by it where it is.
    pub fn expect(&self, landmark: Landmark) {
        match &self.layer {
            Layer::Plain(_) => {}
            Layer::Zstd(stream) => stream.expect(landmark),
            Layer::Lzop(lzop) => lzop.expect(landmark),
            Layer::Gzip(stream) => stream.expect(landmark),
            Layer::Bzip2(stream) => stream.expect(landmark),
        }
    }

    /// Where the contents end because of what is wrong with an outer container.
    fn cut(&self) -> Option<u64> {
        self.outer.as_ref()?.1.cut()
    }

    /// Notes how far what is unpacked has come in what it is unpacked from.
    fn note(&self) {
        if let Some((_, below)) = &self.outer {
            let Progress { source, contents, .. } = self.progress_of_layer();
            below.note(source, contents);
        }
    }

    fn as_read_at(&self) -> &dyn ReadAt {
        match &self.layer {
            Layer::Plain(source) => source,
            Layer::Zstd(stream) => &**stream,
            Layer::Lzop(lzop) => &**lzop,
            Layer::Gzip(stream) => &**stream,
            Layer::Bzip2(stream) => &**stream,
        }
    }
}

impl ReadAt for Contents {
    fn size(&self) -> Option<u64> {
        let Some(cut) = self.cut() else { return self.as_read_at().size() };
        // What was unpacked before it showed what that came of is known to be lost.
        Some(self.progress_of_layer().contents.max(cut))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = |cut: u64| usize::try_from(cut.saturating_sub(offset)).unwrap_or(usize::MAX);
        if self.cut().is_some_and(|cut| left(cut) == 0) {
            return Ok(0);
        }
        let read = self.as_read_at().read_at(offset, buffer);
        self.note();
        // That may only show when they are read. An error of the file comes up again on
        // the way to the outer container's end.
        match self.cut() {
            None => read,
            Some(cut) => Ok(read.unwrap_or(0).min(left(cut))),
        }
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let Some(outer) = self.outer() else { return self.as_read_at().trace(range, into) };
        let mut wanted = Vec::new();
        self.as_read_at().trace(range, &mut wanted);
        wanted.into_iter().for_each(|range| outer.trace(range, into));
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let gap = self.as_read_at().gap(range.clone());
        match &self.outer {
            Some((_, below)) => below.first_gap(&range, gap, self.progress_of_layer().contents),
            None => gap,
        }
    }

    /// On the way to [`u64::MAX`], everything that is wrong with the container
    /// comes up.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let cut = self.cut();
        match (cut, self.outer()) {
            (Some(cut), Some(outer)) if range.start >= cut => {
                return outer.approach(u64::MAX..u64::MAX, work_max);
            }
            _ => {}
        }
        let is_there = self.as_read_at().approach(range, work_max);
        self.note();
        // What only now shows to be wrong may be what was read: that is no error, and an
        // error of the file comes up on the way to the outer container's end.
        if self.cut() == cut { is_there } else { Ok(false) }
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.as_read_at().detour(from, offset)
    }
}
