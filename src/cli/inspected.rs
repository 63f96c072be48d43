//! A backup that is opened and scanned, and what Proxmox would make of it.

use std::fs::File;
use std::path::Path;
use std::rc::Rc;

use vma_inspector::archive::Archive;
use vma_inspector::archive::header::{Device, Header};
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::container::{Container, ContainerFinding, Contents, Options, WINDOW_LIMIT};
use vma_inspector::image::Image;
use vma_inspector::machine::left_out::{ArchiveDevice, LeftOut};
use vma_inspector::machine::qemu_server_conf;
use vma_inspector::passing::{Describer, Passing};
use vma_inspector::proxmox::backup_name::{BackupName, ending_container, named_container};
use vma_inspector::proxmox::renamed::{Remark, remarks};
use vma_inspector::proxmox::restore::{Facts, Restore};
use vma_inspector::proxmox::unpacker::{Given, PackedFile, Program, foretell};
use vma_inspector::proxmox::unpacker_said::Said;
use vma_inspector::proxmox::{Prediction, Reading};
use vma_inspector::scan::Scan;
use vma_inspector::scan::piece::Observer;
use vma_inspector::source::{Error, ErrorKind, FileSource, ReadAt};

use super::args::How;
use super::piped::Piped;
use super::progress::Progress;
use super::threads::Threads;

/// Bytes of contents that a step of a comparison or of a look takes.
const WORK: u64 = 16 << 20;

/// An opened backup. Many fields: what is read, what reads it, and what comes of that.
pub(crate) struct Inspected {
    /// The name of the file, by which Proxmox goes; `None` for a pipe.
    pub(crate) name: Option<String>,
    pub(crate) archive: Archive,
    pub(crate) scan: Scan,
    reading: Reading,
    passing: Passing<Describer>,
    source: Rc<dyn ReadAt>,
}

/// Where a backup is read from.
pub(crate) enum Input {
    /// A file, under its name.
    File(Rc<dyn ReadAt>, String),
    /// What comes in, once.
    Pipe(Rc<Piped>),
}

impl Input {
    /// The file at `path`; `-` is what comes in.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |error: std::io::Error| Error::source_unreadable(0, error.to_string());
        if path == Path::new("-") {
            return Ok(Self::Pipe(Rc::new(Piped::new(std::io::stdin()))));
        }
        let file = File::open(path).map_err(unreadable)?;
        let facts = file.metadata().map_err(unreadable)?;
        if facts.is_dir() {
            return Err(Error::source_unreadable(0, "it is a folder".into()));
        }
        if !facts.is_file() {
            return Ok(Self::Pipe(Rc::new(Piped::new(file))));
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self::File(Rc::new(FileSource::new(file).map_err(unreadable)?), name))
    }
}

impl Inspected {
    /// Opens a backup: reads its header and nothing else. A zstd window that takes much
    /// memory is allowed, up to what is read at all.
    pub(crate) fn open(input: Input) -> Result<Self, Error> {
        Self::open_with(input, Options::default())
    }

    /// The same, with `options` of how its container is read; the hint is the name's.
    pub(crate) fn open_with(input: Input, options: Options) -> Result<Self, Error> {
        let (source, name): (Rc<dyn ReadAt>, _) = match input {
            Input::File(source, name) => (source, Some(name)),
            Input::Pipe(piped) => (piped, None),
        };
        let hint = name.as_deref().and_then(ending_container);
        let options = Options { hint, ..options };
        let archive = match Archive::open(Rc::clone(&source), &options) {
            Err(error) if matches!(error.kind(), ErrorKind::ContainerWindow { .. }) => {
                let options = Options { window_max: WINDOW_LIMIT, ..options };
                Archive::open(Rc::clone(&source), &options)?
            }
            opened => opened?,
        };
        let (reading, scan) = (Reading::new(&archive), Scan::new(&archive));
        let contents = Rc::<Contents>::clone(archive.contents());
        let passing = Passing::new(contents, archive.header(), Describer);
        Ok(Self { name, archive, scan, reading, passing, source })
    }

    /// Scans it to its end, and finds out what is on its disks.
    pub(crate) fn scan(&mut self, how: How) -> Result<(), Error> {
        self.scan_with(how, &mut ())
    }

    /// The same, and shows `observer` all that it comes by.
    pub(crate) fn scan_with<O: Observer>(
        &mut self,
        how: How,
        observer: &mut O,
    ) -> Result<(), Error> {
        let mut progress = Progress::new(how);
        self.contents().work_ahead(Rc::new(Threads::new(how.threads())));
        let is_piped = self.name.is_none();
        loop {
            let mut own = (&mut self.reading, &mut self.passing);
            if self.scan.step_with(&mut (&mut own, &mut *observer))?.done {
                break;
            }
            // Blocks that are only stepped over cannot be come back to.
            if is_piped {
                self.contents().verify_passed()?;
            }
            progress.show(self.file_bytes(), self.source.size());
        }
        let devices: Vec<DeviceId> = self.header().devices().iter().map(|d| d.id).collect();
        for device in devices.into_iter().filter(|_| !is_piped) {
            while !self.passing.step(&self.scan, device, WORK)? {}
        }
        progress.end();
        Ok(())
    }

    /// Bytes of the file that are behind.
    fn file_bytes(&self) -> u64 {
        let progress = self.scan.progress();
        let outermost = self.contents();
        match (outermost.container(), progress.compared) {
            (None, _) => progress.offset.0,
            // Its blocks are stepped over in no time; what takes time is to compare them.
            (Some(Container::Lzop), Some((done, total))) => {
                let size = u128::from(self.source.size().unwrap_or_default());
                let scaled = size.saturating_mul(done.into()).checked_div(total.into());
                u64::try_from(scaled.unwrap_or_default()).unwrap_or_default()
            }
            (Some(_), _) => outermost.progress().source,
        }
    }

    /// Bytes of the file.
    pub(crate) fn file_size(&self) -> u64 {
        self.source.size().unwrap_or_default()
    }

    /// The file's own container, or the archive itself where there is none.
    pub(crate) fn contents(&self) -> &Contents {
        self.archive.contents().outermost()
    }

    /// Findings of all that is read through, each with its layer.
    pub(crate) fn container_findings(&self) -> Vec<(usize, ContainerFinding)> {
        self.archive.contents().all_findings()
    }

    pub(crate) fn header(&self) -> &Header {
        self.scan.header()
    }

    /// What is on a disk, as far as it was found out.
    pub(crate) fn disk_contents(
        &self,
        device: DeviceId,
    ) -> Option<&vma_inspector::disk_contents::DiskContents> {
        self.passing.found(device)
    }

    /// The image of a device.
    pub(crate) fn image(&self, device: &Device) -> Option<Image> {
        self.scan.image(device.id)
    }

    /// The text of `qemu-server.conf`.
    pub(crate) fn conf_text(&self) -> Option<String> {
        let configs = self.header().configs();
        let conf = configs.iter().find(|config| config.name == qemu_server_conf::NAME);
        conf.map(|conf| String::from_utf8_lossy(&conf.data).into_owned())
    }

    /// The drives of the configuration beside the devices of the archive; `None` without
    /// a configuration.
    pub(crate) fn left_out(&self) -> Option<LeftOut> {
        self.conf_text().map(|config| LeftOut::compare(&config, &self.devices()))
    }

    pub(crate) fn devices(&self) -> Vec<ArchiveDevice<'_>> {
        let devices = self.header().devices().iter();
        devices.map(|device| ArchiveDevice { name: &device.name, size: device.size }).collect()
    }

    /// What Proxmox's own program would say.
    pub(crate) fn prediction(&self) -> Prediction {
        self.reading.prediction_of(Given::of(self.contents()))
    }

    /// What Proxmox makes of the file's name; `None` for a pipe.
    pub(crate) fn backup_name(&self) -> Option<BackupName> {
        let name = self.name.as_deref()?;
        Some(BackupName::judge(name, self.contents().container(), self.header().ctime()))
    }

    /// What does not fit between the file's name and its contents.
    pub(crate) fn name_remarks(&self) -> Vec<Remark> {
        let config = self.conf_text().unwrap_or_default();
        let name = self.name.as_deref();
        name.map(|name| remarks(name, self.header().ctime(), &config)).unwrap_or_default()
    }

    /// The program that a restore unpacks the file with: by its name, or for a pipe by
    /// what it holds.
    pub(crate) fn program(&self) -> Option<Program> {
        let container = self.contents().container();
        let named = self.name.as_deref().and_then(named_container);
        named.unwrap_or(container).map(Program::of)
    }

    /// What `program` says of the file, as far as is known.
    pub(crate) fn unpacker_says(&self, program: Program) -> Result<Option<Said>, Error> {
        let is_compared =
            self.scan.found().is_done() || self.contents().container() != Some(Container::Lzop);
        let packed = PackedFile::of(self.contents(), &*self.source, is_compared)?;
        Ok(foretell(program, &packed))
    }

    /// What `qmrestore` would do with the file.
    pub(crate) fn restore(&self) -> Result<Restore, Error> {
        let program = self.program();
        let said = program.map(|program| self.unpacker_says(program)).transpose()?.flatten();
        let prediction = self.prediction();
        Ok(Restore::foretell(&Facts {
            name: self.backup_name().and_then(|name| name.problem),
            config: self.conf_text().as_deref(),
            devices: &self.devices(),
            list: prediction.list.as_ref(),
            extract: prediction.extract.as_ref(),
            unpacker: said.as_ref(),
            is_packed: program.is_some(),
        }))
    }
}
