//! What a restore makes of the config, as warnings: what becomes of drives that
//! are not in the backup, and of lines that the host does not know.
//!
//! Source: proxmox.md (qemu-server 9.2.6, R).

use crate::machine::left_out::{LeftOut, State};
use crate::machine::lines::{main_section, option_value, options, value_of};

/// Something that a restored machine has otherwise than the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A `backup=0` line becomes a line of the notes.
    BecomesComment {
        /// The drive.
        drive: String,
        /// Whether `boot: order=` goes on naming it.
        is_in_boot_order: bool,
    },
    /// A drive without data keeps the old volume's name, which may be another
    /// machine's.
    KeepsOldVolume {
        /// The drive.
        drive: String,
        /// The volume.
        volume: String,
    },
    /// An efidisk under SeaBIOS is not in the backup.
    EfiLeftOut,
    /// A CD drive stays as it is.
    CdromStays {
        /// The drive.
        drive: String,
    },
    /// A cloud-init drive is made anew.
    CloudInitMadeAnew {
        /// The drive.
        drive: String,
    },
    /// The saved RAM is thrown away.
    RamThrownAway,
    /// An option that Proxmox VE 8.3 does not know: the whole line is dropped,
    /// with a warning in the task's log only.
    LineDropped {
        /// The line's key.
        key: String,
        /// The option, or the key if all of it is new.
        option: String,
    },
    /// A machine type older than 6.0, which Proxmox VE 9 does not start.
    MachineTooOld {
        /// As the config has it.
        machine: String,
    },
    /// A section (a snapshot's, pending changes) is not restored.
    SectionDropped {
        /// Its name.
        section: String,
    },
}

impl Warning {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BecomesComment { .. } => "becomes-comment",
            Self::KeepsOldVolume { .. } => "keeps-old-volume",
            Self::EfiLeftOut => "efidisk-left-out",
            Self::CdromStays { .. } => "cdrom-stays",
            Self::CloudInitMadeAnew { .. } => "cloud-init-made-anew",
            Self::RamThrownAway => "ram-thrown-away",
            Self::LineDropped { .. } => "line-dropped",
            Self::MachineTooOld { .. } => "machine-too-old",
            Self::SectionDropped { .. } => "section-dropped",
        }
    }
}

/// Options that are new since Proxmox VE 8.3: of a line whose key starts so, and
/// an option's name, or name and value.
const NEW_OPTIONS: [(&str, &str); 11] = [
    ("machine", "enable-s3"),
    ("machine", "enable-s4"),
    ("machine", "aw-bits"),
    ("cpu", "guest-phys-bits"),
    ("cpu", "level"),
    ("cpu", "nested-virt"),
    ("efidisk", "ms-cert"),
    ("tpmstate", "format"),
    ("net", "host-tunnel"),
    ("hostpci", "driver"),
    ("agent", "freeze-fs"),
];

/// Keys that are new since then.
const NEW_KEYS: [&str; 3] = ["virtiofs", "intel-tdx", "allow-ksm"];

/// What a restore of a config makes of it, beside the devices that are there.
#[must_use]
pub fn warnings(config: &str, left_out: &LeftOut, has_vmstate: bool) -> Vec<Warning> {
    let order = value_of(config, "boot").and_then(|boot| option_value(boot, "order", false));
    let boots = |key: &str| order.is_some_and(|order| order.split(';').any(|other| other == key));
    let drives = left_out.drives.iter().filter_map(|drive| {
        let key = drive.key.clone();
        Some(match drive.state {
            State::InBackup { .. } => return None,
            State::Excluded => {
                Warning::BecomesComment { is_in_boot_order: boots(&key), drive: key }
            }
            State::NotThere => Warning::KeepsOldVolume { drive: key, volume: drive.volume.clone() },
            State::EfiWithoutOvmf => Warning::EfiLeftOut,
            State::Cdrom => Warning::CdromStays { drive: key },
            State::CloudInit => Warning::CloudInitMadeAnew { drive: key },
        })
    });
    let ram = has_vmstate.then_some(Warning::RamThrownAway);
    let lines = main_section(config);
    let dropped = lines.iter().filter_map(|(key, value)| dropped(key, value));
    let machine = value_of(config, "machine").and_then(too_old);
    let sections = config.lines().filter_map(|line| {
        let (section, _) = line.strip_prefix('[')?.split_once(']')?;
        Some(Warning::SectionDropped { section: section.to_owned() })
    });
    drives.chain(ram).chain(dropped).chain(machine).chain(sections).collect()
}

fn dropped(key: &str, value: &str) -> Option<Warning> {
    let base = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let told = |option: &str| {
        Some(Warning::LineDropped { key: key.to_owned(), option: option.to_owned() })
    };
    if NEW_KEYS.contains(&base) {
        return told(key);
    }
    let names: Vec<&str> = options(value, "").map(|(name, _)| name).collect();
    let is_new = |(of, option): &&(&str, &str)| *of == base && names.contains(option);
    NEW_OPTIONS.iter().find(is_new).and_then(|(_, option)| told(option))
}

/// A machine type with a version below 6.0: `pc-i440fx-5.2`.
fn too_old(machine: &str) -> Option<Warning> {
    let name = option_value(machine, "type", true)?;
    let (_, version) = name.rsplit_once('-')?;
    let (major, minor) = version.split_once('.')?;
    let is_version = minor.starts_with(|c: char| c.is_ascii_digit());
    let is_old = is_version && major.parse::<u32>().is_ok_and(|major| major < 6);
    is_old.then(|| Warning::MachineTooOld { machine: name.to_owned() })
}
