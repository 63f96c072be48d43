//! An appliance in one file: a tar archive of descriptor, disks and manifest.
//!
//! A tar header states the length of what follows, and that of a compressed
//! disk is known only when it was made. So each disk is made twice: once to
//! learn its length, once to be given. Padding the disks to a length that
//! surely suffices would need one pass, and make the file as long as if nothing
//! were compressed; for that there are disks that
//! [are not](StreamFormat::VmdkStreamStored), which are made once.
//!
//! The manifest comes last, which DSP0243 allows: what is hashed went out.

use core::ops::Range;

use sha2::{Digest, Sha256};

use super::description::{Options, Text};
use super::machine::Machine;
use super::text::stem;
use crate::archive::unit::DeviceId;
use crate::export::backup::Backup;
use crate::export::disk::{Disk, DiskStream, Progress, Refusal, StreamFormat};
use crate::source::Error;
use crate::source::hex;
use crate::tar;

/// An appliance in one file, made from front to back.
pub struct Ova {
    machine: Machine,
    options: Options,
    time: u64,
    disks: Vec<Member>,
    /// Where the disk's bytes go that are made for their length.
    unused: Vec<u8>,
    manifest: String,
    /// Whether this pass makes the disks twice.
    has_to_measure: bool,
    state: State,
}

/// A disk in the archive.
struct Member {
    device: DeviceId,
    name: String,
    stream: Box<dyn DiskStream>,
}

enum State {
    /// Making disk number `disk` to learn its length.
    Measure {
        disk: usize,
    },
    Descriptor,
    /// Giving disk number `disk`.
    Disk {
        disk: usize,
        /// Of what was given, and how many bytes those are.
        sha256: Sha256,
        given: u64,
    },
    Manifest,
    Ended,
}

impl Ova {
    /// The appliance of a VM, with those of its disks for which `disk` gives
    /// one. With `compressed` its disks are, and are made twice.
    ///
    /// # Errors
    ///
    /// A disk is too large for a VMDK.
    pub fn new<'a>(
        backup: impl Into<Backup<'a>>,
        options: &Options,
        compressed: bool,
        mut disk: impl FnMut(DeviceId) -> Option<Disk>,
    ) -> Result<Self, Refusal> {
        let backup = backup.into();
        let machine = Machine::new(backup);
        let format =
            if compressed { StreamFormat::VmdkStream } else { StreamFormat::VmdkStreamStored };
        let mut disks = Vec::new();
        for (drive, _) in machine.disks_by_boot() {
            if let Some(disk) = disk(drive.device) {
                let name = machine.file_name(drive, format.extension());
                let stream = disk.named(&name).stream(format)?;
                disks.push(Member { device: drive.device, name, stream });
            }
        }
        let mut ova = Self {
            machine,
            options: options.clone(),
            time: u64::try_from(backup.ctime).unwrap_or(0),
            disks,
            unused: Vec::new(),
            manifest: String::new(),
            has_to_measure: false,
            state: State::Ended,
        };
        ova.restart();
        Ok(ova)
    }

    /// The name under which it should be saved.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.name("ova")
    }

    /// The devices whose disks it holds, in order.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> {
        self.disks.iter().map(|disk| disk.device)
    }

    /// Its descriptor, as far as the disks' lengths are known, and what it does
    /// not say.
    #[must_use]
    pub fn descriptor(&self) -> Text {
        self.describe(|disk| disk.size().unwrap_or(disk.size_max()))
    }

    fn describe(&self, size: impl Fn(&dyn DiskStream) -> u64) -> Text {
        let sizes: Vec<_> =
            self.disks.iter().map(|disk| (disk.device, size(&*disk.stream))).collect();
        self.machine.ovf(&self.options, &sizes)
    }

    fn name(&self, extension: &str) -> String {
        format!("{}.{extension}", stem(&self.machine.name))
    }

    /// Bytes of the archive if its disks have `size` bytes.
    fn length(&self, size: impl Fn(&dyn DiskStream) -> u64 + Copy) -> u64 {
        let file = |length: u64| tar::BLOCK.saturating_add(length.next_multiple_of(tar::BLOCK));
        let hash = "0".repeat(64);
        let mut names = vec![self.name("ovf")];
        names.extend(self.disks.iter().map(|disk| disk.name.clone()));
        let manifest: String = names.iter().map(|name| manifest_line(name, &hash)).collect();
        let disks = self.disks.iter().map(|disk| file(size(&*disk.stream)));
        let texts = [length(&self.describe(size).text), length(&manifest)];
        let files = disks.chain(texts.map(file));
        files.fold(length_of(&tar::END), u64::saturating_add)
    }

    /// The disk that is being made.
    fn current(&self) -> Option<&dyn DiskStream> {
        let (State::Measure { disk } | State::Disk { disk, .. }) = self.state else { return None };
        self.disks.get(disk).map(|member| &*member.stream)
    }

    fn measure(&mut self, disk: usize) -> Result<(), Error> {
        let Some(member) = self.disks.get_mut(disk) else {
            self.state = State::Descriptor;
            return Ok(());
        };
        self.unused.clear();
        let has_size = member.stream.size().is_some();
        if has_size || !member.stream.next(&mut self.unused)? {
            member.stream.restart();
            self.state = State::Measure { disk: disk.saturating_add(1) };
        }
        Ok(())
    }

    fn give_descriptor(&mut self, into: &mut Vec<u8>) {
        let (name, text) = (self.name("ovf"), self.descriptor().text);
        self.give_text(&name, &text, into);
        self.manifest = manifest_line(&name, &hex(&Sha256::digest(&text)));
        self.state = State::Disk { disk: 0, sha256: Sha256::new(), given: 0 };
    }

    fn give_disk(&mut self, into: &mut Vec<u8>) -> Result<(), Error> {
        let State::Disk { disk, sha256, given } = &mut self.state else { return Ok(()) };
        let Some(member) = self.disks.get_mut(*disk) else {
            self.state = State::Manifest;
            return Ok(());
        };
        let size = member.stream.size().unwrap_or_default();
        let start = into.len();
        let went_on = member.stream.next(into)?;
        let made = into.get(start..).unwrap_or(&[]);
        sha256.update(made);
        let more = length_of(made);
        if *given == 0 && more > 0 {
            let header = tar::header(&member.name, size, self.time);
            into.splice(start..start, header);
        }
        *given = given.saturating_add(more);
        if went_on {
            return Ok(());
        }
        if *given != size {
            let reason = "the file has changed since it was measured".to_owned();
            return Err(Error::source_unreadable(0, reason));
        }
        self.manifest.push_str(&manifest_line(&member.name, &hex(&sha256.clone().finalize())));
        *disk = disk.saturating_add(1);
        (*sha256, *given) = (Sha256::new(), 0);
        Ok(())
    }

    fn give_manifest(&mut self, into: &mut Vec<u8>) {
        let (name, manifest) = (self.name("mf"), core::mem::take(&mut self.manifest));
        self.give_text(&name, &manifest, into);
        into.extend(tar::END);
        self.state = State::Ended;
    }

    fn give_text(&self, name: &str, text: &str, into: &mut Vec<u8>) {
        into.extend(tar::header(name, length(text), self.time));
        into.extend(text.as_bytes());
        let padding = length(text).next_multiple_of(tar::BLOCK) - length(text);
        into.extend((0..padding).map(|_| 0));
    }
}

impl DiskStream for Ova {
    fn size_max(&self) -> u64 {
        self.length(|disk| disk.size_max())
    }

    fn size(&self) -> Option<u64> {
        let is_known = self.disks.iter().all(|disk| disk.stream.size().is_some());
        is_known.then(|| self.length(|disk| disk.size().unwrap_or_default()))
    }

    fn progress(&self) -> Progress {
        let of = |disk: &Member| disk.stream.progress();
        let total: u64 = self.disks.iter().map(|disk| of(disk).total).sum();
        let measuring = if self.has_to_measure { total } else { 0 };
        let given: u64 = self.disks.iter().map(|disk| of(disk).done).sum();
        let done = match self.state {
            State::Measure { disk: current } => {
                given + self.disks.iter().take(current).map(|disk| of(disk).total).sum::<u64>()
            }
            _ => measuring + given,
        };
        Progress { done, total: measuring + total }
    }

    fn trace(&self, ahead: u64, into: &mut Vec<Range<u64>>) {
        if let Some(disk) = self.current() {
            disk.trace(ahead, into);
        }
    }

    fn approach(&self, work_max: u64) -> Result<bool, Error> {
        self.current().map_or(Ok(true), |disk| disk.approach(work_max))
    }

    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error> {
        match self.state {
            State::Measure { disk } => self.measure(disk)?,
            State::Descriptor => self.give_descriptor(into),
            State::Disk { .. } => self.give_disk(into)?,
            State::Manifest => self.give_manifest(into),
            State::Ended => return Ok(false),
        }
        Ok(true)
    }

    fn head(&self) -> Option<&[u8]> {
        None
    }

    fn restart(&mut self) {
        for disk in &mut self.disks {
            disk.stream.restart();
        }
        self.has_to_measure = self.size().is_none();
        let measure = State::Measure { disk: 0 };
        self.state = if self.has_to_measure { measure } else { State::Descriptor };
    }
}

fn manifest_line(name: &str, sha256: &str) -> String {
    format!("SHA256({name})= {sha256}\n")
}

fn length(text: &str) -> u64 {
    length_of(text.as_bytes())
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
