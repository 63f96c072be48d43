//! What could not be carried over, why, and what follows.

use core::fmt;

use super::text::clean;

/// What is left out of a drive that is there as such.
pub(super) const CONTENTS: &str = "its contents";

/// What follows where the state of a TPM is not taken along.
pub(super) const TPM_FOLLOWS: &str =
    "BitLocker and whatever else keeps its keys there asks for a recovery key";

/// A setting that could not be carried over, or not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The setting's key in the config; the device's name for a device that
    /// the config does not name.
    pub key: String,
    /// What it says, without characters that could deceive.
    pub value: String,
    /// Why it could not be carried over.
    pub reason: Reason,
    /// What follows from it, where a person would not think of it.
    pub follows: Option<&'static str>,
    /// Whether a machine that is started without a thought could do harm, or
    /// not start at all.
    pub is_danger: bool,
}

/// Why a setting could not be carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is nothing for it in what was made.
    NoPlace,
    /// It is something else now; what.
    Replaced(&'static str),
    /// The archive does not hold what it names.
    NotInArchive,
    /// It tells Proxmox VE what to do, or what it did.
    ProxmoxOnly,
    /// It names something of the host that the machine ran on.
    OldHost,
    /// The cloud-init drive is made from it.
    CloudInit,
    /// Proxmox VE has no such setting.
    Unknown,
}

impl Reason {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPlace => "no-place",
            Self::Replaced(_) => "replaced",
            Self::NotInArchive => "not-in-archive",
            Self::ProxmoxOnly => "proxmox-only",
            Self::OldHost => "old-host",
            Self::CloudInit => "cloud-init",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.key, self.value)?;
        match self.reason {
            Reason::NoPlace => write!(f, "left out"),
            Reason::Replaced(by) => write!(f, "now {by}"),
            Reason::NotInArchive => write!(f, "left out: not in the backup"),
            Reason::ProxmoxOnly => write!(f, "left out: means something to Proxmox VE alone"),
            Reason::OldHost => write!(f, "left out: belongs to the old host"),
            Reason::CloudInit => write!(f, "left out: for the cloud-init drive"),
            Reason::Unknown => write!(f, "left out: Proxmox VE has no such setting"),
        }?;
        self.follows.map_or(Ok(()), |follows| write!(f, "; {follows}"))
    }
}

impl LeftOut {
    pub(super) fn new(key: &str, value: &str, reason: Reason) -> Self {
        Self { key: clean(key), value: clean(value), reason, follows: None, is_danger: false }
    }

    pub(super) fn replaced(key: &str, value: &str, by: &'static str) -> Self {
        Self::new(key, value, Reason::Replaced(by))
    }

    pub(super) fn so(mut self, follows: &'static str) -> Self {
        self.follows = Some(follows);
        self
    }

    pub(super) fn dangerous(mut self) -> Self {
        self.is_danger = true;
        self
    }
}
