//! What `qmrestore` does with a backup: a restore is more than `vma extract`.
//!
//! The steps and their order are those of proxmox.md (qemu-server 9.2.6,
//! pve-storage 9.1.7, R): the file's name, `vma` on the header, the config and
//! its map lines, the storages of the host, the old machine's disks freed, the
//! data, the unpacker's exit.

use super::Verdict;
use super::backup_name::Problem;
use super::unpacker_said::Said;
use crate::machine::device_map::{self, MapLine};
use crate::machine::left_out::{ArchiveDevice, is_cloud_init};
use crate::machine::lines::{main_section, option_value};

/// The storage of a map line that names none.
const LOCAL: &str = "local";

/// What a restore is foretold from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What is wrong with the file's name, if it is known and something is.
    pub name: Option<Problem>,
    /// The text of `qemu-server.conf`; `None` where the archive has none.
    pub config: Option<&'a str>,
    /// The devices, vmstate included.
    pub devices: &'a [ArchiveDevice<'a>],
    /// What `vma list` says, which reads the header as a restore does.
    pub list: Option<&'a Verdict>,
    /// What `vma extract` says, as far as is known.
    pub extract: Option<&'a Verdict>,
    /// What the unpacker says, as far as is known; `None` also if none runs.
    pub unpacker: Option<&'a Said>,
    /// Whether an unpacker runs at all.
    pub is_packed: bool,
}

/// What a restore ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Death {
    /// The file's name, before anything else.
    Name(Problem),
    /// `vma` on the header.
    Header(Verdict),
    /// "unable to read qemu-server.conf"
    NoConfig,
    /// "archive does not contain data for drive '…'"
    NoData {
        /// The drive of the first such map line.
        drive: String,
    },
    /// "found no device mapping information for device '…'"
    NoMapping {
        /// The devices without one; which of them is named is chance.
        devices: Vec<String>,
    },
    /// A device whose name holds a blank, or two of one name: not read, or not
    /// told apart. That it fails is likely, and its words are not known.
    DeviceName {
        /// The name.
        device: String,
    },
    /// `vma` on the extents.
    Data(Verdict),
    /// The unpacker, whose exit is not 0.
    Unpacker(Said),
}

impl Death {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Header(_) => "header",
            Self::NoConfig => "no-config",
            Self::NoData { .. } => "no-data",
            Self::NoMapping { .. } => "no-mapping",
            Self::DeviceName { .. } => "device-name",
            Self::Data(_) => "data",
            Self::Unpacker(_) => "unpacker",
        }
    }

    /// The message, where it is a restore's own or `vma`'s.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Name(problem) => problem.message(),
            Self::Header(verdict) | Self::Data(verdict) => verdict.message().map(str::to_owned),
            Self::NoConfig => Some("unable to read qemu-server.conf".into()),
            Self::NoData { drive } => {
                Some(format!("archive does not contain data for drive '{drive}'"))
            }
            Self::NoMapping { devices } => devices
                .first()
                .map(|device| format!("found no device mapping information for device '{device}'")),
            Self::DeviceName { .. } | Self::Unpacker(_) => None,
        }
    }
}

/// A storage that the host must have, with disk images allowed on it, unless
/// `--storage` names another for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// The drives that go there.
    pub drives: Vec<String>,
}

/// What a restore does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restore {
    /// What it ends in, in order: the first one does; the others come up when
    /// that is mended. **Where there is any: do not restore over the old
    /// machine**, whose disks are freed before the data is read, and the new
    /// ones after a failure.
    pub deaths: Vec<Death>,
    /// Whether all that the archive decides is known.
    pub is_decided: bool,
    /// What the host has to have.
    pub storages: Vec<Storage>,
}

impl Restore {
    /// Foretells it.
    #[must_use]
    pub fn foretell(facts: &Facts<'_>) -> Self {
        let mut deaths = Vec::new();
        deaths.extend(facts.name.filter(|name| !is_unpacker_s(*name)).map(Death::Name));
        let header = facts.list.filter(|verdict| **verdict != Verdict::Accepts);
        match (header, facts.config) {
            (Some(verdict), _) => deaths.push(Death::Header(verdict.clone())),
            (None, None) if facts.list.is_some() => deaths.push(Death::NoConfig),
            (None, None) => {}
            (None, Some(config)) => deaths.extend(map_deaths(config, facts.devices)),
        }
        // The files that `vma extract` makes in a folder are none of a restore's.
        let extract = facts.extract.filter(|verdict| !is_of_files(verdict));
        let data = extract.filter(|verdict| **verdict != Verdict::Accepts && header.is_none());
        deaths.extend(data.cloned().map(Death::Data));
        let unpacker = facts.unpacker.filter(|said| !said.is_ok());
        deaths.extend(unpacker.cloned().map(Death::Unpacker));
        let is_unpacked = facts.unpacker.is_some() || !facts.is_packed;
        // Behind one that fails, what `vma` says depends on how far it came.
        let is_read = extract.is_some() || unpacker.is_some();
        let is_decided = is_read && is_unpacked || header.is_some();
        Self { deaths, is_decided, storages: facts.config.map(storages).unwrap_or_default() }
    }
}

/// A name whose ending does not fit: the unpacker, or `vma`, says so.
fn is_unpacker_s(problem: Problem) -> bool {
    matches!(problem, Problem::Container { .. })
}

/// A message about a file that `vma extract` makes for a disk.
fn is_of_files(verdict: &Verdict) -> bool {
    let starts = |start| verdict.message().is_some_and(|message| message.starts_with(start));
    starts("can't create file ") || starts("rename ")
}

fn map_deaths(config: &str, devices: &[ArchiveDevice<'_>]) -> Vec<Death> {
    let (maps, _) = device_map::read(config);
    let is_blank = |name: &str| name.is_empty() || name.contains([' ', '\t', '\n', '\r']);
    let disks: Vec<&str> =
        devices.iter().map(|device| device.name).filter(|name| *name != "vmstate").collect();
    let (odd, known): (Vec<&str>, Vec<&str>) = disks
        .iter()
        .partition(|name| is_blank(name) || disks.iter().filter(|other| other == name).count() > 1);
    let is_there = |map: &&MapLine<'_>| disks.contains(&map.device);
    let no_data = maps.iter().find(|map| !is_there(map)).map(|map| map.drive.to_owned());
    let is_mapped = |device: &str| maps.iter().any(|map| map.device == device);
    let unmapped = known.into_iter().filter(|device| !is_mapped(device));
    let unmapped: Vec<String> = unmapped.map(str::to_owned).collect();
    let mut deaths: Vec<Death> = no_data.map(|drive| Death::NoData { drive }).into_iter().collect();
    if !unmapped.is_empty() {
        deaths.push(Death::NoMapping { devices: unmapped });
    }
    deaths.extend(odd.first().map(|device| Death::DeviceName { device: (*device).to_owned() }));
    deaths
}

/// The storages of the map lines and of the cloud-init drives, each once.
fn storages(config: &str) -> Vec<Storage> {
    let (maps, _) = device_map::read(config);
    let mapped = maps.iter().map(|map| (map.storage, map.drive));
    let buses = ["ide", "sata", "scsi"];
    let lines = main_section(config).into_iter();
    let made = lines.filter_map(|(key, value)| {
        let volume = option_value(value, "file", true).filter(|volume| is_cloud_init(volume))?;
        let bus = key.trim_end_matches(|c: char| c.is_ascii_digit());
        buses.contains(&bus).then_some((volume.split_once(':')?.0, key))
    });
    let mut storages: Vec<Storage> = Vec::new();
    for (name, drive) in mapped.chain(made) {
        let name = if name.is_empty() { LOCAL } else { name };
        match storages.iter_mut().find(|storage| storage.name == name) {
            Some(storage) => storage.drives.push(drive.to_owned()),
            None => {
                let (name, drives) = (name.to_owned(), vec![drive.to_owned()]);
                storages.push(Storage { name, drives });
            }
        }
    }
    storages
}

/// A command to copy. What is not made of letters, digits, `-`, `_` and `.`
/// becomes a placeholder, and so does what could be taken for an option.
#[must_use]
pub fn command(file: Option<&str>, vmid: Option<&str>, storage: Option<&str>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let safe = |text: Option<&str>, placeholder: &str| {
        let fits = |text: &&str| {
            !text.is_empty() && !text.starts_with(['-', '.']) && text.chars().all(is_plain)
        };
        text.filter(fits).unwrap_or(placeholder).to_owned()
    };
    let (file, storage) = (safe(file, "FILE"), safe(storage, "STORAGE"));
    let vmid = safe(vmid.filter(|vmid| vmid.bytes().all(|c| c.is_ascii_digit())), "VMID");
    format!("qmrestore {file} {vmid} --storage {storage}")
}
