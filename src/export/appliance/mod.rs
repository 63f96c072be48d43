//! The VM of an archive for other programs than Proxmox VE: an appliance
//! (OVF and OVA), a libvirt domain, a command line of QEMU.
//!
//! What cannot be carried over is [listed](LeftOut), not dropped in silence.
//! Names out of an archive may hold anything; in what is made here they are
//! text and nothing else.

mod card;
mod cpu;
mod description;
mod drive;
mod fate;
mod firmware;
mod left_out;
mod libvirt;
mod machine;
mod ova;
mod ovf;
mod qemu;
mod text;
mod throttle;
mod xml;

pub use self::description::{Options, Text};
pub use self::drive::{Bus, Drive, Role};
pub use self::left_out::{LeftOut, Reason};
pub use self::machine::Machine;
pub use self::ova::Ova;
use crate::archive::unit::DeviceId;

/// The VM in each form that is a text.
impl Machine {
    /// The descriptor of an appliance, in OVF 1.1, for disks whose files have
    /// these numbers of bytes. An [`Ova`] makes its own.
    #[must_use]
    pub fn ovf(&self, options: &Options, file_sizes: &[(DeviceId, u64)]) -> Text {
        ovf::descriptor(self, options, file_sizes)
    }

    /// A domain for libvirt. VHDX, which libvirt does not read, has to be
    /// converted to qcow2, and that is said.
    #[must_use]
    pub fn libvirt(&self, options: &Options) -> Text {
        libvirt::domain(self, options)
    }

    /// A command that starts the VM with QEMU: one command, with the same words,
    /// in sh, bash, dash, zsh, ksh, fish and tcsh. Nothing in it is run by any
    /// other shell, PowerShell and cmd among them; those take it in one line.
    #[must_use]
    pub fn qemu(&self, options: &Options) -> Text {
        qemu::command(self, options)
    }
}
