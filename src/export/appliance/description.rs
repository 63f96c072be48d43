//! A text that describes the VM to another program, and what the person chooses of
//! it.

use super::left_out::LeftOut;
use crate::export::disk::DiskFormat;

/// What the person chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether network cards keep their MAC addresses, and the machine its UUID.
    /// Two VMs with the same ones in one network disturb each other.
    pub keeps_macs: bool,
    /// The format of the disks that a text names. An appliance has its own.
    pub format: DiskFormat,
    /// The folder in which a text looks for the disks; empty for the current
    /// one. libvirt takes no paths but whole ones: where this is none, its own
    /// folder holds.
    pub folder: String,
    /// What the names of the disks' files begin with, before the names of the
    /// devices; `None` for names of the VM and its drives.
    pub stem: Option<String>,
}

/// A text that describes the VM to another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// What it does not say, or says otherwise.
    pub left_out: Vec<LeftOut>,
}
